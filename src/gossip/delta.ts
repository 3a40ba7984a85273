import { type Entry, type NodeState, replaced, withoutTombstones } from './node-state.ts';
import { deltaBytes, entryBytes } from './size.ts';
import { compareStamps, type Stamp, settled, unknown } from './stamp.ts';

/** What somebody may lack of one node: all of its entries with versions above `from`, up to `to`. */
export interface NodeDelta {
  /** How much the sender holds. Where the delta was cut, `to` is below its version. */
  readonly stamp: Stamp;
  readonly from: number;
  readonly to: number;
  /** In the order of their versions. */
  readonly entries: readonly Entry[];
}

/** What a delta is to whoever gets it: nothing new, of no use without what comes before it, or a newer state. */
export type Merged = 'old' | 'gap' | NodeState;

/**
 * What `theirs` lacks of a state that is ahead of it, in at most so many bytes, as the first part of it: never with a gap.
 * Undefined where not even one entry has room.
 */
export function deltaFor(state: NodeState, theirs: Stamp, budget: number): NodeDelta | undefined {
  const { stamp } = state;
  const from = baseOf(theirs, stamp);
  let left = budget - deltaBytes(stamp);
  if (left < 0) return undefined;
  const start = from === 0 ? 0 : state.entries.findIndex(({ version }) => version > from);
  if (start < 0) return { stamp, from, to: stamp.version, entries: [] };
  let end = start;
  for (; end < state.entries.length; end++) {
    left -= entryBytes(state.entries[end] as Entry);
    if (left < 0) break;
  }
  const whole = end === state.entries.length;
  if (whole && start === 0) return { stamp, from, to: stamp.version, entries: state.entries };
  const entries = state.entries.slice(start, end);
  if (whole) return { stamp, from, to: stamp.version, entries };
  const last = entries.at(-1);
  return last && { stamp, from, to: last.version, entries };
}

/**
 * Takes a delta into what is held of its node, which is then ahead of what it was, or says why not. Entries that it lacks
 * for having been collected at the sender go, since then the whole state is replaced.
 */
export function merge(held: NodeState | undefined, delta: NodeDelta): Merged {
  const { stamp, to } = delta;
  const own = held?.stamp ?? unknown(stamp.node);
  if (compareStamps(stamp, own) <= 0) return 'old';
  if (stamp.goneAt > 0) return { stamp, entries: [] };
  const base = baseOf(own, stamp);
  if (delta.from > base) return 'gap';
  const floor = Math.max(base === 0 ? 0 : own.floor, stamp.floor);
  const next = to === stamp.version && floor === stamp.floor ? stamp : { ...stamp, version: to, floor };
  // Somebody else has brought more since then.
  if (compareStamps(next, own) <= 0) return 'old';
  const fresh = delta.from === base ? delta.entries : delta.entries.filter(({ version }) => version > base);
  const entries = base === 0 ? fresh : replaced(held?.entries ?? [], fresh);
  return { stamp: next, entries: withoutTombstones(entries, floor) };
}

/**
 * From which version on a state is sent to somebody who holds as much as `theirs`. From the start, in place of all
 * that is held, where that is of another run, or may have a key whose tombstone is collected already.
 */
function baseOf(theirs: Stamp, ahead: Stamp): number {
  const sameRun = theirs.incarnation === ahead.incarnation && ahead.goneAt === 0;
  return sameRun && settled(theirs) >= ahead.floor ? theirs.version : 0;
}
