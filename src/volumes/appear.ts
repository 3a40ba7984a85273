import { readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { CoveyError } from '../errors.ts';
import { assertSubvolume, deleteSubvolume } from './btrfs.ts';

/** A hidden name in the folder of volumes: half-made, or on its way out of it (then the volume's name follows). */
const HALF_MADE = '.new@';
const REPLACED = '.old@';

/**
 * Puts what `make` makes in the place of a volume. Made beside and renamed, it is seen whole or not at all; what fails
 * half-way is deleted. Not for two calls on one volume at a time.
 */
export async function appear(
  volumesDir: string,
  volume: string,
  make: (staging: string) => Promise<void>,
): Promise<void> {
  const target = path.join(volumesDir, volume);
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

/** Ends what a crash left half done, for all volumes. */
export async function recover(volumesDir: string): Promise<void> {
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

/** Whether a subvolume is there. Errors: `conflict` if something else is. */
export async function present(target: string): Promise<boolean> {
  try {
    await assertSubvolume(target);
    return true;
  } catch (error) {
    if (error instanceof CoveyError && error.code === 'not-found') return false;
    throw error;
  }
}

async function discard(leftover: string): Promise<void> {
  if (await present(leftover)) await deleteSubvolume(leftover);
}
