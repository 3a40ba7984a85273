/** How much of a node's state somebody holds. A digest is made of these. */
export interface Stamp {
  readonly node: string;
  /** Which run of the node wrote it: its start in unix ms, or higher. 0: nothing is known of the node. */
  readonly incarnation: number;
  /** Each entry of that run up to this version is held, unless a later one of its key has taken its place. */
  readonly version: number;
  /** Tombstones up to this version are collected: none is held, and none of what they removed. */
  readonly floor: number;
  /** Since when that run is over for good, in unix ms. 0: it is not. */
  readonly goneAt: number;
}

export function unknown(node: string): Stamp {
  return { node, incarnation: 0, version: 0, floor: 0, goneAt: 0 };
}

/**
 * Up to which version all deletions have been taken into account. It is above `version` while a state that is sent whole
 * comes in pieces: these were cut from a state that had the deletions behind it.
 */
export function settled({ version, floor }: Stamp): number {
  return Math.max(version, floor);
}

/**
 * Which of two stamps of one node is ahead: above 0 where `a` is. The order is total, so whoever holds less takes what is
 * ahead, and all end with the same. A node that is gone is ahead of all that its run has written, and behind its next run.
 */
export function compareStamps(a: Stamp, b: Stamp): number {
  return (
    a.incarnation - b.incarnation ||
    a.goneAt - b.goneAt ||
    settled(a) - settled(b) ||
    a.version - b.version ||
    a.floor - b.floor
  );
}
