import type { Kv, KvEntry } from '../../src/consul/kv.ts';
import type { Lock } from '../../src/consul/lock.ts';
import type { KvOp } from '../../src/consul/transaction.ts';
import { CoveyError } from '../../src/errors.ts';
import type { Random } from '../../src/gossip/random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A session ends that long after it was renewed last, at the earliest. */
const SESSION = 15_000;

/** No answer is waited for longer. */
const PATIENCE = 6_000;

type Access = Pick<Kv, 'get' | 'transaction'>;

/** Keys with check-and-set as Consul has them, behind a network that is slow, cuts nodes off and loses answers. */
export interface VirtualConsul {
  /** As one node reaches it. `isCut`: whether it does not, now. */
  from(isCut: () => boolean): Access;
  entries(): KvEntry[];
  /** Takes the lock; undefined while somebody holds it. It is lost some time after the node was cut off. */
  lock(isCut: () => boolean): (Lock & { holding: AbortSignal }) | undefined;
  isLocked(): boolean;
}

export function createVirtualConsul(
  time: VirtualTime,
  random: Random,
  options: { slow?: number; lossy?: number } = {},
): VirtualConsul {
  const { slow = 0.02, lossy = 0.02 } = options;
  const entries = new Map<string, KvEntry>();
  let index = 1;
  let holder: { id: string; renewedAt: number; ended: AbortController } | undefined;

  /** One way of a message. */
  const latency = () => (random() < slow ? random() * 2_500 : 1 + random() * 40);

  function holds(op: KvOp): boolean {
    const found = entries.get(op.key);
    if (op.op === 'cas' || op.op === 'delete-cas' || op.op === 'check-index')
      return (found?.modifyIndex ?? 0) === op.index;
    return op.op !== 'check-session' || holder?.id === op.session;
  }

  function apply(ops: readonly KvOp[]): Awaited<ReturnType<Kv['transaction']>> {
    const failures = ops.flatMap((op, at) => (holds(op) ? [] : [{ op: at, key: op.key, why: 'stale' }]));
    if (failures.length > 0) return { ok: false, failures };
    index += 1;
    const indexes = new Map<string, number>();
    for (const op of ops) {
      if (op.op === 'delete-cas') entries.delete(op.key);
      if (op.op !== 'cas') continue;
      const { key, value } = op;
      entries.set(key, { key, value, modifyIndex: index, createIndex: index });
      indexes.set(key, index);
    }
    return { ok: true, indexes };
  }

  /** A request that is under way when the node is cut off may arrive, or not; nobody hears of it. */
  async function ask<T>(isCut: () => boolean, signal: AbortSignal | undefined, answer: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = () => reject(new CoveyError('unavailable', 'no answer'));
    if (signal?.aborted) fail();
    signal?.addEventListener('abort', fail, { once: true });
    time.at(time.now() + PATIENCE, fail);
    if (!isCut()) {
      time.at(time.now() + latency(), () => {
        if (isCut() && random() < 0.5) return;
        const given = answer();
        if (random() < lossy) return;
        time.at(time.now() + latency(), () => {
          if (!isCut()) resolve(given);
        });
      });
    }
    return promise.finally(() => signal?.removeEventListener('abort', fail));
  }

  return {
    from: (isCut) => ({
      get: (key, { signal } = {}) => ask(isCut, signal, () => entries.get(key)),
      transaction: (ops, signal) => ask(isCut, signal, () => apply(ops)),
    }),
    entries: () => [...entries.values()],
    isLocked: () => holder !== undefined,
    lock: (isCut) => {
      if (holder !== undefined || isCut()) return undefined;
      index += 1;
      const mine = { id: `session ${index}`, renewedAt: time.now(), ended: new AbortController() };
      holder = mine;
      // The holder stops by its own clock; Consul lets go some time later.
      const look = () => {
        if (!isCut()) mine.renewedAt = time.now();
        const age = time.now() - mine.renewedAt;
        if (age >= SESSION) mine.ended.abort(new CoveyError('locked', 'the lock is lost'));
        if (age >= SESSION + 5_000 && holder === mine) holder = undefined;
        if (holder === mine) time.at(time.now() + 1_000, look);
      };
      look();
      const release = async () => {
        if (holder === mine) holder = undefined;
      };
      const { id, ended } = mine;
      const guard = { op: 'check-session', key: 'lock', session: id } as const;
      return { key: 'lock', fence: index, guard, signal: ended.signal, holding: ended.signal, release };
    },
  };
}
