import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../command.ts';
import { CoveyError } from '../errors.ts';
import {
  assertBtrfs,
  assertSubvolume,
  type BtrfsOptions,
  createSubvolume,
  deleteSubvolume,
  isSubvolume,
  type Subvolume,
  snapshotSubvolume,
  subvolumesIn,
} from './btrfs.ts';
import { keyedLock } from './keyed-lock.ts';
import {
  assertLabel,
  assertSnapshotName,
  assertVolumeName,
  bySnapshotDate,
  formatSnapshotName,
  newestOf,
  parseSnapshotName,
  type SnapshotName,
} from './snapshot-name.ts';

/**
 * The volumes and snapshots of one node, in Buttervolume's layout. Calls on one volume run one after the other.
 * A volume's name that is not allowed is `invalid`; a plain folder in the place of a volume is `conflict` and is
 * never touched.
 */
export interface Store {
  readonly root: string;
  /** Where the volume lies or would lie. */
  volumePath(volume: string): string;
  /** Where the snapshot lies or would lie. Errors: `invalid`. */
  snapshotPath(snapshot: string): string;
  /** Makes an empty volume; one that is there stays as it is. True if it was made. */
  create(volume: string, options?: BtrfsOptions & { copyOnWrite?: boolean }): Promise<boolean>;
  /** Deletes the live volume, if there is one; its snapshots stay. True if it was there. */
  remove(volume: string, options?: BtrfsOptions): Promise<boolean>;
  exists(volume: string): Promise<boolean>;
  /** The names of all live volumes, sorted. */
  list(): Promise<string[]>;
  /**
   * Keeps the present state, read-only, and gives its name. A plain one is later than every plain one there is,
   * by name too. With a label it is put aside: never "the newest". Errors: `not-found`.
   */
  snapshot(volume: string, options?: BtrfsOptions & { label?: string }): Promise<string>;
  /** The snapshots of one volume, or of all, oldest first. */
  snapshots(volume?: string): Promise<Snapshot[]>;
  /** The latest plain snapshot: no sent marker, none put aside, none whose date cannot be read, none half received. */
  newest(volume: string): Promise<Snapshot | null>;
  /** Deletes one snapshot, if it is there. True if it was. */
  removeSnapshot(snapshot: string, options?: BtrfsOptions): Promise<boolean>;
  /**
   * Puts `snapshot` (null: the volume's newest) in the place of the live volume, or of the volume `to`, which
   * nothing may have mounted. What it replaces is first kept as a snapshot put aside, whose name is `kept`.
   * Errors: `not-found` if there is no such snapshot, or none at all.
   */
  restore(
    volume: string,
    snapshot: string | null,
    options?: BtrfsOptions & { to?: string },
  ): Promise<{ from: string; kept: string | null }>;
  /** A writable copy of a live volume. Errors: `not-found`, `conflict` if `to` is there. */
  clone(volume: string, to: string, options?: BtrfsOptions): Promise<void>;
}

/** A snapshot with what BTRFS knows of it, as a transfer needs it to find a common parent. */
export type Snapshot = SnapshotName & { subvolume: Subvolume };

/** The label of what a restore replaced. */
const BEFORE_RESTORE = 'before-restore';

/** A hidden name in the folder of volumes: half-made, or on its way out of it (then the volume's name follows). */
const HALF_MADE = '.new@';
const REPLACED = '.old@';

/**
 * Opens the store and ends what a crash left half done. One process per store.
 * Errors: `refused` if `root` is not on BTRFS.
 */
