import { type Directive, directive, type Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { longestFirst, prefix } from './matching.ts';
import type { Convert } from './site.ts';

/** v1's `status CODE PATH` and `status CODE { PATH… }`. The longest path counts; from 400 on the error pages do too. */
export const convertStatus: Convert = (all) =>
  longestFirst(all.flatMap(readRules), ({ path }) => path.text).map(({ code, path }) => {
    const pattern = prefix(path);
    const matcher = pattern === '*' ? [] : [pattern];
    const name = Number(code) < 400 ? 'respond' : 'error';
    return directive([name, ...matcher, code], undefined, path.position);
  });

function readRules({ name: { position }, args, block }: Directive): { code: string; path: Word }[] {
  const [code, path, more] = args;
  const rows = block ?? [];
  const paths = path === undefined ? rows.map(({ name }) => name) : [path];
  const odd = rows.find((row) => row.args.length > 0);
  if (
    code === undefined ||
    more !== undefined ||
    paths.length === 0 ||
    (path && block) ||
    odd !== undefined
  ) {
    throw caddyfileError(
      odd?.name.position ?? position,
      '"status" needs a code and a path, or a code and a block of paths',
    );
  }
  if (!/^[2-5]\d\d$/.test(code.text)) throw caddyfileError(code.position, `"${code.text}" is no status code`);
  return paths.map((of) => ({ code: code.text, path: of }));
}
