import path from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { mayBeLost, openStateFile } from '../state-file.ts';

/**
 * When each volume is to be purged next, in unix milliseconds, kept on disk so that a restart neither begins all
 * purges at once nor puts them off. What is set holds in memory at once; an error (`failed`) says that it is not on disk.
 */
export interface PurgeTimes {
  of(volume: string): number | undefined;
  set(volume: string, at: number): Promise<void>;
  /** Forgets all volumes but these. */
  retain(volumes: ReadonlySet<string>): Promise<void>;
}

/** Volume -> time. */
const stored = z.record(z.string(), z.number());

/** Reads `purges.json` of the folder of the peer's state. */
export async function openPurgeTimes(folder: string, logger: Pick<Logger, 'error'>): Promise<PurgeTimes> {
  const file = await openStateFile(path.join(folder, 'purges.json'), {
    schema: stored,
    empty: {},
    loss: mayBeLost(logger, 'each volume is purged within the next hour, by the same rules'),
  });
  const known = () => new Map(Object.entries(file.value()));
  return {
    of: (volume) => known().get(volume),
    set: (volume, at) => file.set({ ...file.value(), [volume]: at }),
    retain: (volumes) => file.set(Object.fromEntries([...known()].filter(([volume]) => volumes.has(volume)))),
  };
}
