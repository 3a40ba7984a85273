import { join } from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { readIfThere, writeIfChanged } from '../files.ts';

/**
 * Keeps the highest fencing number seen of each app's lock, on disk, so that whoever lost the lock without knowing it
 * can do nothing more, also after a restart of this peer.
 */
export interface Fences {
  /** @throws CoveyError `refused` for a number lower than one seen before, `failed` where it cannot be kept on disk */
  pass(app: string, fence: number): Promise<void>;
}

const stored = z.record(z.string(), z.number());

/** @throws CoveyError `invalid` where the file of the last life of this peer cannot be read */
export async function openFences(folder: string): Promise<Fences> {
  const path = join(folder, 'fences.json');
  const seen = await load(path);
  const write = async (): Promise<void> => {
    await writeIfChanged(path, JSON.stringify(Object.fromEntries(seen)));
  };
  let writing = Promise.resolve();
  return {
    pass: async (app, fence) => {
      const highest = seen.get(app) ?? 0;
      if (fence < highest) {
        throw new CoveyError(
          'refused',
          `Another operation on ${app} has begun since this one lost its lock.`,
          {
            hint: 'Look at the state of the app, then give the command again.',
          },
        );
      }
      seen.set(app, fence);
      // One write after the other, each with all that is known by then, also after one that failed.
      writing = writing.then(write, write);
      return writing;
    },
  };
}

/** A file that cannot be read is no reason to forget who lost a lock: the peer does not start then. */
async function load(path: string): Promise<Map<string, number>> {
  const text = (await readIfThere(path)) ?? '{}';
  try {
    return new Map(Object.entries(stored.parse(JSON.parse(text))));
  } catch (cause) {
    throw new CoveyError('invalid', `${path} is not the list of fencing numbers that covey writes.`, {
      cause,
      hint: 'Remove it when no operation runs anywhere in the cluster.',
    });
  }
}
