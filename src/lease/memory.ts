import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { mayBeLost, openStateFile, type StateFile } from '../state-file.ts';

/** What a peer has to know of its lease after a restart, when it may not reach Consul. */
const stored = z.object({
  /** Boot of the machine: the clock is that boot's. */
  boot: z.string(),
  /** When the last renewal that Consul took was sent, by the clock since boot, in milliseconds; null: never. */
  renewedAt: z.number().nullable(),
  incarnation: z.string(),
  /** The apps that the lease in Consul may name. */
  apps: z.array(z.string()),
  guarded: z.boolean(),
});

export type LastLease = z.output<typeof stored>;

export type LeaseFile = StateFile<LastLease | null>;

export function openLeaseFile(folder: string, logger: Logger): Promise<LeaseFile> {
  return openStateFile(join(folder, 'lease.json'), {
    schema: stored.nullable(),
    empty: null,
    loss: mayBeLost(logger, 'apps with automatic takeover are stopped unless Consul answers'),
  });
}
