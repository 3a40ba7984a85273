import type { Lock } from '../consul/lock.ts';
import { CoveyError } from '../errors.ts';
import { UNGUARDED_AFTER } from '../lease/bounds.ts';
import { type Time, whileAwake } from '../lease/time.ts';
import { formatLease, leaseKey, parseLease } from '../lease/value.ts';
import type { FenceAction } from '../plan/fence-action.ts';
import { lost } from '../plan/journal.ts';
import type { Deps } from './deps.ts';

/**
 * Takes a lease from its holder, under an app's lock, once its time has passed, if it is as it was renewed last: Consul itself compares, so a
 * renewal that is on its way either comes first, and this fails, or never counts. Several apps of one holder may be taken
 * over at once: what others have taken counts as not renewed.
 * Errors: `refused` where it was renewed, or where its holder was seen alive after that, `conflict` where the app's lock is lost.
 */
export async function takeLease(
  {
    kv,
    node,
    memory,
    time = whileAwake,
  }: Pick<Deps, 'kv' | 'node'> & {
    memory: Pick<Deps['memory'], 'lease'>;
    time?: Time;
  },
  lock: Pick<Lock, 'guard' | 'key'>,
  { holder, incarnation, counter, notBefore }: Omit<FenceAction, 'kind'>,
  signal: AbortSignal,
): Promise<void> {
  const key = leaseKey(holder);
  while (time.now() < notBefore) {
    signal.throwIfAborted();
    await time.sleep(notBefore - time.now(), signal);
  }
  if ((memory.lease(holder)?.seenAfter ?? 0) > UNGUARDED_AFTER) {
    throw new CoveyError('refused', `${holder} does not renew its lease, but is there: the app may run on.`, {
      hint: `Look at its peer; where the machine is gone for good, deploy with --from-replica.`,
    });
  }
  for (;;) {
    const found = await kv.get(key, { signal, consistent: true });
    const lease = found && parseLease(found.value);
    if (!found || lease?.incarnation !== incarnation || lease.counter !== counter) {
      throw new CoveyError('refused', `${holder} has renewed its lease: it is not lost.`, {
        hint: 'Nothing has to be done: the app goes on there.',
      });
    }
    // Consul gives no new index to a value that is the same.
    const taken = { ...lease, taken_by: node, takes: (lease.takes ?? 0) + 1 };
    const write = { op: 'cas', key, value: formatLease(taken), index: found.modifyIndex } as const;
    const written = await kv.transaction([lock.guard, write], signal);
    if (written.ok) return;
    if (written.failures.some((failure) => failure.key !== key)) throw lost(lock.key);
  }
}
