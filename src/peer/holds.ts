import { setTimeout as pause } from 'node:timers/promises';
import { formatHold, type Hold, hasEnded, parseHold } from '../app/hold.ts';
import { HOLD_PREFIX, JOURNAL_PREFIX, lockKey } from '../app/keys.ts';
import type { Kv, KvEntry } from '../consul/kv.ts';
import type { Locks } from '../consul/lock.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';

export interface HoldsDeps {
  kv: Pick<Kv, 'list' | 'get' | 'cas' | 'remove'>;
  locks: Pick<Locks, 'holder'>;
  logger: Logger;
  /** Between two looks, in milliseconds. */
  every?: number;
  /** So long one that has ended stays as it is, by this peer's clock: for those that waited, and connections that are kept. */
  after?: number;
}

/**
 * Looks after holds that nobody is at work on: removes those that ended a while ago, and ends those whose operation is not there any
 * more. All peers do so; each write is for what was read only. Ends by the signal.
 */
export async function tendHolds(
  { kv, locks, logger, every = 5_000, after = 60_000 }: HoldsDeps,
  signal: AbortSignal,
): Promise<void> {
  /** Since when this peer has seen each as it is. */
  const seen = new Map<string, { index: number; since: number }>();

  const sinceWhen = ({ key, modifyIndex: index }: KvEntry): number => {
    const known = seen.get(key);
    const since = known?.index === index ? known.since : performance.now();
    seen.set(key, { index, since });
    return since;
  };

  /** Between the operation's first write and its last one its app is locked, or has a journal. */
  const isAbandoned = async (app: string): Promise<boolean> =>
    (await kv.get(`${JOURNAL_PREFIX}${app}`, { signal, consistent: true })) === undefined &&
    (await locks.holder(lockKey(app), signal)) === undefined;

  const tend = async (entry: KvEntry): Promise<void> => {
    const { key, value, modifyIndex } = entry;
    const hold = parseHold(value);
    // One that can't be read holds nothing.
    if (hold === undefined || hasEnded(hold)) {
      if (performance.now() - sinceWhen(entry) >= after) await kv.remove(key, modifyIndex, signal);
      return;
    }
    const app = key.slice(HOLD_PREFIX.length);
    if (!(await isAbandoned(app))) return;
    const state = nextState(hold);
    const written = await kv.cas(key, formatHold({ ...hold, state }), modifyIndex, signal);
    if (written !== undefined) logger.warn({ app }, `Nobody lets its requests go on any more: ${state}`);
  };

  while (!signal.aborted) {
    const entries = await kv.list(HOLD_PREFIX, { signal, consistent: true });
    for (const key of seen.keys()) if (!entries.some((entry) => entry.key === key)) seen.delete(key);
    for (const entry of entries) {
      await tend(entry).catch((thrown) => {
        if (!signal.aborted) logger.debug(`${entry.key}: ${asCoveyError(thrown).message}`); // the next look tries again
      });
    }
    await pause(every, undefined, { signal }).catch(() => undefined); // an abort ends the loop
  }
}

/** One step back at a look: who is to receive has to be ready before anybody sends. */
function nextState({ node, from, state }: Hold): Hold['state'] {
  return node !== from && state === 'held' ? 'returning' : 'returned';
}
