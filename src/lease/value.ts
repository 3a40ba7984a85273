import { z } from 'zod';
import { LEASE_PREFIX } from '../app/keys.ts';

/**
 * What a node says in `covey/lease/<node>`: it looks after these apps, and stops them when it can't say so any longer.
 * Only its own peer writes it, and a slave that takes over, which thereby lets the next renewal of that peer fail.
 */
const leaseSchema = z.looseObject({
  /** One life of the peer that wrote it. */
  incarnation: z.string(),
  /** Grows with each renewal: Consul gives no new index to a value that is the same. */
  counter: z.number(),
  /** Names of the apps that it stops in time; a slave takes over no other. */
  apps: z.array(z.string()),
  /** False: the peer was stopped on purpose, and its apps run on without it. */
  guarded: z.boolean(),
  /** The node that took over an app, and with that the lease. */
  taken_by: z.string().optional(),
  /** How often since it was renewed. */
  takes: z.number().optional(),
});

export type Lease = z.output<typeof leaseSchema>;

export const leaseKey = (node: string): string => `${LEASE_PREFIX}${node}`;

export const formatLease = (lease: Lease): string => JSON.stringify(lease);

/** Undefined for what can't be read: then nobody takes over by it, and its node writes it anew. */
export function parseLease(value: string): Lease | undefined {
  try {
    return leaseSchema.parse(JSON.parse(value));
  } catch {
    return undefined; // as it says above
  }
}
