import { lstat, readFile, realpath, statfs } from 'node:fs/promises';
import path from 'node:path';
import { type RunOutcome, run } from '../command.ts';
import { CoveyError } from '../errors.ts';

/** What BTRFS knows of one subvolume. UUIDs are lower-case with dashes. */
export interface Subvolume {
  /** Where it lies, as the caller named the folder. */
  path: string;
  id: number;
  uuid: string;
  /** Of the subvolume that this one is a snapshot of. */
  parentUuid: string | null;
  /** Of the subvolume on the sending machine, if this one was received whole. */
  receivedUuid: string | null;
  /** Grows with every transaction that changes it. */
  generation: number;
  createdAtGeneration: number;
  readonly: boolean;
}

export interface BtrfsOptions {
  signal?: AbortSignal | undefined;
}

/** Type of the filesystem, as `statfs` says. */
export const BTRFS_MAGIC = 0x9123683e;
/** The root of every subvolume has this inode number, and no other folder on BTRFS has. */
const SUBVOLUME_INODE = 256;

/** Makes an empty, writable subvolume. Errors: `failed` if something of that name is there. */
export async function createSubvolume(target: string, options: BtrfsOptions = {}): Promise<void> {
  await btrfs(['subvolume', 'create', target], options);
}

/** Deletes a subvolume and nothing else. Errors: `not-found`, `conflict` (a plain folder or file), `failed`. */
export async function deleteSubvolume(target: string, options: BtrfsOptions = {}): Promise<void> {
  await assertSubvolume(target);
  await btrfs(['subvolume', 'delete', target], options);
}

/**
 * Snapshots `source` as `target`, atomically. A `target` that exists is `conflict`: the command itself would put
 * the snapshot *inside* it.
 */
export async function snapshotSubvolume(
  source: string,
  target: string,
  { readonly, signal }: BtrfsOptions & { readonly: boolean },
): Promise<void> {
  await assertSubvolume(source);
  if (await lstatOrNull(target)) throw new CoveyError('conflict', `${target} is already there`);
  await btrfs(['subvolume', 'snapshot', ...(readonly ? ['-r'] : []), source, target], { signal });
}

/** True for the root of a BTRFS subvolume; false for anything else, and for nothing at all. */
export async function isSubvolume(target: string): Promise<boolean> {
  const stat = await lstatOrNull(target);
  if (!stat?.isDirectory() || stat.ino !== SUBVOLUME_INODE) return false;
  return (await statfs(target)).type === BTRFS_MAGIC;
}

/** Errors: `not-found` if nothing is there, `conflict` if it is a plain folder or file. */
export async function assertSubvolume(target: string): Promise<void> {
  if (await isSubvolume(target)) return;
  if ((await lstatOrNull(target)) === null) throw new CoveyError('not-found', `${target} is not there`);
  throw new CoveyError('conflict', `${target} is not a BTRFS subvolume, so covey leaves it alone`, {
    hint: `Move it away, or move its content into a subvolume (btrfs subvolume create)`,
  });
}

/** Errors: as `assertSubvolume`. */
export async function showSubvolume(target: string, options: BtrfsOptions = {}): Promise<Subvolume> {
  await assertSubvolume(target);
  return parseShow((await btrfs(['subvolume', 'show', target], options)).stdout, target);
}

/** The subvolumes directly inside `folder` (a plain folder or a subvolume), in the order of their creation. */
export async function subvolumesIn(folder: string, options: BtrfsOptions = {}): Promise<Subvolume[]> {
  const columns = ['subvolume', 'list', '-u', '-q', '-R', '-c', '-g'];
  const [all, readonly, prefix] = await Promise.all([
    btrfs([...columns, folder], options),
    btrfs([...columns, '-r', folder], options),
    pathInFilesystem(folder),
  ]);
  const frozen = new Set(parseList(readonly.stdout).map(({ id }) => id));
  return parseList(all.stdout)
    .filter((entry) => path.posix.dirname(`/${entry.path}`) === prefix)
    .map((entry) => ({
      ...entry,
      path: path.join(folder, path.posix.basename(entry.path)),
      readonly: frozen.has(entry.id),
    }));
}

/** Freezes a subvolume or thaws it (thawing one that was received loses its received UUID, hence the refusal). */
export async function setReadonly(
  target: string,
  readonly: boolean,
  options: BtrfsOptions = {},
): Promise<void> {
  await assertSubvolume(target);
  await btrfs(['property', 'set', '-ts', target, 'ro', String(readonly)], options);
}

