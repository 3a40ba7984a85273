import path from 'node:path';
import { z } from 'zod';
import type { Logger } from '../../logger.ts';
import { mayBeLost, openStateFile } from '../../state-file.ts';
import { assertSnapshotName, bySnapshotDate } from '../snapshot-name.ts';

/**
 * The snapshots that a purge has to leave alone: those that this node and another have in common, which the next
 * increment starts from, and those in use by a transfer right now.
 *
 * The first are kept in a file of the peer's state, not in the store: it is this node's knowledge about others, and
 * the store's layout is Buttervolume's. Without the file nothing is lost but the saving of an increment.
 */
export interface Pins {
  isPinned(snapshot: string): boolean;
  /** The nodes with which anything is in common. */
  peers(): string[];
  /** What this node has in common with `peer` of a volume, oldest first. */
  common(volume: string, peer: string): string[];
  /** `snapshot` is on `peer` too; what was pinned before stays so. Errors: `failed` if it can't be kept on disk. */
  add(snapshot: string, peer: string): Promise<void>;
  /** `peer` keeps `snapshot` as well, so older ones of the volume are not needed for it any more. Errors as in `add`. */
  settle(snapshot: string, peer: string): Promise<void>;
  /** Unpins what was common with a peer that left, or of a volume that is not sent to it any more. */
  forget(which: { peer: string; volume?: string }): Promise<void>;
  /** Pins for as long as a transfer needs them; nothing of it is on disk. */
  hold(snapshots: string[]): Disposable;
}

/** Peer -> volume -> snapshots. */
const stored = z.record(z.string(), z.record(z.string(), z.array(z.string())));

/** Reads `pins.json` of the folder of the peer's state. */
export async function openPins(folder: string, logger: Pick<Logger, 'error'>): Promise<Pins> {
  const file = await openStateFile(path.join(folder, 'pins.json'), {
    schema: stored,
    empty: {},
    loss: mayBeLost(logger, 'nothing of a replicated volume is purged until it was sent once more'),
  });
  const pinned = file.value;
  const held = new Map<string, number>();

  const common = (volume: string, peer: string) => pinned()[peer]?.[volume] ?? [];

  function set(volume: string, peer: string, snapshots: string[]): Promise<void> {
    const names = [...new Set(snapshots)].map(assertSnapshotName).sort(bySnapshotDate);
    return file.set({ ...pinned(), [peer]: { ...pinned()[peer], [volume]: names.map(({ name }) => name) } });
  }

  return {
    peers: () => Object.keys(pinned()),
    common,
    isPinned: (snapshot) =>
      held.has(snapshot) ||
      Object.values(pinned()).some((volumes) =>
        Object.values(volumes).some((snapshots) => snapshots.includes(snapshot)),
      ),

    async add(snapshot, peer) {
      const { volume } = assertSnapshotName(snapshot);
      await set(volume, peer, [...common(volume, peer), snapshot]);
    },

    async settle(snapshot, peer) {
      const name = assertSnapshotName(snapshot);
      // One that is newer stays: an old snapshot may be sent again, by name.
      const newer = common(name.volume, peer).filter(
        (other) => bySnapshotDate(assertSnapshotName(other), name) > 0,
      );
      await set(name.volume, peer, newer.length > 0 ? newer : [snapshot]);
    },

    async forget({ peer, volume }) {
      const { [peer]: volumes = {}, ...others } = pinned();
      const left =
        volume === undefined
          ? {}
          : Object.fromEntries(Object.entries(volumes).filter(([name]) => name !== volume));
      await file.set(Object.keys(left).length === 0 ? others : { ...others, [peer]: left });
    },

    hold(snapshots) {
      const mine = [...snapshots];
      for (const name of mine) held.set(name, (held.get(name) ?? 0) + 1);
      return {
        [Symbol.dispose]() {
          for (const name of mine.splice(0)) {
            const count = (held.get(name) ?? 1) - 1;
            if (count === 0) held.delete(name);
            else held.set(name, count);
          }
        },
      };
    },
  };
}
