import { CoveyError } from '../errors.ts';
import { merge, type NodeDelta } from './delta.ts';
import { collected, departed, type Entry, type NodeState, reborn, written } from './node-state.ts';
import type { Random } from './random.ts';
import { entryBytes } from './size.ts';
import { compareStamps, type Stamp, unknown } from './stamp.ts';

/** Most bytes of one entry: each has room in a delta, so that none can keep those behind it from going out. */
export const ENTRY_LIMIT = 8 * 1024;

const INCARNATION_STEP = 1_000;

export interface ReplicaOptions {
  node: string;
  /** Its start, in unix ms. */
  incarnation: number;
  /** Unix ms. */
  now: () => number;
  random: Random;
  /** How long a deleted key has a tombstone, in ms. */
  keepTombstones: number;
  /** How long a node that is gone is known to be, in ms. Who was cut off for longer may bring it back. */
  keepGone: number;
}

/** What two nodes hold differently: stamps of the other where this one is ahead, and of this one where the other is. */
interface Difference {
  ahead: Stamp[];
  behind: Stamp[];
}

/** All that one node holds of all nodes. Only the node itself writes its own entries, and that it is here. */
export interface Replica {
  readonly node: string;
  states(): ReadonlyMap<string, NodeState>;
  /** Another number after each change of the states. */
  revision(): number;
  /** Changes an entry of this node; undefined deletes it. Errors: `invalid` where it is too long. */
  write(key: string, value: string | undefined): void;
  /** This node goes for good, and says so. It takes back nothing that others say of it from then on. */
  leave(): void;
  /** Another node is gone for good: whoever says it, all others take it. A node that is not takes a new incarnation. */
  remove(node: string): void;
  /** Compares with stamps of another node. `whole`: it holds nothing of nodes that are not among them. */
  compare(stamps: readonly Stamp[], whole: boolean): Difference;
  /** Takes what is new. `news`: also for `takeNews`. Gives what is held where a part between that and the delta is missing. */
  apply(deltas: readonly NodeDelta[], options: { news: boolean }): Stamp[];
  /** What has changed by this node or by news since the last call: nodes, each with the stamp from before. */
  takeNews(): Map<string, Stamp>;
  /** Forgets tombstones, and nodes that are gone, when their time is over. */
  collect(): void;
}

export function createReplica(options: ReplicaOptions): Replica {
  const { node: self, now } = options;
  const states = new Map<string, NodeState>();
  let own: NodeState = { stamp: { ...unknown(self), incarnation: options.incarnation }, entries: [] };
  states.set(self, own);
  /** The tombstones of this node, from the oldest. */
  let tombstones: { version: number; at: number }[] = [];
  let news = new Map<string, Stamp>();
  let revision = 0;

  function hold(state: NodeState): void {
    states.set(state.stamp.node, state);
    revision += 1;
  }

  function note(node: string): void {
    if (!news.has(node)) news.set(node, states.get(node)?.stamp ?? unknown(node));
  }

  function become(state: NodeState): void {
    note(self);
    own = state;
    hold(state);
  }

  /** Somebody knows of this node what it has not written: an earlier run with a clock ahead, or that it is gone. */
  function refute(stamp: Stamp): void {
    if (own.stamp.goneAt > 0 || compareStamps(stamp, own.stamp) <= 0) return;
    // Not just the next number: a run before this one, which nobody here has heard of, may have taken that.
    become(reborn(own, stamp.incarnation + 1 + Math.floor(options.random() * INCARNATION_STEP)));
    tombstones = [];
  }

  const isForgotten = ({ goneAt }: Stamp) => goneAt > 0 && goneAt + options.keepGone <= now();

  function compare(stamps: readonly Stamp[], whole: boolean): Difference {
    const difference: Difference = { ahead: [], behind: [] };
    let known = 0;
    for (const theirs of stamps) {
      if (theirs.node === self) refute(theirs);
      const mine = states.get(theirs.node)?.stamp;
      if (mine) known += 1;
      if (isForgotten(theirs)) continue;
      const order = compareStamps(mine ?? unknown(theirs.node), theirs);
      if (order > 0) difference.ahead.push(theirs);
      if (order < 0 && theirs.node !== self) difference.behind.push(mine ?? unknown(theirs.node));
    }
    if (whole && known < states.size) {
      const named = new Set(stamps.map(({ node }) => node));
      for (const node of states.keys()) if (!named.has(node)) difference.ahead.push(unknown(node));
    }
    return difference;
  }

  function apply(deltas: readonly NodeDelta[], { news: isNews }: { news: boolean }): Stamp[] {
    const gaps: Stamp[] = [];
    for (const delta of deltas) {
      const { node } = delta.stamp;
      if (node === self) {
        refute(delta.stamp);
        continue;
      }
      if (isForgotten(delta.stamp)) continue;
      const held = states.get(node);
      const merged = merge(held, delta);
      if (merged === 'old') continue;
      if (merged === 'gap') {
        gaps.push(held?.stamp ?? unknown(node));
        continue;
      }
      if (isNews) note(node);
      hold(merged);
    }
    return gaps;
  }

  return {
    node: self,
    states: () => states,
    revision: () => revision,
    write: (key, value) => {
      // A node that is gone has nothing more to say.
      if (own.stamp.goneAt > 0) return;
      const next = written(own, key, value);
      if (next === own) return;
      assertFits({ key, version: next.stamp.version, value });
      become(next);
      if (value === undefined) tombstones.push({ version: next.stamp.version, at: now() });
    },
    leave: () => {
      if (own.stamp.goneAt === 0) become(departed(own, now()));
    },
    remove: (node) => {
      const state = states.get(node);
      if (node === self || state === undefined || state.stamp.goneAt > 0) return;
      note(node);
      hold(departed(state, now()));
    },
    compare,
    apply,
    takeNews: () => {
      const taken = news;
      news = new Map();
      return taken;
    },
    collect: () => {
      for (const [node, { stamp }] of states)
        if (node !== self && isForgotten(stamp) && states.delete(node)) revision += 1;
      const last = tombstones.findLastIndex(({ at }) => at + options.keepTombstones <= now());
      const floor = tombstones[last]?.version;
      if (floor === undefined) return;
      tombstones = tombstones.slice(last + 1);
      if (own.stamp.goneAt > 0) return;
      // No news: it is told with the next exchange, since nobody waits for it.
      own = collected(own, floor);
      hold(own);
    },
  };
}

function assertFits(entry: Entry): void {
  const bytes = entryBytes(entry);
  if (bytes <= ENTRY_LIMIT) return;
  const what = `${entry.key} has ${bytes} bytes`;
  throw new CoveyError('invalid', `${what}, and gossip carries ${ENTRY_LIMIT} in one entry`, {
    hint: 'Split it into several keys.',
  });
}
