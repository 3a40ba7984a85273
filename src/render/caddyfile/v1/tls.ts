import { argTexts, type Directive, directive } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';

/** `tls self_signed`, `tls EMAIL`, `tls CERT KEY`; `tls off` only where the address says http:// anyway. */
export function convertTls(all: readonly Directive[]): Directive[] {
  return all.flatMap((from) => {
    const [first, second, third] = argTexts(from);
    const { position } = from.name;
    if (from.block !== undefined || third !== undefined || first === undefined) {
      throw caddyfileError(position, 'a v1 "tls" with a block is not supported', 'Write it for Caddy 2.');
    }
    if (first === 'self_signed') return [directive(['tls', 'internal'], undefined, position)];
    if (first === 'off') return [];
    if (second === undefined && !first.includes('@')) {
      throw caddyfileError(
        position,
        `"tls ${first}" is none of: tls self_signed, tls off, tls EMAIL, tls CERT KEY`,
      );
    }
    return [from];
  });
}
