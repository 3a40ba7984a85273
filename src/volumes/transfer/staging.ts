import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../../errors.ts';
import { deleteSubvolume, showSubvolume, snapshotSubvolume } from '../btrfs.ts';
import type { Store } from '../store.ts';

type Place = Pick<Store, 'root' | 'snapshotPath'>;

/** Where one snapshot is received, hidden from everybody until it is whole. */
export interface Staging {
  folder: string;
  /**
   * Lets what was received appear as the snapshot `name`, at once and on disk.
   * Errors: `failed` if it is not the content `identity`, `conflict` if the name is taken.
   */
  land(name: string, identity: string): Promise<void>;
  /** Removes the folder and what is in it. */
  discard(): Promise<void>;
}

/** A leading dot keeps it out of every list of snapshots. */
const PREFIX = '.incoming-';

export async function openStaging(store: Place): Promise<Staging> {
  const folder = path.join(store.root, 'snapshots', `${PREFIX}${randomUUID()}`);
  await mkdir(folder);
  return {
    folder,
    async land(name, identity) {
      const entries = await readdir(folder);
      const [entry] = entries;
      if (entry === undefined || entries.length > 1) {
        throw new CoveyError(
          'failed',
          `The stream for ${name} held ${entries.length} snapshots instead of one`,
        );
      }
      const received = path.join(folder, entry);
      const { readonly, receivedUuid } = await showSubvolume(received);
      if (!readonly || receivedUuid !== identity) {
        throw new CoveyError(
          'failed',
          `What came for ${name} is ${receivedUuid ?? 'not whole'}, but ${identity} was announced`,
        );
      }
      // A read-only subvolume can't be moved to another folder, and its snapshot keeps the received UUID. Making one
      // also puts all of its data on the disk, which a rename would not.
      await snapshotSubvolume(received, store.snapshotPath(name), { readonly: true });
    },
    discard: () => discard(folder),
  };
}

/** Removes what a crash left in staging folders. Only while nothing is being received. The names of those folders. */
export async function sweepStaging(store: Place): Promise<string[]> {
  const left = await stagingFolders(store);
  for (const folder of left) await discard(folder);
  return left.map((folder) => path.basename(folder));
}

/** Paths of all staging folders: of transfers that run, and what a crash left. */
export async function stagingFolders(store: Pick<Place, 'root'>): Promise<string[]> {
  const snapshots = path.join(store.root, 'snapshots');
  const names = (await readdir(snapshots)).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => path.join(snapshots, name));
}

/**
 * Whether `btrfs receive` can find parents in the store. It looks for them by their path in the filesystem, from the
 * root of the mount, which therefore has to be the root of a subvolume: not so where a plain folder is bind-mounted.
 */
export async function findsParents(store: Pick<Place, 'root'>): Promise<boolean> {
  let mount = '';
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const point = line
      .split(' ')[4]
      ?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (point === undefined || point.length < mount.length) continue;
    if (store.root === point || store.root.startsWith(point === '/' ? '/' : `${point}/`)) mount = point;
  }
  // The inode number of the root of every subvolume.
  return (await stat(mount)).ino === 256;
}

async function discard(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) await deleteSubvolume(path.join(folder, entry));
  await rmdir(folder);
}
