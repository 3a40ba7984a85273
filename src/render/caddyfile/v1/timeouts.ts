import { type Directive, directive } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { duration } from './site.ts';

/** Which lines of the upstream transport stand for v1's timeouts of a site. */
const timeoutLines: Record<string, readonly string[]> = {
  read: ['response_header_timeout', 'read_timeout'],
  write: ['write_timeout'],
  // these were of the visitor's connection, which all sites share now
  header: [],
  idle: [],
};

/** `timeouts 300s`, `timeouts none`, or a block of read, write, header and idle: become those of the upstream. */
export function convertTimeouts(from: Directive): Directive[] {
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
