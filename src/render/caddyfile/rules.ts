import { formatAddress, parseAddress } from './address.ts';
import type { Caddyfile, Directive } from './ast.ts';
import { caddyfileError, type Position } from './lexer.ts';
import { checkLoggers } from './loggers.ts';
import { checkPaths, checkWord } from './node.ts';
import { checkImports } from './snippets.ts';

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
  checkLoggers(file);
  for (const { directives } of [...file.snippets, ...file.sites]) {
    for (const { name } of directives) {
      if (name.text === 'bind')
        throw caddyfileError(name.position, '"bind" is set by the cluster', 'Remove the line.');
    }
    checkWords(directives);
    checkPaths(directives);
  }
  for (const { name, position } of file.snippets) checkText(`(${name})`, position);
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

function checkWords(directives: readonly Directive[]): void {
  for (const { name, args, block } of directives) {
    for (const item of [name, ...args]) checkText(item.text, item.position);
    if (block !== undefined) checkWords(block);
  }
}

/**
 * Caddy fills in `{$NAME}` and `{$NAME:default}` before it looks for words, and `{args[0]}` before it looks for braces:
 * what comes out may not end a site, comment out a brace or open a quote, for that would take the sites of others along.
 */
function checkText(text: string, position: Position): void {
  checkWord(text, position);
  if (/^[{}]$/.test(text.replace(/\{args[^}]*\}|\\/g, '')))
    throw caddyfileError(position, `"${text}" could become a lone brace`);
  if (text.includes('{$') && !staysOneWord(text)) {
    throw caddyfileError(
      position,
      `"${text}" could become something else than one word, by the environment of the node's Caddy`,
      "Write the value out, or let compose fill in a variable of the app's .env.",
    );
  }
}

/** Whether a word stays one where a variable is not set. Defaults could be anything. */
function staysOneWord(text: string): boolean {
  const rest = text.replace(/\{\$\w+\}/g, '');
  return !rest.includes('{$') && !text.includes('\\') && rest !== '' && !/^(["`#<]|[{}]$)/.test(rest);
}
