import { MAINTENANCE_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import type { Lock } from '../consul/lock.ts';
import { lost } from '../plan/journal.ts';

/** An app's maintenance, as an operation begins and ends it under the app's lock. What an operator has set is never touched. */
export function maintained(kv: Kv, lock: Lock, app: string, operation: string) {
  const key = `${MAINTENANCE_PREFIX}${app}`;

  /** Whether a write failed for the key alone; its first condition is the lock. */
  const isTaken = (failures: readonly { op: number }[]) => failures.every(({ op }) => op > 0);

  return {
    /** Does nothing where it is in maintenance already. Errors: `conflict` when the lock is lost, and those of Kv. */
    begin: async (signal: AbortSignal): Promise<void> => {
      const value = JSON.stringify({ by: 'migrate', operation, since: new Date().toISOString() });
      const ops = [lock.guard, { op: 'check-not-exists', key }, { op: 'set', key, value }] as const;
      const written = await kv.transaction(ops, signal);
      if (!written.ok && !isTaken(written.failures)) throw lost(app);
    },
    /** Ends what `begin` of this operation has begun, if it stands as it was written. Errors: as of `begin`. */
    end: async (signal: AbortSignal): Promise<void> => {
      const found = await kv.get(key, { signal, consistent: true });
      if (!found || !isOf(operation, found.value)) return;
      const ops = [lock.guard, { op: 'delete-cas', key, index: found.modifyIndex }] as const;
      const removed = await kv.transaction(ops, signal);
      // Somebody has set or removed it since it was read: then it is his.
      if (!removed.ok && !isTaken(removed.failures)) throw lost(app);
    },
  };
}

/** Whether an app is in maintenance now, as Consul's leader knows it. */
export async function isMaintained(kv: Pick<Kv, 'get'>, app: string, signal: AbortSignal): Promise<boolean> {
  return (await kv.get(`${MAINTENANCE_PREFIX}${app}`, { signal, consistent: true })) !== undefined;
}

function isOf(operation: string, value: string): boolean {
  try {
    return (JSON.parse(value) as { operation?: unknown } | null)?.operation === operation;
  } catch {
    return false; // set by hand
  }
}
