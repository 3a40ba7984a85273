import type { Entry } from './node-state.ts';
import type { Stamp } from './stamp.ts';

/** Bytes of a whole number in a protobuf message, its tag included. */
function numberBytes(value: number): number {
  let bytes = 2;
  for (let rest = value; rest >= 128; rest /= 128) bytes += 1;
  return bytes;
}

/** Bytes of a text, or a message, of that length. */
const lengthBytes = (length: number) => numberBytes(length) + length;

const textBytes = (text: string) => lengthBytes(Buffer.byteLength(text));

/** Bytes of a stamp within a message (proto/covey/v1/peer.proto). */
export function stampBytes({ node, incarnation, version, floor, goneAt }: Stamp): number {
  return lengthBytes(
    textBytes(node) +
      numberBytes(incarnation) +
      numberBytes(version) +
      numberBytes(floor) +
      numberBytes(goneAt),
  );
}

export function entryBytes({ key, version, value }: Entry): number {
  return lengthBytes(textBytes(key) + numberBytes(version) + (value === undefined ? 0 : textBytes(value)));
}

/** Most bytes of a delta without its entries; its own length is below 2 MiB. */
export function deltaBytes(stamp: Stamp): number {
  return 4 + stampBytes(stamp) + 2 * numberBytes(stamp.version);
}
