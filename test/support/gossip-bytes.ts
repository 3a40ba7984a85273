import type { NodeDelta } from '../../src/gossip/delta.ts';
import type { Digest, Reply, Request } from '../../src/gossip/message.ts';
import { deltaBytes, entryBytes, stampBytes } from '../../src/gossip/size.ts';
import type { Stamp } from '../../src/gossip/stamp.ts';

/** Digests are sent again and again while nothing changes. */
const known = new WeakMap<Digest, number>();

/** Bytes of a message as protobuf, at most. What gRPC and TLS add (some 100 bytes a call) is not in it. */
export function requestBytes(request: Request): number {
  return request.kind === 'syn' ? digestBytes(request.digest) : ofDeltas(request.deltas);
}

export function replyBytes({ want, deltas }: Reply): number {
  return ofStamps(want) + ofDeltas(deltas);
}

function digestBytes(digest: Digest): number {
  const bytes = known.get(digest) ?? 2 + ofStamps(digest.stamps);
  known.set(digest, bytes);
  return bytes;
}

const ofStamps = (stamps: readonly Stamp[]) => stamps.reduce((sum, stamp) => sum + stampBytes(stamp), 0);

function ofDeltas(deltas: readonly NodeDelta[]): number {
  return deltas.reduce(
    (sum, { stamp, entries }) =>
      entries.reduce((bytes, entry) => bytes + entryBytes(entry), sum + deltaBytes(stamp)),
    0,
  );
}