export async function openStore(root: string): Promise<Store> {
  await assertBtrfs(root);
  const volumesDir = path.join(root, 'volumes');
  const snapshotsDir = path.join(root, 'snapshots');
  await mkdir(volumesDir, { recursive: true });
  await mkdir(snapshotsDir, { recursive: true });
  await recover(volumesDir);
  const locked = keyedLock();

  const volumePath = (volume: string) => {
    assertVolumeName(volume);
    return path.join(volumesDir, volume);
  };
  const snapshotPath = (snapshot: string) => path.join(snapshotsDir, assertSnapshotName(snapshot).name);

  /** What is made beside and renamed is seen whole or not at all; what fails half-way is deleted. */
  async function appear(volume: string, make: (staging: string) => Promise<void>): Promise<void> {
    const target = volumePath(volume);
    const staging = path.join(volumesDir, `${HALF_MADE}${volume}`);
    const replaced = path.join(volumesDir, `${REPLACED}${volume}`);
    await discard(staging);
    try {
      await make(staging);
      if (await present(target)) {
        await discard(replaced);
        await rename(target, replaced);
      }
      await rename(staging, target);
    } catch (error) {
      // Not under the caller's signal: an abort is just when the leftovers have to go.
      await recoverVolume(volumesDir, volume);
      throw error;
    }
    await discard(replaced);
  }

  async function keep(volume: string, label: string | undefined, signal?: AbortSignal): Promise<string> {
    const source = volumePath(volume);
    await assertSubvolume(source);
    const alike = (await snapshots(volume)).filter((one) =>
      label === undefined ? one.kind === 'plain' : one.mark === label,
    );
    const name = formatSnapshotName(volume, nextStamp(alike), label);
    await snapshotSubvolume(source, path.join(snapshotsDir, name), { readonly: true, signal });
    return name;
  }

  async function snapshots(volume?: string): Promise<Snapshot[]> {
    if (volume !== undefined) assertVolumeName(volume);
    const found: Snapshot[] = [];
    for (const subvolume of await subvolumesIn(snapshotsDir)) {
      const name = parseSnapshotName(path.basename(subvolume.path));
      if (name && (volume === undefined || name.volume === volume)) found.push({ ...name, subvolume });
    }
    return found.sort(bySnapshotDate);
  }

  // Buttervolume received straight into this folder: one that is still writable was cut off half-way.
  const newest = async (volume: string) =>
    newestOf((await snapshots(volume)).filter(({ subvolume }) => subvolume.readonly));

  async function pick(volume: string, snapshot: string | null): Promise<string> {
    const name = snapshot ?? (await newest(volume))?.name;
    if (name === undefined) throw new CoveyError('not-found', `Volume ${volume} has no snapshot to restore`);
    const source = snapshotPath(name);
    if (!(await isSubvolume(source)))
      throw new CoveyError('not-found', `There is no snapshot ${name} in ${snapshotsDir}`);
    return name;
  }

  return {
    root,
    volumePath,
    snapshotPath,
    snapshots,
    exists: async (volume) => isSubvolume(volumePath(volume)),
    newest,

    async create(volume, { copyOnWrite = true, signal } = {}) {
      const target = volumePath(volume);
      return locked(volume, async () => {
        if (await present(target)) return false;
        await appear(volume, async (staging) => {
          await createSubvolume(staging, { signal });
          // Only an empty folder passes the attribute on to all its files.
          if (!copyOnWrite) await run('chattr', ['+C', staging], { signal });
        });
        return true;
      });
    },

    async remove(volume, { signal } = {}) {
      const target = volumePath(volume);
      return locked(volume, async () => {
        if (!(await present(target))) return false;
        await deleteSubvolume(target, { signal });
        return true;
      });
    },

    async list() {
      const entries = await readdir(volumesDir, { withFileTypes: true });
      const names = entries
        .filter((entry) => entry.isDirectory() && !/^\.|@/.test(entry.name))
        .map(({ name }) => name);
      const real = await Promise.all(names.map((name) => isSubvolume(path.join(volumesDir, name))));
      return names.filter((_, index) => real[index]).sort();
    },

    async snapshot(volume, { label, signal } = {}) {
      assertVolumeName(volume);
      if (label !== undefined) assertLabel(label);
      return locked(volume, () => keep(volume, label, signal));
    },

    async removeSnapshot(snapshot, { signal } = {}) {
      const target = snapshotPath(snapshot);
      return locked(assertSnapshotName(snapshot).volume, async () => {
        if (!(await present(target))) return false;
        await deleteSubvolume(target, { signal });
        return true;
      });
    },

    async restore(volume, snapshot, { to = volume, signal } = {}) {
      assertVolumeName(volume);
      const target = volumePath(to);
      return locked(to, async () => {
        const from = await pick(volume, snapshot);
        const kept = (await present(target)) ? await keep(to, BEFORE_RESTORE, signal) : null;
        await appear(to, (staging) =>
          snapshotSubvolume(snapshotPath(from), staging, { readonly: false, signal }),
        );
        return { from, kept };
      });
    },

    async clone(volume, to, { signal } = {}) {
      const source = volumePath(volume);
      const target = volumePath(to);
      await locked(to, async () => {
        if (await present(target)) throw new CoveyError('conflict', `Volume ${to} is already there`);
        await appear(to, (staging) => snapshotSubvolume(source, staging, { readonly: false, signal }));
      });
    },
  };
}

/** Whether a subvolume is there. Errors: `conflict` if something else is. */
async function present(target: string): Promise<boolean> {
  try {
    await assertSubvolume(target);
    return true;
  } catch (error) {
    if (error instanceof CoveyError && error.code === 'not-found') return false;
    throw error;
  }
}

/**
 * Microseconds for a snapshot's name, later than all of `others`. Names given before covey are in local time, which
 * may be ahead of UTC, and clocks get set back: going on from the newest there is keeps "the newest by name" true.
 */
function nextStamp(others: SnapshotName[]): number {
  // The fraction also keeps a name from coming back after its snapshot was deleted, here but not on a replica.
  const fraction = Number((process.hrtime.bigint() / 1000n) % 1000n);
  const latest = others.reduce((max, { at }) => Math.max(max, at ?? 0), 0);
  return Math.max(Date.now() * 1000, latest + 1) + fraction;
}

async function discard(leftover: string): Promise<void> {
  if (await present(leftover)) await deleteSubvolume(leftover);
}

/** Ends what a crash left half done, for all volumes. */
async function recover(volumesDir: string): Promise<void> {
  for (const name of await readdir(volumesDir)) {
    const prefix = [HALF_MADE, REPLACED].find((one) => name.startsWith(one));
    if (prefix !== undefined) await recoverVolume(volumesDir, name.slice(prefix.length));
  }
}

/** What was being replaced comes back if nothing took its place yet; the half-made volume goes. */
async function recoverVolume(volumesDir: string, volume: string): Promise<void> {
  const target = path.join(volumesDir, volume);
  const replaced = path.join(volumesDir, `${REPLACED}${volume}`);
  if ((await present(replaced)) && !(await present(target))) await rename(replaced, target);
  // If it was replaced, its state is kept among the snapshots.
  await discard(replaced);
  await discard(path.join(volumesDir, `${HALF_MADE}${volume}`));
}
