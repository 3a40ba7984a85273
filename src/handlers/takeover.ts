import { CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Survey } from '../plan/results.ts';

/**
 * What a deploy of an app that is there asks of its old master: to be alive, or, for a takeover from the replica, not to be.
 * @throws CoveyError `refused`, or `not-found` for a takeover of an app that has no record
 */
export function assertMaster(
  existing: Existing | undefined,
  live: readonly string[],
  request: { master: string; fromReplica: boolean },
): void {
  if (!existing) {
    if (!request.fromReplica) return;
    throw new CoveyError('not-found', 'There is no such app, so there is no replica to take over from.', {
      hint: 'Deploy it without --from-replica.',
    });
  }
  const { name, record } = existing;
  const isAlive = live.includes(record.master);
  if (request.fromReplica && isAlive) {
    throw new CoveyError('refused', `${record.master}, the master of ${name}, is alive.`, {
      hint: 'Deploy without --from-replica: its data is newer than any replica.',
    });
  }
  if (!request.fromReplica && !isAlive) {
    const replica = record.slave
      ? `, or let ${record.slave} take over from its replica (--master ${record.slave} --from-replica)`
      : '';
    throw new CoveyError('refused', `${record.master}, the master of ${name}, is dead or cut off.`, {
      hint: `Bring ${record.master} back, then deploy again: its data is the newest there is${replica}.`,
    });
  }
}

/**
 * Every volume that both releases have must have a replica on the node: without one the app would start on nothing.
 * @throws CoveyError `refused`
 */
export function assertReplicas(
  existing: Existing,
  master: string,
  volumes: readonly string[],
  replicas: Survey['replicas'],
): void {
  const missing = volumes.filter((volume) => !(volume in replicas));
  if (missing.length === 0) return;
  const { slave } = existing.record;
  throw new CoveyError('refused', `${master} holds no replica of ${missing.join(', ')}.`, {
    hint:
      slave && slave !== master
        ? `The slave is ${slave}: let it take over.`
        : `Bring ${existing.record.master} back: it has the only copy.`,
  });
}
