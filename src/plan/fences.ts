import { join } from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { readIfThere, writeIfChanged } from '../files.ts';

/**
 * Keeps the highest fencing number seen of each app's lock, on disk, so that whoever lost the lock without knowing it
 * can do nothing more, also after a restart of this peer.
 */
export interface Fences {
  /** @throws CoveyError `refused` for a number lower than one seen before */
  pass(app: string, fence: number): Promise<void>;
}

const stored = z.record(z.string(), z.number());

export async function openFences(folder: string): Promise<Fences> {
  const path = join(folder, 'fences.json');
  const text = await readIfThere(path);
  const seen = new Map(Object.entries(stored.parse(JSON.parse(text ?? '{}'))));
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
      if (fence === highest) return writing;
      seen.set(app, fence);
      // One write after the other, each with all that is known by then.
      writing = writing.then(async () => {
        await writeIfChanged(path, JSON.stringify(Object.fromEntries(seen)));
      });
      return writing;
    },
  };
}
