import type { Directive, Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { test } from './matching.ts';
import { pieces, type Scope } from './placeholders.ts';

/** v1's operators, as expressions (CEL) of two texts. */
const operators: Record<string, (a: string, b: string) => string> = {
  is: (a, b) => `${a} == ${b}`,
  not: (a, b) => `${a} != ${b}`,
  has: (a, b) => `(${a}).contains(${b})`,
  starts_with: (a, b) => `(${a}).startsWith(${b})`,
  ends_with: (a, b) => `(${a}).endsWith(${b})`,
  match: (a, b) => `(${a}).matches(${b})`,
};

/** Whether a line of a block is part of its condition. */
export function isCondition({ name }: Directive): boolean {
  return name.text === 'if' || name.text === 'if_op';
}

/** The tests that stand for the `if` and `if_op` of a block; none where there is no `if`. */
export function conditions(block: readonly Directive[], scope: Scope = {}): Directive[] {
  const found = block.filter(({ name }) => name.text === 'if').map((item) => condition(item, scope));
  const operator =
    block
      .filter(({ name }) => name.text === 'if_op')
      .map(joins)
      .at(-1) ?? '&&';
  return found.length === 0 ? [] : [test('expression', found.join(` ${operator} `))];
}

function joins({ name, args: [value, more] }: Directive): string {
  if (more === undefined && value?.text === 'and') return '&&';
  if (more === undefined && value?.text === 'or') return '||';
  throw caddyfileError(name.position, '"if_op" is one of: and, or');
}

function condition({ name, args: [a, operator, b, more] }: Directive, scope: Scope): string {
  if (a === undefined || operator === undefined || b === undefined || more !== undefined) {
    throw caddyfileError(name.position, '"if" needs three words, such as: if {path} is /a');
  }
  const negated = operator.text.startsWith('not_');
  const known = negated ? operator.text.slice('not_'.length) : operator.text;
  const write = operators[known];
  if (write === undefined) {
    const names = Object.keys(operators).join(', ');
    throw caddyfileError(operator.position, `"${operator.text}" of "if" is none of: ${names}`);
  }
  // the pattern of a match is none of v1's texts with placeholders
  const written = write(celText(a, scope), known === 'match' ? celString(b.text) : celText(b, scope));
  return negated ? `!(${written})` : `(${written})`;
}

function celText(of: Word, scope: Scope): string {
  const found = pieces(of, scope).map((piece) =>
    'text' in piece ? celString(piece.text.replace(/\\([{}])/g, '$1')) : celPlaceholder(piece.placeholder),
  );
  return found.length === 0 ? '""' : found.join(' + ');
}

/** A missing cookie is null to Caddy 2, and ports are numbers. */
function celPlaceholder(name: string): string {
  if (name.startsWith('http.request.cookie.')) return `({${name}} == null ? "" : {${name}})`;
  return /(port|_ms|unix)$/.test(name) ? `string({${name}})` : `{${name}}`;
}

/** Caddy looks for placeholders in the whole expression, its strings included. */
function celString(text: string): string {
  return JSON.stringify(text).replaceAll('{', '\\x7b');
}
