import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { type BlockingOptions, blockingQuery, type WatchCallbacks } from './blocking.ts';
import type { ConsulClient } from './client.ts';
import { type KvOp, type TransactionResult, transact } from './transaction.ts';

/** One key. `value` is its bytes as UTF-8; the indexes are Consul's, and grow with every write to the cluster. */
export interface KvEntry {
  key: string;
  value: string;
  modifyIndex: number;
  createIndex: number;
  /** The session that holds the key as a lock. */
  session?: string;
}

interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Ask the leader to check with the others that it still leads: no stale answer, one round trip more. */
  consistent?: boolean;
}

/**
 * Consul's key-value store. All calls throw CoveyError: `unavailable` (agent not reachable, no leader), `denied`, `cancelled`.
 * After an `unavailable` of a write its outcome is unknown: read again.
 */
export interface Kv {
  get(key: string, options?: ReadOptions): Promise<KvEntry | undefined>;
  /** All keys that begin with `prefix`, in the order of the keys; empty when there are none. */
  list(prefix: string, options?: ReadOptions): Promise<KvEntry[]>;
  /** Writes if the key's modifyIndex still is `index` (0: the key must not exist). The new modifyIndex, undefined when it had changed. */
  cas(key: string, value: string, index: number, signal?: AbortSignal): Promise<number | undefined>;
  /** Writes whatever is there. The new modifyIndex. */
  put(key: string, value: string, signal?: AbortSignal): Promise<number>;
  /** Removes the key, with `index` only if its modifyIndex still is that. Whether the key is gone. */
  remove(key: string, index?: number, signal?: AbortSignal): Promise<boolean>;
  /** All or nothing, at most 64 operations. A condition that does not hold is no error but `{ ok: false }`. */
  transaction(ops: readonly KvOp[], signal?: AbortSignal): Promise<TransactionResult>;
  /**
   * The entries under `prefix`: at once as they are (also when there are none), then after each change, some milliseconds later.
   * Changes that come faster than the consumer reads are folded into one; the same content never comes twice. It survives
   * restarts of the agent and the loss of the leader (see `onError`), and ends, without an error, only by `signal`.
   */
  watch(
    prefix: string,
    signal: AbortSignal,
    callbacks?: WatchCallbacks,
  ): AsyncIterable<{ index: number; entries: KvEntry[] }>;
}

const itemSchema = z.object({
  Key: z.string(),
  Value: z.string().nullable(),
  ModifyIndex: z.number(),
  CreateIndex: z.number(),
  Session: z.string().optional(),
});
const itemsSchema = z.array(itemSchema);

/** The store of the cluster that the agent belongs to. */
export function createKv(consul: ConsulClient): Kv {
  const { kv } = consul.raw;

  const get: Kv['get'] = async (key, { signal, consistent } = {}) => {
    const { body } = await consul.call((o) => kv.get({ ...o, ...mode(consistent), key: checked(key) }), {
      signal,
    });
    return body === undefined ? undefined : entry(itemSchema.parse(body));
  };

  const list: Kv['list'] = async (prefix, { signal, consistent } = {}) => {
    const { body } = await consul.call(
      (o) => kv.get({ ...o, ...mode(consistent), key: prefix, recurse: true }),
      { signal },
    );
    return entries(body);
  };

  // By transaction, because only that tells the index of what was written.
  const cas: Kv['cas'] = async (key, value, index, signal) => {
    const result = await transact(consul, [{ op: 'cas', key: checked(key), value, index }], signal);
    return result.ok ? result.indexes.get(key) : undefined;
  };

  const put: Kv['put'] = async (key, value, signal) => {
    const result = await transact(consul, [{ op: 'set', key: checked(key), value }], signal);
    const index = result.ok ? result.indexes.get(key) : undefined;
    if (index !== undefined) return index;
    const why = result.ok ? 'it gave no index' : result.failures.map((failure) => failure.why).join('; ');
    throw new CoveyError('failed', `Consul at ${consul.address} did not write ${key}: ${why}`);
  };

  const remove: Kv['remove'] = async (key, index, signal) => {
    const condition = index === undefined ? {} : { cas: index };
    const { body } = await consul.call((o) => kv.del({ ...o, ...condition, key: checked(key) }), { signal });
    return body === true;
  };

  async function* watch(prefix: string, signal: AbortSignal, callbacks?: WatchCallbacks) {
    let last: KvEntry[] | undefined;
    const run = (o: BlockingOptions) => kv.get({ ...o, key: prefix, recurse: true });
    const rounds = blockingQuery(consul, run, entries, signal, callbacks);
    for await (const { value: now, index } of rounds) {
      if (last && sameEntries(last, now)) continue;
      last = now;
      yield { index: Number(index), entries: now };
    }
  }

  return { get, list, cas, put, remove, transaction: (ops, signal) => transact(consul, ops, signal), watch };
}

function mode(consistent: boolean | undefined) {
  return consistent ? { consistent: true } : {};
}

function checked(key: string): string {
  if (key === '' || key.startsWith('/'))
    throw new CoveyError('invalid', `not a key of Consul's store: "${key}"`);
  return key;
}

/** The index is part of the content: who writes by check-and-set needs the one that is valid. */
function sameEntries(before: readonly KvEntry[], now: readonly KvEntry[]): boolean {
  return (
    before.length === now.length &&
    now.every(({ key, value, modifyIndex, createIndex, session }, index) => {
      const one = before[index];
      return (
        one?.modifyIndex === modifyIndex &&
        one.key === key &&
        one.createIndex === createIndex &&
        one.session === session &&
        one.value === value
      );
    })
  );
}

function entries(body: unknown): KvEntry[] {
  return body === undefined ? [] : itemsSchema.parse(body).map(entry);
}

function entry(item: z.infer<typeof itemSchema>): KvEntry {
  return {
    key: item.Key,
    value: item.Value ?? '',
    modifyIndex: item.ModifyIndex,
    createIndex: item.CreateIndex,
    ...(item.Session === undefined ? {} : { session: item.Session }),
  };
}
