import { CoveyError } from '../../errors.ts';
import { type Caddyfile, type Directive, type Site, type Word, word } from './ast.ts';
import { isSpace, type Quote } from './lexer.ts';

/** The text of a Caddyfile: `parseCaddyfile(printCaddyfile(x))` has the same words as x. Ends with a newline. */
export function printCaddyfile(file: Caddyfile): string {
  const options = file.options === undefined ? [] : [['{', ...body(file.options), '}']];
  const snippets = file.snippets.map(({ name, directives }) => [
    `${printWord(word(`(${name})`))} {`,
    ...body(directives),
    '}',
  ]);
  const blocks = [...options, ...snippets, ...file.sites.map(siteLines)];
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function siteLines({ addresses, directives }: Site): string[] {
  return [`${addresses.map(printWord).join(', ')} {`, ...body(directives), '}'];
}

function body(directives: readonly Directive[]): string[] {
  return directives.flatMap((item) => directiveLines(item, '    '));
}

function directiveLines({ name, args, block }: Directive, indent: string): string[] {
  const line = indent + [name, ...args].map(printWord).join(' ');
  if (block === undefined) return [line];
  return [`${line} {`, ...block.flatMap((item) => directiveLines(item, `${indent}    `)), `${indent}}`];
}

/** Each way to write a word, or undefined where that way can't hold the text. */
const writers: Record<Quote, (text: string) => string | undefined> = {
  none: (text) => (isBare(text) ? text : undefined),
  // a backslash before a quote, or at the end, would swallow the quote
  double: (text) => (/\\("|$)/.test(text) ? undefined : `"${text.replaceAll('"', '\\"')}"`),
  back: (text) => (text.includes('`') ? undefined : `\`${text}\``),
  heredoc(text) {
    if (text === '' || text.includes('\r')) return undefined;
    let marker = 'EOF';
    while (`${text}\n`.includes(marker)) marker += '_';
    return `<<${marker}\n${text}\n${marker}`;
  },
};

/** A word as it was written, or in the first way that can hold its text. */
export function printWord({ text, quote }: Word): string {
  for (const way of [quote, 'none', 'double', 'back', 'heredoc'] as const) {
    const written = writers[way](text);
    if (written !== undefined) return written;
  }
  throw new CoveyError('invalid', `CADDYFILE: no kind of quotes can hold ${JSON.stringify(text)}`);
}

function isBare(text: string): boolean {
  if (text === '' || /^["`#]|^<<|\\<|\\$/.test(text)) return false;
  return ![...text].some(isSpace);
}
