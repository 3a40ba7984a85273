/** Linux's number for an established connection in `/proc/net/tcp`. */
const ESTABLISHED = '01';

/**
 * How many connections lead to one of these IPv4 addresses.
 * @param table the text of `/proc/net/tcp` and `/proc/net/tcp6`
 */
export function connectionsTo(table: string, addresses: readonly string[]): number {
  const wanted = new Set(addresses.flatMap(written));
  return table.split('\n').filter((line) => {
    const [, , remote = '', state] = line.trim().split(/\s+/);
    return state === ESTABLISHED && wanted.has(remote.slice(0, remote.indexOf(':')));
  }).length;
}

/** An address as the kernel writes it: the bytes of each word backwards; also as a part of IPv6. */
function written(address: string): string[] {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  const word = bytes.toReversed().join('').toUpperCase();
  return [word, `0000000000000000FFFF0000${word}`];
}
