import { argTexts, type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { conditions, isCondition } from './conditions.ts';
import { longestFirst, prefix, quoted, test, when } from './matching.ts';
import { convertWord } from './placeholders.ts';
import type { Convert, V1Site } from './site.ts';

interface Rule {
  readonly base: Word;
  /** Lines of the matcher but for those of files. */
  readonly tests: readonly Directive[];
  /** Candidates; the last one is taken whether it is there or not. */
  readonly to: readonly Word[];
  readonly captures: string;
}

/**
 * v1's `rewrite [not] REGEXP TO…` and blocks. Of all rules one is applied: of those that match the one with the longest
 * base. A `route` of their own keeps them from standing in the way of other rewrites.
 */
export const convertRewrites: Convert = (all, site) => {
  const rules = all.map((from) => (from.args.length > 1 ? readLine(from, site) : readBlock(from, site)));
  const lines = longestFirst(rules, ({ base }) => base.text).flatMap((rule) => rewrites(rule, site));
  return lines.length === 0 ? [] : [directive(['route'], lines)];
};

function readLine(from: Directive, site: V1Site): Rule {
  const { position } = from.name;
  if (from.block !== undefined) throw caddyfileError(position, 'a "rewrite" with a block takes one path');
  const negated = from.args[0]?.text === 'not';
  const [pattern, ...to] = negated ? from.args.slice(1) : from.args;
  if (pattern === undefined || to.length === 0) {
    throw caddyfileError(position, '"rewrite" needs what to rewrite, and to what');
  }
  const captures = site.name('pattern').slice(1);
  const tests = negated
    ? [test('not', 'path_regexp', pattern.text)]
    : [test('path_regexp', captures, pattern.text)];
  return { base: word('/', position), tests, to, captures };
}

function readBlock(from: Directive, site: V1Site): Rule {
  const { position } = from.name;
  const captures = site.name('pattern').slice(1);
  const base = from.args[0] ?? word('/', position);
  const block = from.block ?? [];
  const found = { pattern: undefined as Word | undefined, to: [] as readonly Word[], ext: [] as Word[] };
  for (const item of block.filter((line) => !isCondition(line))) {
    const [value, more] = item.args;
    const name = item.name.text;
    if ((name === 'r' || name === 'regexp') && value !== undefined && more === undefined)
      found.pattern = value;
    else if (name === 'to' && value !== undefined) found.to = item.args;
    else if (name === 'ext' && value !== undefined) found.ext.push(...item.args);
    else {
      throw caddyfileError(
        item.name.position,
        `"${name}" of "rewrite" is none of: regexp PATTERN, to PATH…, ext .EXT…, if, if_op`,
      );
    }
  }
  if (found.to.length === 0) throw caddyfileError(position, 'the block of a "rewrite" needs a line "to"');
  const tests = [
    test('path', prefix(base)),
    ...(found.pattern === undefined
      ? []
      : [test('path_regexp', captures, belowBase(found.pattern, base.text))]),
    ...extensions(found.ext),
    ...conditions(block, { first: true }),
  ];
  // a matcher has one expression, so that of "ext" and those of "if" are one
  return { base, tests: joinExpressions(tests), to: found.to, captures };
}

/** v1 applied the pattern to what is behind the base, its slash included; here it gets the whole path. */
function belowBase({ text, position }: Word, base: string): string {
  const before = base.replace(/\/$/, '');
  if (before === '') return text;
  const anchored = text.startsWith('^');
  const rest = anchored ? text.slice(1) : text;
  if (/(^|[^[\\])\^/.test(rest) || (anchored && rest.includes('|'))) {
    throw caddyfileError(
      position,
      `the pattern "${text}" can't be joined with the path "${base}"`,
      'Write it for the whole path, and the base as "/".',
    );
  }
  return `^(?i:${quoted(before)})${anchored ? rest : `(?s:.*?)(?:${rest})`}`;
}

/** v1's list of extensions, `/` for none, `!` in front for "not these". */
function extensions(words: readonly Word[]): Directive[] {
  const pattern = ({ text, position }: Word) => {
    const ext = text.replace(/^!/, '');
    if (ext === '/') return '/[^./]*/?$';
    if (/^\.[^./]+$/.test(ext)) return `${quoted(ext)}/?$`;
    throw caddyfileError(position, `"${text}" of "ext" is no extension, such as .html, !.html or /`);
  };
  const wanted = words.filter(({ text }) => !text.startsWith('!'));
  const patterns = (wanted.length > 0 ? wanted : words).map(pattern).join('|');
  if (patterns === '') return [];
  const matches = `{http.request.uri.path}.matches(${JSON.stringify(patterns)})`;
  return [test('expression', wanted.length > 0 ? matches : `!${matches}`)];
}

function joinExpressions(tests: readonly Directive[]): Directive[] {
  const [first, second] = tests
    .filter(({ name }) => name.text === 'expression')
    .map((item) => argTexts(item).join(' '));
  if (first === undefined || second === undefined) return [...tests];
  const others = tests.filter(({ name }) => name.text !== 'expression');
  return [...others, test('expression', `(${first}) && (${second})`)];
}

/** One `rewrite` for each candidate; they exclude each other, and the rules behind them. */
function rewrites({ tests, to, captures }: Rule, site: V1Site): Directive[] {
  const scope = { first: true, captures };
  return to.flatMap((candidate, index) => {
    const isLast = index === to.length - 1;
    // without a folder of its own a site has no files, so that none is found
    if (!isLast && site.root === undefined) return [];
    const { text } = convertWord(candidate, scope);
    const target = /^[/{]/.test(text) ? text : `/${text}`;
    const [path = '', ...query] = target.split('?');
    const file = directive(['file'], [directive(['try_files', path])]);
    const { matcher, definition } = when(
      isLast ? tests : [...tests, file],
      site,
      'rewrite',
      candidate.position,
    );
    const where = matcher.length === 0 ? [word('*')] : matcher;
    const found = ['{http.matchers.file.relative}', ...query].join('?');
    return [
      ...definition,
      directive(['rewrite', ...where, isLast ? target : found], undefined, candidate.position),
    ];
  });
}
