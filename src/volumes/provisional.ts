import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';
import { readIfThere, writeIfChanged } from '../files.ts';
import { showSubvolume } from './btrfs.ts';

/**
 * A provisional volume stands where another one will: it is nobody's data, whatever it holds. A hidden file beside it says so, with
 * the id of that very subvolume. What takes its place has another one, so a mark that a crash has left means nothing.
 */
const MARK = '.provisional@';

const markOf = (volumesDir: string, volume: string) => path.join(volumesDir, `${MARK}${volume}`);

/** Marks what lies at `subvolume`, and is about to become the volume. */
export async function markProvisional(volumesDir: string, volume: string, subvolume: string): Promise<void> {
  const { uuid } = await showSubvolume(subvolume);
  await writeIfChanged(markOf(volumesDir, volume), uuid, { sync: true });
}

/** The names of the volumes that are provisional, sorted. */
export async function provisionalIn(volumesDir: string): Promise<string[]> {
  const names = await marked(volumesDir);
  const found = await Promise.all(names.map((volume) => isProvisional(volumesDir, volume)));
  return names.filter((_, index) => found[index]).sort();
}

/** Takes away the marks that a crash has left of what is no longer there. */
export async function dropStaleMarks(volumesDir: string): Promise<void> {
  const valid = await provisionalIn(volumesDir);
  for (const volume of await marked(volumesDir))
    if (!valid.includes(volume)) await unmark(volumesDir, volume);
}

const marked = async (volumesDir: string) =>
  (await readdir(volumesDir)).filter((name) => name.startsWith(MARK)).map((name) => name.slice(MARK.length));

export async function isProvisional(volumesDir: string, volume: string): Promise<boolean> {
  const mark = await readIfThere(markOf(volumesDir, volume));
  if (mark === undefined) return false;
  try {
    return (await showSubvolume(path.join(volumesDir, volume))).uuid === mark;
  } catch (thrown) {
    // It is gone, or just being replaced.
    if (thrown instanceof CoveyError && ['not-found', 'conflict'].includes(thrown.code)) return false;
    throw thrown;
  }
}

export async function unmark(volumesDir: string, volume: string): Promise<void> {
  await rm(markOf(volumesDir, volume), { force: true });
}
