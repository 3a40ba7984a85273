import { bySnapshotDate } from '../snapshot-name.ts';
import type { Snapshot } from '../store.ts';

/** A state that two nodes may have in common: what its owner calls it, and its identity. */
export interface Candidate {
  name: string;
  identity: string;
}

/**
 * What names a content on every node: the UUID where it was first made. `btrfs send` writes the received UUID where
 * there is one, so it stays the same from node to node; `btrfs receive` looks for it among received UUIDs and UUIDs.
 */
export function identityOf({ subvolume }: Pick<Snapshot, 'subvolume'>): string {
  return subvolume.receivedUuid ?? subvolume.uuid;
}

/**
 * From what `snapshot` may be sent as an increment, best first: the newest, since little has changed since then.
 * Sent markers are as good as others. What was put aside comes last, as it left the line that led to `snapshot`.
 */
export function candidates(all: Snapshot[], snapshot: Snapshot): Candidate[] {
  const identity = identityOf(snapshot);
  const usable = all
    .filter((one) => one.subvolume.readonly && one.name !== snapshot.name && identityOf(one) !== identity)
    .sort((a, b) => Number(onLine(b)) - Number(onLine(a)) || bySnapshotDate(b, a));
  return usable.map((one) => ({ name: one.name, identity: identityOf(one) })).slice(0, MAX_CANDIDATES);
}

/** The snapshot among `mine` with that content, whole and unchanged; of several a plain one. */
export function withIdentity(mine: Snapshot[], identity: string): Snapshot | undefined {
  const alike = mine.filter(
    ({ subvolume }) =>
      subvolume.readonly && (subvolume.receivedUuid === identity || subvolume.uuid === identity),
  );
  return alike.find(({ kind }) => kind === 'plain') ?? alike[0];
}

/** The best of what the sender offers that is here too. */
export function commonParent(
  mine: Snapshot[],
  offered: Candidate[],
): { offered: Candidate; mine: Snapshot } | null {
  for (const candidate of offered) {
    const found = withIdentity(mine, candidate.identity);
    if (found) return { offered: candidate, mine: found };
  }
  return null;
}

/** Years of snapshots fit; the list has to fit into one message. */
const MAX_CANDIDATES = 2_000;

function onLine({ kind }: Snapshot): boolean {
  return kind === 'plain' || kind === 'sent';
}
