import { argTexts, type Directive, directive, word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import type { Timeouts } from './proxy.ts';

/** v1 durations are Go's, and a bare number is a number of seconds. */
function duration({ text, position }: Directive['name']): string {
  if (text === 'none' || text === '0') return '0';
  if (/^\d+$/.test(text)) return `${text}s`;
  if (/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return text;
  throw caddyfileError(position, `"${text}" is no duration`, 'Write it as 30s, 5m or 1h.');
}

/** Which lines of the upstream transport stand for v1's timeouts of a site. */
const timeoutLines: Record<string, readonly string[]> = {
  read: ['response_header_timeout', 'read_timeout'],
  write: ['write_timeout'],
  // these were of the visitor's connection, which all sites share now
  header: [],
  idle: [],
};

/** `timeouts 300s`, `timeouts none`, or a block of read, write, header and idle: become those of the upstream. */
export function convertTimeouts(from: Directive): Timeouts {
  const all = from.args[0];
  if (all !== undefined && from.block === undefined && from.args.length === 1) {
    const names = ['response_header_timeout', 'read_timeout', 'write_timeout'];
    return names.map((name) => directive([name, duration(all)]));
  }
  if (from.block === undefined || from.args.length > 0) {
    throw caddyfileError(
      from.name.position,
      '"timeouts" needs one duration, or a block',
      'Such as: timeouts 300s.',
    );
  }
  return from.block.flatMap(({ name, args: [value, more] }) => {
    const lines = timeoutLines[name.text];
    if (lines === undefined || value === undefined || more !== undefined) {
      throw caddyfileError(
        name.position,
        `"${name.text}" of "timeouts" is none of: read, write, header, idle DURATION`,
      );
    }
    return lines.map((line) => directive([line, duration(value)]));
  });
}

/** `tls self_signed`, `tls EMAIL`, `tls CERT KEY`; `tls off` only where the address says http:// anyway. */
export function convertTls(from: Directive): Directive[] {
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
}

/** v1's sites are file servers wherever nothing else answers. */
export function convertRoot(from: Directive): Directive[] {
  const [path, more] = from.args;
  if (path === undefined || more !== undefined)
    throw caddyfileError(from.name.position, '"root" needs one path');
  const { position } = from.name;
  return [
    directive(['root', '*', path], undefined, position),
    directive(['file_server'], undefined, position),
  ];
}

/** `errors [LOG]` went to the log, as all errors do now; `errors { 404 page.html }` are pages of the site's root. */
export function convertErrors(from: Directive): Directive[] {
  return (from.block ?? []).flatMap(({ name, args: [page, more] }) => {
    if (name.text === 'rotate_size' || name.text === 'rotate_age' || name.text.startsWith('rotate_'))
      return [];
    if (!/^([45]\d\d|\*)$/.test(name.text) || page === undefined || more !== undefined) {
      throw caddyfileError(name.position, `"${name.text}" of "errors" is no status code with a page`);
    }
    const path = word(`/${page.text.replace(/^\.?\/+/, '')}`, page.position);
    const codes = name.text === '*' ? [] : [name.text];
    const block = [directive(['rewrite', '*', path]), directive(['file_server'])];
    return [directive(['handle_errors', ...codes], block, name.position)];
  });
}