/** Puts everything on the disk that was written to the filesystem of `folder` so far. */
export async function syncFilesystem(folder: string, options: BtrfsOptions = {}): Promise<void> {
  await btrfs(['filesystem', 'sync', folder], options);
}

/** Errors: `refused` if `folder` is not on a BTRFS filesystem, with what to do about it. */
export async function assertBtrfs(folder: string): Promise<void> {
  const hint =
    `Mount a BTRFS filesystem there, or make one in a file: truncate -s 20G ${folder}.img && mkfs.btrfs ${folder}.img ` +
    `&& mkdir -p ${folder} && mount -o loop ${folder}.img ${folder} (and a line in /etc/fstab)`;
  const type = await statfs(folder).then(
    (stat) => stat.type,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
  if (type === null) throw new CoveyError('refused', `The volume store ${folder} does not exist`, { hint });
  if (type !== BTRFS_MAGIC)
    throw new CoveyError('refused', `The volume store ${folder} is not on BTRFS`, { hint });
}

/** The output of `btrfs subvolume show`. Exported for its test. */
export function parseShow(output: string, target: string): Subvolume {
  const fields = new Map<string, string>();
  for (const line of output.split('\n')) {
    const match = /^\s+([A-Za-z ]+):\s+(.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined)
      fields.set(match[1].toLowerCase(), match[2].trim());
  }
  const uuid = orNull(fields.get('uuid'));
  if (uuid === null) throw new CoveyError('internal', `btrfs subvolume show ${target} gave no UUID`);
  return {
    path: target,
    id: Number(fields.get('subvolume id')),
    uuid,
    parentUuid: orNull(fields.get('parent uuid')),
    receivedUuid: orNull(fields.get('received uuid')),
    generation: Number(fields.get('generation')),
    createdAtGeneration: Number(fields.get('gen at creation')),
    readonly: (fields.get('flags') ?? '').split(/[ ,]+/).includes('readonly'),
  };
}

const LIST_LINE =
  /^ID (\d+) gen (\d+) cgen (\d+) top level \d+ parent_uuid (\S+)\s+received_uuid (\S+)\s+uuid (\S+)\s+path (.*)$/;

/** The output of `btrfs subvolume list -uqRcg`, paths as the filesystem has them. Exported for its test. */
export function parseList(output: string): Omit<Subvolume, 'readonly'>[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = LIST_LINE.exec(line);
      if (!match)
        throw new CoveyError('internal', `btrfs subvolume list: cannot read ${JSON.stringify(line)}`);
      const [, id, generation, created, parent, received, uuid = '', name = ''] = match;
      return {
        path: name,
        id: Number(id),
        uuid,
        parentUuid: orNull(parent),
        receivedUuid: orNull(received),
        generation: Number(generation),
        createdAtGeneration: Number(created),
      };
    });
}

/** `folder` as a path from the top of its filesystem, which need not be mounted: `btrfs subvolume list` speaks so. */
async function pathInFilesystem(folder: string): Promise<string> {
  const real = await realpath(folder);
  let best: { root: string; mountPoint: string } | null = null;
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [, , , root, mountPoint] = line.split(' ').map(unescapeMount);
    if (root === undefined || mountPoint === undefined) continue;
    const holds = real === mountPoint || real.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`);
    // Of two mounts on one point the later covers the earlier, hence >=.
    if (holds && mountPoint.length >= (best?.mountPoint.length ?? 0)) best = { root, mountPoint };
  }
  if (!best) throw new CoveyError('internal', `No mount holds ${real}`);
  return path.posix.join(best.root, path.posix.relative(best.mountPoint, real));
}

function unescapeMount(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function orNull(field: string | undefined): string | null {
  return field === undefined || field === '-' || field === '' ? null : field;
}

async function lstatOrNull(target: string) {
  try {
    return await lstat(target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Has the kernel write out what it holds in memory of the filesystem below `folder`. On abort it goes on with that. */
export async function flushFilesystem(folder: string, { signal }: BtrfsOptions = {}): Promise<void> {
  await run('sync', ['--file-system', folder], { signal });
}

function btrfs(args: string[], { signal }: BtrfsOptions): Promise<RunOutcome> {
  return run('btrfs', args, { signal, label: `btrfs ${args[0]} ${args[1]}` });
}
