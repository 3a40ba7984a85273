import { join } from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { mustNotBeLost, openStateFile } from '../state-file.ts';

/**
 * Keeps the highest fencing number seen of each app's lock, on disk, so that whoever lost the lock without knowing it
 * can do nothing more, also after a restart of this peer.
 */
export interface Fences {
  /** @throws CoveyError `refused` for a number lower than one seen before, `failed` where it cannot be kept on disk */
  pass(app: string, fence: number): Promise<void>;
}

const stored = z.record(z.string(), z.number());

/** @throws CoveyError `invalid` where the file of the last life of this peer is not a list of fences */
export async function openFences(folder: string): Promise<Fences> {
  const file = await openStateFile(join(folder, 'fences.json'), {
    schema: stored,
    empty: {},
    loss: mustNotBeLost('Remove it when no operation runs anywhere in the cluster.'),
    sync: true,
  });
  return {
    pass: async (app, fence) => {
      const highest = file.value()[app] ?? 0;
      if (fence < highest) {
        throw new CoveyError(
          'refused',
          `Another operation on ${app} has begun since this one lost its lock.`,
          {
            hint: 'Look at the state of the app, then give the command again.',
          },
        );
      }
      await file.set({ ...file.value(), [app]: fence });
    },
  };
}
