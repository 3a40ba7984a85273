import { formatAddress, parseAddress } from './address.ts';
import type { Caddyfile, Directive } from './ast.ts';
import { caddyfileError } from './lexer.ts';
import { checkImports } from './snippets.ts';

/** Sockets of the node: a site that proxied to them could change everyone's configuration. */
const forbiddenPath = '/run/covey';

/**
 * What an app may not write, since all apps of a node share one Caddy.
 * @throws CoveyError `invalid` with line and column
 */
export function checkRules(file: Caddyfile): void {
  const option = file.options?.[0];
  if (file.options !== undefined) {
    const position = option?.name.position ?? { line: 1, column: 1 };
    throw caddyfileError(
      position,
      'global options would be those of all apps',
      'Remove the block without an address.',
    );
  }
  if (file.sites.length === 0) throw caddyfileError({ line: 1, column: 1 }, 'there is no site address');
  checkAddresses(file);
  checkImports(file);
  for (const { directives } of [...file.snippets, ...file.sites]) {
    for (const { name } of directives) {
      if (name.text === 'bind')
        throw caddyfileError(name.position, '"bind" is set by the cluster', 'Remove the line.');
    }
    checkPaths(directives);
  }
}

function checkAddresses(file: Caddyfile): void {
  const seen = new Map<string, number>();
  for (const address of file.sites.flatMap((site) => site.addresses)) {
    if (address.text.startsWith('&(')) {
      throw caddyfileError(
        address.position,
        'named routes are not supported',
        'Use a snippet: (name) { … }.',
      );
    }
    const canonical = formatAddress(parseAddress(address));
    const before = seen.get(canonical);
    if (before !== undefined) {
      throw caddyfileError(address.position, `${canonical} is declared twice, first in line ${before}`);
    }
    seen.set(canonical, address.position.line);
  }
}

function checkPaths(directives: readonly Directive[]): void {
  for (const { name, args, block } of directives) {
    for (const item of [name, ...args]) {
      if (item.text.includes(forbiddenPath)) {
        throw caddyfileError(item.position, `"${item.text}" is a path of the node's own`);
      }
    }
    if (block !== undefined) checkPaths(block);
  }
}
