import { type Directive, directive } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { prefix, test, when } from './matching.ts';
import { type Convert, only, type V1Site, wholeNumber } from './site.ts';

/** v1's `gzip`. Which files are worth it Caddy 2 knows by their type, so `ext` is but a hint. */
export const convertGzip: Convert = (all, site) => {
  const lines = all.map((from) => convertOne(from, site));
  // one that leaves nothing out makes the exceptions of others void
  const whole = lines.find((line) => line.length === 1);
  return whole ?? lines.flat();
};

function convertOne(from: Directive, site: V1Site): Directive[] {
  const { position } = from.name;
  if (from.args.length > 0) throw caddyfileError(position, '"gzip" takes nothing but a block');
  const not: string[] = [];
  let level: string | undefined;
  let least: string | undefined;
  for (const item of from.block ?? []) {
    const { text } = item.name;
    if (text === 'not' && item.args.length > 0) not.push(...item.args.map(prefix));
    else if (text === 'level') level = wholeNumber(only(item, 'a number from 1 to 9'), 0);
    else if (text === 'min_length') least = wholeNumber(only(item, 'a number of bytes'), 1);
    else if (text !== 'ext' || item.args.length === 0) {
      throw caddyfileError(item.name.position, `"${text}" of "gzip" is none of: ext, not, level, min_length`);
    }
  }
  const tests = not.length === 0 ? [] : [test('not', 'path', ...not)];
  const { matcher, definition } = when(tests, site, 'gzip', position);
  // out of range was "the usual" in v1
  const gzip =
    level !== undefined && /^[1-9]$/.test(level) ? directive(['gzip', level]) : directive(['gzip']);
  if (level === undefined && least === undefined) {
    return [...definition, directive(['encode', ...matcher, 'zstd', 'gzip'], undefined, position)];
  }
  const block = [
    directive(['zstd']),
    gzip,
    ...(least === undefined ? [] : [directive(['minimum_length', least])]),
  ];
  return [...definition, directive(['encode', ...matcher], block, position)];
}
