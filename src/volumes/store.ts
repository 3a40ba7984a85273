import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../command.ts';
import { CoveyError } from '../errors.ts';
import { appear, present, recover } from './appear.ts';
import {
  assertBtrfs,
  assertSubvolume,
  type BtrfsOptions,
  createSubvolume,
  deleteSubvolume,
  flushFilesystem,
  isSubvolume,
  type Subvolume,
  showSubvolume,
  snapshotSubvolume,
  subvolumesIn,
} from './btrfs.ts';
import { keyedLock } from './keyed-lock.ts';
import { dropStaleMarks, isProvisional, markProvisional, provisionalIn, unmark } from './provisional.ts';
import {
  assertLabel,
  assertSnapshotName,
  assertVolumeName,
  BEFORE_RESTORE,
  bySnapshotDate,
  formatSnapshotName,
  newestOf,
  parseSnapshotName,
  type SnapshotName,
} from './snapshot-name.ts';
import { nextStamp } from './stamp.ts';

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
  /** The names of all live volumes, sorted; those that are provisional too. */
  list(): Promise<string[]>;
  /** The names of the live volumes that are nobody's data, sorted: something else will take their place. */
  provisional(): Promise<string[]>;
  /**
   * Keeps the present state, read-only, and gives its name. A plain one is later than every plain one there is,
   * by name too. With a label it is put aside: never "the newest". Errors: `not-found`.
   */
  snapshot(volume: string, options?: BtrfsOptions & { label?: string }): Promise<string>;
  /** Has the kernel write out what it holds of all volumes: a snapshot soon after has less to wait for. */
  flush(options?: BtrfsOptions): Promise<void>;
  /** The snapshots of one volume, or of all, oldest first. */
  snapshots(volume?: string): Promise<Snapshot[]>;
  /** The latest plain snapshot: no sent marker, none put aside, none whose date cannot be read, none half received. */
  newest(volume: string): Promise<Snapshot | null>;
  /** Deletes one snapshot, if it is there. True if it was. */
  removeSnapshot(snapshot: string, options?: BtrfsOptions): Promise<boolean>;
  /**
   * Puts `snapshot` (null: the volume's newest) in the place of the live volume, or of the volume `to`, which
   * nothing may have mounted. What it replaces is first kept as a snapshot put aside, whose name is `kept`.
   * Without `keep` it is not kept: some snapshot has that state already. Nor is a provisional one.
   * `provisional`: what is put there is so, until it is replaced.
   * Errors: `not-found` if there is no such snapshot, or none at all.
   */
  restore(
    volume: string,
    snapshot: string | null,
    options?: BtrfsOptions & { to?: string; keep?: boolean; provisional?: boolean },
  ): Promise<{ from: string; kept: string | null }>;
  /**
   * The same state once more under a plain name that is later than all of its volume, which makes it the newest. One that is
   * the newest, or of which the newest is such a copy, stays alone. Gives the newest's name. Errors: `not-found`.
   */
  promote(snapshot: string, options?: BtrfsOptions): Promise<string>;
  /** A writable copy of a live volume. Errors: `not-found`, `conflict` if `to` is there. */
  clone(volume: string, to: string, options?: BtrfsOptions): Promise<void>;
}

/** A snapshot with what BTRFS knows of it, as a transfer needs it to find a common parent. */
export type Snapshot = SnapshotName & { subvolume: Subvolume };

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
  await dropStaleMarks(volumesDir);
  const locked = keyedLock();

  const volumePath = (volume: string) => {
    assertVolumeName(volume);
    return path.join(volumesDir, volume);
  };
  const snapshotPath = (snapshot: string) => path.join(snapshotsDir, assertSnapshotName(snapshot).name);

  async function keep(volume: string, label: string | undefined, signal?: AbortSignal): Promise<string> {
    const source = volumePath(volume);
    await assertSubvolume(source);
    return keepAs(volume, source, label, signal);
  }

  async function keepAs(volume: string, source: string, label: string | undefined, signal?: AbortSignal) {
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
        await appear(volumesDir, volume, async (staging) => {
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
        await unmark(volumesDir, volume);
        return true;
      });
    },

    provisional: () => provisionalIn(volumesDir),

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

    flush: (options) => flushFilesystem(volumesDir, options),

    async removeSnapshot(snapshot, { signal } = {}) {
      const target = snapshotPath(snapshot);
      return locked(assertSnapshotName(snapshot).volume, async () => {
        if (!(await present(target))) return false;
        await deleteSubvolume(target, { signal });
        return true;
      });
    },

    async restore(volume, snapshot, { to = volume, keep: keeps = true, provisional = false, signal } = {}) {
      assertVolumeName(volume);
      const target = volumePath(to);
      return locked(to, async () => {
        const from = await pick(volume, snapshot);
        const isData = keeps && (await present(target)) && !(await isProvisional(volumesDir, to));
        const kept = isData ? await keep(to, BEFORE_RESTORE, signal) : null;
        await appear(volumesDir, to, async (staging) => {
          await snapshotSubvolume(snapshotPath(from), staging, { readonly: false, signal });
          if (provisional) await markProvisional(volumesDir, to, staging);
        });
        if (!provisional) await unmark(volumesDir, to);
        return { from, kept };
      });
    },

    async promote(snapshot, { signal } = {}) {
      const { volume } = assertSnapshotName(snapshot);
      return locked(volume, async () => {
        const source = snapshotPath(await pick(volume, snapshot));
        const { uuid } = await showSubvolume(source, { signal });
        const latest = await newest(volume);
        if (latest && [latest.subvolume.uuid, latest.subvolume.parentUuid].includes(uuid)) return latest.name;
        return keepAs(volume, source, undefined, signal);
      });
    },

    async clone(volume, to, { signal } = {}) {
      const source = volumePath(volume);
      const target = volumePath(to);
      await locked(to, async () => {
        if (await present(target)) throw new CoveyError('conflict', `Volume ${to} is already there`);
        await appear(volumesDir, to, (staging) =>
          snapshotSubvolume(source, staging, { readonly: false, signal }),
        );
      });
    },
  };
}
