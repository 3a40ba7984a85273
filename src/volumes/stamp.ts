import type { SnapshotName } from './snapshot-name.ts';

/**
 * Microseconds for a snapshot's name, later than all of `others`. Names given before covey are in local time, which
 * may be ahead of UTC, and clocks get set back: going on from the newest there is keeps "the newest by name" true.
 */
export function nextStamp(others: Pick<SnapshotName, 'at'>[]): number {
  // The fraction also keeps a name from coming back after its snapshot was deleted, here but not on a replica.
  const fraction = Number((process.hrtime.bigint() / 1000n) % 1000n);
  const latest = others.reduce((max, { at }) => Math.max(max, at ?? 0), 0);
  return Math.max(Date.now() * 1000, latest + 1) + fraction;
}
