import { posix } from 'node:path';
import { type Directive, directive, type Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import type { V1Site } from './site.ts';

/**
 * `errors [LOG]` went to the log, as all errors do now; `errors { 404 page.html }` are pages in the site's folder, or
 * with a whole path anywhere; `errors visible` shows what went wrong.
 * @param headers what `header` of the site sets, which v1 did for errors too
 */
export function convertErrors(
  all: readonly Directive[],
  site: V1Site,
  headers: readonly Directive[],
): Directive[] {
  const pages = all.flatMap((from) => readPages(from, site));
  const visible = all.find(({ args }) => args[0]?.text === 'visible');
  const handlers = [
    ...pages.map(({ code, lines }) => directive(['handle_errors', ...code], [...headers, ...lines])),
    ...(visible === undefined
      ? []
      : [directive(['handle_errors'], [...headers, directive(['respond', '{http.error}'])])]),
  ];
  const isWhole = ({ args }: Directive) => args.length === 0;
  if (headers.length === 0 || handlers.some(isWhole)) return handlers;
  return [...handlers, directive(['handle_errors'], headers)];
}

function readPages(from: Directive, site: V1Site): { code: string[]; lines: Directive[] }[] {
  if (from.args.length > 1) throw caddyfileError(from.name.position, '"errors" takes one word, and a block');
  return (from.block ?? []).flatMap(({ name, args: [page, more] }) => {
    if (name.text.startsWith('rotate_')) return [];
    if (!/^([45]\d\d|\*)$/.test(name.text) || page === undefined || more !== undefined) {
      throw caddyfileError(name.position, `"${name.text}" of "errors" is no status code with a page`);
    }
    const lines = served(page, site);
    return lines.length === 0 ? [] : [{ code: name.text === '*' ? [] : [name.text], lines }];
  });
}

/** None where the page can't be there: then v1 answered with the bare error. */
function served({ text, position }: Word, site: V1Site): Directive[] {
  const file = (name: string) => [
    directive(['rewrite', '*', `/${name.replace(/^\.?\/+/, '')}`], undefined, position),
    directive(['file_server']),
  ];
  if (posix.isAbsolute(text))
    return [directive(['root', '*', posix.dirname(text)]), ...file(posix.basename(text))];
  return site.root === undefined ? [] : file(text);
}
