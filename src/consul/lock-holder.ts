import { z } from 'zod';

/** Who holds a lock, and for what: stands in the lock's value for those who find it taken. */
export interface LockHolder {
  node: string;
  /** deploy, destroy, migrate, … */
  operation: string;
  requestId: string;
  /** ISO 8601, UTC. */
  since: string;
  /** Who asked for it; not there where an older version holds it. */
  by?: string | undefined;
  /** It is done by a node of itself, and again later: it ends as soon as somebody else asks for the lock. */
  givesWay?: boolean | undefined;
}

const holderSchema = z.object({
  node: z.string(),
  operation: z.string(),
  requestId: z.string(),
  since: z.string(),
  by: z.string().optional(),
  givesWay: z.boolean().optional(),
});

const doing: Record<string, string> = {
  deploy: 'being deployed',
  destroy: 'being destroyed',
  migrate: 'being migrated',
};

/** Who holds a lock, by its value; undefined where that does not say. */
export function readHolder(value: string): LockHolder | undefined {
  try {
    return holderSchema.parse(JSON.parse(value));
  } catch {
    // Written by hand: the lock is as good, only its holder has no name.
    return undefined;
  }
}

/** `being deployed by node2 for alice since …, request …`. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (!holder) return 'locked by an unknown holder (see its key under lock/ in Consul)';
  const what = doing[holder.operation] ?? `locked for ${holder.operation}`;
  const by = holder.by === undefined || holder.by === holder.node ? '' : ` for ${holder.by}`;
  return `${what} by ${holder.node}${by} since ${holder.since}, request ${holder.requestId}`;
}
