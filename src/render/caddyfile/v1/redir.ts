import { argTexts, type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { conditions, isCondition } from './conditions.ts';
import { quoted, test, when } from './matching.ts';
import { convertWord } from './placeholders.ts';
import type { Convert, V1Site } from './site.ts';

/**
 * v1's `redir TO`, `redir TO CODE`, `redir FROM TO [CODE]` and tables of them in a block, with conditions. v1 redirects
 * to TO exactly as written (nothing of the request is added unless `{uri}` is there), with 301; FROM is one path, and no
 * other, `/` is all. The first that matches counts.
 */
export const convertRedirs: Convert = (all, site) => all.flatMap((from) => convertRedir(from, site));

function convertRedir(from: Directive, site: V1Site): Directive[] {
  const block = from.block ?? [];
  const rows = block.filter((row) => !isCondition(row));
  const tests = conditions(block);
  if (rows.length === 0) return redirect(from, from.args, word('301'), tests, site);
  const code = from.args[0];
  if (from.args.length > 1 || (code !== undefined && !isCode(code))) {
    throw caddyfileError(from.name.position, 'a "redir" with a block takes nothing but a status code');
  }
  return rows.flatMap((row) => redirect(row, [row.name, ...row.args], code ?? word('301'), tests, site));
}

function redirect(
  { name: { position } }: Directive,
  args: readonly Word[],
  code: Word,
  tests: readonly Directive[],
  site: V1Site,
): Directive[] {
  const last = args.at(-1);
  const rest = args.length > 1 && last !== undefined && isCode(last) ? args.slice(0, -1) : args;
  const status = rest === args ? code : (last ?? code);
  const [first, second, third] = rest;
  if (first === undefined || third !== undefined) {
    const text = argTexts({ name: word('redir'), args }).join(' ');
    throw caddyfileError(
      position,
      `"redir ${text}" is none of: redir TO, redir TO CODE, redir FROM TO [CODE]`,
    );
  }
  // Caddy 2's own paths know no case, so that /Old to /old would be a circle
  const from =
    second === undefined || first.text === '/' ? [] : [test('path_regexp', `^${quoted(first.text)}$`)];
  const { matcher, definition } = when([...from, ...tests], site, 'redir', position);
  const to = convertWord(second ?? first);
  // what v1 calls "meta" is a page that redirects
  const how = status.text === 'meta' ? word('html', status.position) : status;
  const where = matcher.length === 0 ? [word('*', position)] : matcher;
  return [...definition, directive(['redir', ...where, to, how], undefined, position)];
}

function isCode({ text }: Word): boolean {
  return text === 'meta' || /^30[0-578]$/.test(text);
}
