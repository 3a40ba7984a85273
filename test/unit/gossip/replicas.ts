import type { NodeDelta } from '../../../src/gossip/delta.ts';
import type { NodeState } from '../../../src/gossip/node-state.ts';
import { createReplica, type Replica } from '../../../src/gossip/replica.ts';
import type { Stamp } from '../../../src/gossip/stamp.ts';

/** A replica at the time 1000, which keeps tombstones for 100 ms and knows for 1000 ms who is gone. */
export function makeReplica(node: string, { incarnation = 1_000 } = {}) {
  const clock = { now: 1_000 };
  const replica = createReplica({
    node,
    incarnation,
    now: () => clock.now,
    random: () => 0.5,
    keepTombstones: 100,
    keepGone: 1_000,
  });
  return { replica, clock };
}

/** All that somebody holds of a node. */
export function deltaOf(from: Replica, node: string): NodeDelta {
  const { stamp, entries } = from.states().get(node) as NodeState;
  return { stamp, from: 0, to: stamp.version, entries };
}

/** Tells all that is held of a node, by itself if no other is named. */
export function tell(from: Replica, to: Replica, about = from.node): void {
  to.apply([deltaOf(from, about)], { news: false });
}

export const stampOf = (replica: Replica) => replica.states().get(replica.node)?.stamp as Stamp;

/** The live entries that somebody holds of a node. */
export function entriesOf(replica: Replica, node: string): Record<string, string> {
  const entries = replica.states().get(node)?.entries ?? [];
  return Object.fromEntries(entries.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])));
}
