import { posix } from 'node:path';
import { type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError, type Position } from '../lexer.ts';
import type { V1Site } from './site.ts';

/**
 * v1's paths are prefixes, whatever the case; `/` is all, here `*`.
 * @throws CoveyError `invalid` for a path that v1 never matched, or that Caddy 2 would read otherwise
 */
export function prefix({ text, position }: Pick<Word, 'text' | 'position'>): string {
  if (!text.startsWith('/')) throw caddyfileError(position, `the path "${text}" does not begin with "/"`);
  if (/[*?[\]\\%{}]/.test(text)) {
    throw caddyfileError(
      position,
      `the path "${text}" holds a character that Caddy 2 reads as a pattern`,
      'In v1 a path is the beginning of a path, and taken literally.',
    );
  }
  const clean = posix.normalize(text);
  return clean === '/' ? '*' : `${clean}*`;
}

/** Paths of an `except`, which are below the path of the directive. */
export function exceptions(base: Word, paths: readonly Word[]): string[] {
  return paths.map(({ text, position }) => prefix({ text: posix.join(base.text, text), position }));
}

/** A text as a regular expression that finds this very text. */
export function quoted(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

/** A test of a matcher, such as `path /a*`. */
export function test(...line: [string, ...string[]]): Directive {
  return directive(line);
}

/**
 * What stands for "all of these tests" behind a directive, and the matcher's definition, if it takes one.
 * @param tests lines of a matcher; none is all requests
 */
export function when(
  tests: readonly Directive[],
  site: V1Site,
  kind: string,
  position: Position,
): { matcher: Word[]; definition: Directive[] } {
  const real = tests.filter(({ name, args }) => !(name.text === 'path' && args[0]?.text === '*'));
  const [first, more] = real;
  if (first === undefined) return { matcher: [], definition: [] };
  const path = first.args[0]?.text ?? '';
  if (more === undefined && first.name.text === 'path' && first.args.length === 1 && path.startsWith('/')) {
    return { matcher: [word(path, position)], definition: [] };
  }
  const name = site.name(kind);
  return { matcher: [word(name, position)], definition: [directive([name], real)] };
}

/** The longest base path first, as v1 chose among several that match; equal ones stay in order. */
export function longestFirst<T>(rules: readonly T[], base: (rule: T) => string): T[] {
  return rules.toSorted((a, b) => base(b).length - base(a).length);
}
