import { CoveyError } from '../errors.ts';
import { type BtrfsOptions, type Subvolume, showSubvolume, syncFilesystem } from './btrfs.ts';
import type { Store } from './store.ts';

/**
 * Whether the live volume is as it was when `snapshot` was made of it. "No" may be wrong, "yes" never is: reading may
 * change a time of access, another snapshot of the volume moves its generation as well, and of a volume that was
 * restored nothing is known. Errors: `not-found` if there is no such volume.
 */
export async function isUnchangedSince(
  store: Pick<Store, 'root' | 'volumePath' | 'snapshotPath'>,
  volume: string,
  snapshot: string,
  options: BtrfsOptions = {},
): Promise<boolean> {
  const live = () => showSubvolume(store.volumePath(volume), options);
  const before = await live();
  const kept = await showIfThere(store.snapshotPath(snapshot), options);
  if (kept === null || !isStateOf(kept, before)) return false;
  // What is in the page cache only has no generation yet.
  await syncFilesystem(store.root, options);
  return isStateOf(kept, await live());
}

/** Keeps a snapshot of a volume, unless its newest one is that state already: then null. Errors: `not-found`. */
export async function snapshotIfChanged(
  store: Parameters<typeof isUnchangedSince>[0] & Pick<Store, 'newest' | 'snapshot'>,
  volume: string,
  options: BtrfsOptions = {},
): Promise<string | null> {
  const newest = await store.newest(volume);
  if (newest !== null && (await isUnchangedSince(store, volume, newest.name, options))) return null;
  return store.snapshot(volume, options);
}

/**
 * Whether `snapshot` was made of the volume as it lies there now. It was not where a restore has replaced the volume since:
 * then it is of a state that was given up. Errors: `not-found` if there is no such volume.
 */
export async function isMadeOf(
  store: Pick<Store, 'volumePath' | 'snapshotPath'>,
  volume: string,
  snapshot: string,
  options: BtrfsOptions = {},
): Promise<boolean> {
  const { uuid } = await showSubvolume(store.volumePath(volume), options);
  return (await showIfThere(store.snapshotPath(snapshot), options))?.parentUuid === uuid;
}

/**
 * So does BTRFS (test/integration/volumes/unchanged.test.ts looks at it): making a snapshot commits a transaction, which writes dirty pages of the volume first
 * and then gives its number to the volume's generation and to the snapshot's "gen at creation". The first change after
 * that, once it is on the disk, makes the volume's generation higher. The snapshot's own generation is of no use: it
 * moves when a snapshot is made of the snapshot.
 */
function isStateOf(kept: Subvolume, live: Subvolume): boolean {
  return kept.readonly && kept.parentUuid === live.uuid && kept.createdAtGeneration === live.generation;
}

async function showIfThere(target: string, options: BtrfsOptions): Promise<Subvolume | null> {
  try {
    return await showSubvolume(target, options);
  } catch (thrown) {
    if (thrown instanceof CoveyError && thrown.code === 'not-found') return null;
    throw thrown;
  }
}
