import { type Word, word } from '../ast.ts';
import { caddyfileError, type Position } from '../lexer.ts';

export interface Upstreams {
  readonly words: readonly Word[];
  /** The path that all of them have, without a slash at its end. */
  readonly base: string;
  readonly secure: boolean;
}

/** @throws CoveyError `invalid` for what Caddy 2 has no upstream for */
export function readUpstreams(targets: readonly Word[], position: Position): Upstreams {
  const read = targets.map(readUpstream);
  const base = read[0]?.base ?? '';
  if (read.some((upstream) => upstream.base !== base)) {
    throw caddyfileError(position, 'all upstreams of a "proxy" need the same path');
  }
  return {
    words: read.map((upstream) => word(upstream.text, upstream.position)),
    base,
    secure: read.some(({ text }) => text.startsWith('https://')),
  };
}

function readUpstream({ text, position }: Word): { text: string; base: string; position: Position } {
  if (text.startsWith('unix:')) return { text: `unix/${text.slice('unix:'.length)}`, base: '', position };
  const match = /^((?:[a-z0-9+]+:\/\/)?[^/]+)(\/.*)?$/i.exec(text);
  const scheme = /^([a-z0-9+]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (match === null || (scheme !== undefined && scheme !== 'http' && scheme !== 'https')) {
    throw caddyfileError(position, `the upstream "${text}" is neither http:// nor https:// nor host:port`);
  }
  const host = match[1] ?? '';
  if (/[@?#]/.test(text)) {
    throw caddyfileError(position, 'an upstream with a user, a query or a fragment is not supported');
  }
  // an upstream without scheme and port was on port 80
  const authority = scheme === undefined && !/:\d+(-\d+)?$/.test(host) ? `${host}:80` : host;
  return { text: authority, base: (match[2] ?? '').replace(/\/+$/, ''), position };
}
