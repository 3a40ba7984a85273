import { CoveyError } from '../../errors.ts';

/** How a token was written: bare, in double quotes, in backquotes, or as a heredoc (`<<EOF`). */
export type Quote = 'none' | 'double' | 'back' | 'heredoc';

/** Where a token begins, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One word of a Caddyfile; `text` is without its quotes. */
export interface Token {
  readonly text: string;
  readonly quote: Quote;
  readonly position: Position;
  /** The token is the first one of its line (a line continued by `\` counts as one). */
  readonly startsLine: boolean;
}

/** The error for a place in a CADDYFILE; every error of this folder has this form. */
export function caddyfileError({ line, column }: Position, message: string, hint?: string): CoveyError {
  const options = hint === undefined ? {} : { hint };
  return new CoveyError('invalid', `CADDYFILE line ${line}, column ${column}: ${message}`, options);
}

/** Whether Caddy ends a word at this character (Go's unicode.IsSpace). */
export function isSpace(char: string): boolean {
  return /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u.test(char);
}

/**
 * The words of a Caddyfile, split as Caddy 2 does it: quotes, backquotes, heredocs, comments, lines continued by a
 * backslash. Environment placeholders (`{$NAME}`) stay as they are.
 * @throws CoveyError `invalid` with line and column
 */
export function tokenize(input: string): Token[] {
  const source = cursor(input.startsWith('\uFEFF') ? input.slice(1) : input);
  const tokens: Token[] = [];
  let startsLine = true;
  for (;;) {
    const gap = skipBlanks(source);
    startsLine ||= gap;
    if (source.peek() === undefined) return tokens;
    const position = source.position();
    tokens.push({ ...readToken(source, position), position, startsLine });
    startsLine = false;
  }
}

interface Cursor {
  peek(offset?: number): string | undefined;
  next(): string | undefined;
  position(): Position;
}

/** Walks over the code points of a text and keeps line and column. */
function cursor(input: string): Cursor {
  const chars = [...input];
  let index = 0;
  let line = 1;
  let column = 1;
  return {
    peek: (offset = 0) => chars[index + offset],
    next() {
      const char = chars[index];
      if (char === undefined) return undefined;
      index += 1;
      if (char === '\n') {
        line += 1;
        column = 1;
      } else {
        column += 1;
      }
      return char;
    },
    position: () => ({ line, column }),
  };
}

/** Skips white space, comments and continued line ends; tells whether a line ended. */
function skipBlanks(source: Cursor): boolean {
  let ended = false;
  for (;;) {
    const char = source.peek();
    if (char === undefined) return ended;
    if (char === '#') {
      while (source.peek() !== undefined && source.peek() !== '\n') source.next();
    } else if (continuesLine(source)) {
      source.next();
      while (source.next() !== '\n');
    } else if (isSpace(char)) {
      ended ||= char === '\n';
      source.next();
    } else {
      return ended;
    }
  }
}

function continuesLine(source: Cursor): boolean {
  if (source.peek() !== '\\') return false;
  return source.peek(1) === '\n' || (source.peek(1) === '\r' && source.peek(2) === '\n');
}

function readToken(source: Cursor, start: Position): Pick<Token, 'text' | 'quote'> {
  const first = source.peek();
  if (first === '"') return { text: readDouble(source, start), quote: 'double' };
  if (first === '`') return { text: readBack(source, start), quote: 'back' };
  const text = readBare(source);
  if (!text.heredoc) return { text: text.value, quote: 'none' };
  return { text: readHeredoc(source, start, text.value.slice(2)), quote: 'heredoc' };
}

/** In double quotes only a quote can be escaped; any other backslash is itself, and takes the next one along. */
function readDouble(source: Cursor, start: Position): string {
  source.next();
  let text = '';
  for (;;) {
    const char = source.next();
    if (char === undefined) throw caddyfileError(start, 'this quote (") is never closed');
    if (char === '"') return text;
    if (char !== '\\') {
      text += char;
      continue;
    }
    const escaped = source.next();
    if (escaped === undefined) throw caddyfileError(start, 'this quote (") is never closed');
    text += escaped === '"' ? '"' : `\\${escaped}`;
  }
}

function readBack(source: Cursor, start: Position): string {
  source.next();
  let text = '';
  for (;;) {
    const char = source.next();
    if (char === undefined) throw caddyfileError(start, 'this backquote (`) is never closed');
    if (char === '`') return text;
    text += char;
  }
}

/** A bare word; `heredoc` when it is `<<MARKER` with nothing but the line's end behind it. */
function readBare(source: Cursor): { value: string; heredoc: boolean } {
  let value = '';
  let mayBeHeredoc = true;
  for (;;) {
    const char = source.peek();
    if (char === undefined || isSpace(char) || continuesLine(source)) break;
    source.next();
    if (char !== '\\') {
      value += char;
      continue;
    }
    const escaped = source.peek();
    if (escaped === undefined || isSpace(escaped)) continue;
    source.next();
    // `\<` is how a word that is no heredoc begins with `<<`
    if (escaped === '<') mayBeHeredoc = false;
    value += escaped === '<' ? '<' : `\\${escaped}`;
  }
  const endsLine = source.peek() === '\n' || (source.peek() === '\r' && source.peek(1) === '\n');
  return { value, heredoc: mayBeHeredoc && endsLine && value.startsWith('<<') };
}

function readHeredoc(source: Cursor, start: Position, marker: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(marker)) {
    throw caddyfileError(
      start,
      `"<<${marker}" needs a marker of letters, digits, "-" and "_", such as <<EOF`,
    );
  }
  while (source.next() !== '\n');
  let text = '';
  while (!text.endsWith(marker)) {
    const char = source.next();
    if (char === undefined)
      throw caddyfileError(start, `the heredoc <<${marker} is never closed by ${marker}`);
    text += char;
  }
  return withoutIndent(text.slice(0, -marker.length), start, marker);
}

/** Takes the closing marker's indent off every line, as Caddy does. */
function withoutIndent(text: string, start: Position, marker: string): string {
  const lines = text.split('\n');
  const indent = lines.pop() ?? '';
  const stripped = lines.map((line, index) => {
    const content = line.replaceAll('\r', '');
    if (content === '') return '';
    if (content.startsWith(indent)) return content.slice(indent.length);
    const place = { line: start.line + 1 + index, column: 1 };
    throw caddyfileError(place, `this line is indented less than the closing ${marker} of its heredoc`);
  });
  return stripped.join('\n');
}
