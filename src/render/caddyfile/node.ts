import { posix } from 'node:path';
import type { Directive } from './ast.ts';
import { caddyfileError, type Position } from './lexer.ts';

/** Sockets of the node: a site that proxied to them could change everyone's configuration. */
const sockets = '/run/covey';

/** Folders of the node's Caddy that hold what is not for visitors: keys of all certificates, the whole configuration. */
const hidden = [sockets, '/data/caddy', '/config/caddy', '/etc/covey', '/proc'];

/** @throws CoveyError `invalid` for a word that gives a site what belongs to the node */
export function checkWord(text: string, position: Position): void {
  if (text.includes(sockets)) throw caddyfileError(position, `"${text}" is a path of the node's own`);
  const [, kind] = /\{(file|env)\./.exec(text) ?? [];
  if (kind === undefined) return;
  const what = kind === 'file' ? 'a file' : 'a variable';
  throw caddyfileError(
    position,
    `"${text}" would show ${what} of the node's Caddy, not of the app`,
    "Write the value out, or let compose fill in a variable of the app's .env.",
  );
}

/** @throws CoveyError `invalid` for a folder to serve, a certificate or a log in which the node keeps what is its own */
export function checkPaths(directives: readonly Directive[], within = ''): void {
  for (const { name, args, block } of directives) {
    for (const { text, position } of pathsIn(name.text, within) ? args : []) {
      if (isHidden(text)) throw caddyfileError(position, `"${text}" holds what is the node's own`);
    }
    if (block !== undefined) checkPaths(block, name.text);
  }
}

/** Whether arguments are paths in Caddy's own container; those of FastCGI are in the app's. */
function pathsIn(name: string, within: string): boolean {
  if (name === 'root') return !['php_fastcgi', 'fastcgi', 'transport'].includes(within);
  return name === 'tls' || name === 'output';
}

function isHidden(path: string): boolean {
  if (!path.startsWith('/')) return false;
  const folder = `${posix.normalize(path)}/`.replace(/\/+$/, '/');
  return hidden.some((one) => `${one}/`.startsWith(folder) || folder.startsWith(`${one}/`));
}
