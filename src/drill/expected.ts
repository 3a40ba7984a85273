import { CoveyError } from '../errors.ts';

/** What came of one request, whole: a connection that is cut before its end is an error. */
export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** What every answer has to be. */
export interface Expected {
  readonly status: number;
  /** The very bytes; a text that has to be in it; or only that something is in it, or nothing, as before. */
  readonly body: Uint8Array | { readonly text: string } | { readonly empty: boolean };
}

/**
 * What an app answers is taken from `looks`, two at least: the status, and the body where it is the same each time. A page that
 * changes is known by a text that it always has, if one is given, or else only by being whole and not empty.
 * @throws CoveyError `refused` where there is nothing that a drill could go by
 */
export function expectedOf(url: string, looks: readonly [Answer, ...Answer[]], text?: string): Expected {
  const [{ status, body }] = looks;
  const other = looks.find((look) => look.status !== status);
  if (other) {
    throw new CoveyError('refused', `${url} answers ${status} and ${other.status} by turns.`, {
      hint: 'See covey status, or name another page with --path.',
    });
  }
  if (status >= 500) {
    throw new CoveyError('refused', `${url} answers ${status} before anything is done.`, {
      hint: 'A drill needs an app that serves: see covey app, or name another page with --path.',
    });
  }
  if (text !== undefined) {
    if (looks.every((look) => has(look.body, text))) return { status, body: { text } };
    throw new CoveyError('refused', `${url} does not always answer with ${JSON.stringify(text)} in it.`, {
      hint: 'Name a text with --expect that is always on the page.',
    });
  }
  if (looks.every((look) => isSame(look.body, body))) return { status, body };
  return { status, body: { empty: looks.some((look) => look.body.length === 0) } };
}

/** What is wrong with an answer; undefined: nothing. */
export function problemOf({ status, body }: Answer, expected: Expected): string | undefined {
  if (status !== expected.status) return `${status} instead of ${expected.status}`;
  const wanted = expected.body;
  if (wanted instanceof Uint8Array) {
    if (isSame(body, wanted)) return undefined;
    return body.length === wanted.length
      ? 'other content'
      : `a body of ${body.length} bytes instead of ${wanted.length}`;
  }
  if ('text' in wanted) return has(body, wanted.text) ? undefined : 'the text is not in it';
  return body.length > 0 || wanted.empty ? undefined : 'an empty body';
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

const has = (body: Uint8Array, text: string): boolean => Buffer.from(body).includes(text);
