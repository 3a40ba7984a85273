import { argTexts, type Directive, directive, type Word, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { convertWord } from './placeholders.ts';

/**
 * v1's `redir TO`, `redir TO CODE`, `redir FROM TO [CODE]` and tables of them in a block. v1 redirects to TO exactly as
 * written (nothing of the request is added unless `{uri}` is there), with 301; FROM is one path, `/` is all.
 */
export function convertRedir(from: Directive): Directive[] {
  if (from.block === undefined) return [redirect(from, from.args, word('301'))];
  const code = from.args[0];
  if (from.args.length > 1 || (code !== undefined && !isCode(code))) {
    throw caddyfileError(from.name.position, 'a "redir" with a block takes nothing but a status code');
  }
  return from.block.map((row) => {
    if (row.name.text === 'if' || row.name.text === 'if_op') {
      throw caddyfileError(
        row.name.position,
        `"redir" with "${row.name.text}" is not supported`,
        'Write it for Caddy 2.',
      );
    }
    return redirect(from, [row.name, ...row.args], code ?? word('301'));
  });
}

function redirect(from: Directive, args: readonly Word[], code: Word): Directive {
  const last = args.at(-1);
  const rest = args.length > 1 && last !== undefined && isCode(last) ? args.slice(0, -1) : args;
  const status = rest === args ? code : (last ?? code);
  const [first, second, third] = rest;
  if (first === undefined || third !== undefined) {
    const text = argTexts({ ...from, args }).join(' ');
    throw caddyfileError(
      from.name.position,
      `"redir ${text}" is none of: redir TO, redir TO CODE, redir FROM TO [CODE]`,
    );
  }
  const path = second === undefined || first.text === '/' ? word('*', first.position) : first;
  const to = convertWord(second ?? first);
  // what v1 calls "meta" is a page that redirects
  const how = status.text === 'meta' ? word('html', status.position) : status;
  return directive(['redir', path, to, how], undefined, from.name.position);
}

function isCode({ text }: Word): boolean {
  return text === 'meta' || /^30[0-8]$/.test(text);
}
