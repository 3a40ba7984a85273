import type { Position, Quote } from './lexer.ts';

/** A word as it stands in the file. Words made by the program have no position of their own. */
export interface Word {
  readonly text: string;
  readonly quote: Quote;
  readonly position: Position;
}

/** One directive or sub-directive: a name, its arguments on the same line, and the block in braces, if any. */
export interface Directive {
  readonly name: Word;
  readonly args: readonly Word[];
  readonly block?: readonly Directive[];
}

/** `(name) { … }`: directives that `import name` puts in its place. */
export interface Snippet {
  readonly name: string;
  readonly directives: readonly Directive[];
  readonly position: Position;
}

/** A site block; the addresses are as written, see `parseAddress`. */
export interface Site {
  readonly addresses: readonly Word[];
  readonly directives: readonly Directive[];
}

/** A whole Caddyfile. Order among snippets and sites is of no meaning to Caddy but for "snippet before use". */
export interface Caddyfile {
  /** The global options block; undefined where there is none. */
  readonly options?: readonly Directive[];
  readonly snippets: readonly Snippet[];
  readonly sites: readonly Site[];
}

const nowhere: Position = { line: 0, column: 0 };

/** A word made by the program; the printer quotes it where it must. */
export function word(text: string, position: Position = nowhere): Word {
  return { text, quote: 'none', position };
}

/** A directive made by the program, at the place of what it stands for. */
export function directive(
  line: readonly [string, ...(string | Word)[]],
  block?: readonly Directive[],
  position: Position = nowhere,
): Directive {
  const [name, ...args] = line;
  const words = args.map((arg) => (typeof arg === 'string' ? word(arg, position) : arg));
  return { name: word(name, position), args: words, ...(block === undefined ? {} : { block }) };
}

/** The texts of a directive's arguments. */
export function argTexts(of: Directive): string[] {
  return of.args.map((arg) => arg.text);
}
