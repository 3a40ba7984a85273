import { formatOperations, outdatedHistories, type PastOperation, parseOperations } from '../app/history.ts';
import { APP_PREFIX, OPERATIONS_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import type { KvOp } from '../consul/transaction.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { lost } from '../plan/journal.ts';

/** Longest time that a history may keep an app's lock, in milliseconds. */
const DEADLINE = 3_000;

/** Each failure is somebody else's success, and of an app hardly two write at a time: maintenance alone needs no lock. */
const TRIES = 5;

interface Noting {
  kv: Kv;
  logger: Logger;
  app: string;
  /** Of the app's lock: who has lost it leaves it to the next holder to say how it ended. */
  guard?: KvOp;
}

/**
 * Changes the history of an app. It never fails, and never takes long: what could not be written is in the log, for no
 * operation may fail for that. Whether the app had none before.
 */
export async function noteOperation(
  { kv, logger, app, guard }: Noting,
  change: (history: readonly PastOperation[]) => PastOperation[],
): Promise<boolean> {
  const key = `${OPERATIONS_PREFIX}${app}`;
  const signal = AbortSignal.timeout(DEADLINE);
  try {
    for (let tries = 1; tries <= TRIES; tries++) {
      const found = await kv.get(key, { signal, consistent: true });
      const value = formatOperations(change(found ? read(key, found.value, logger) : []));
      const write: KvOp = { op: 'cas', key, value, index: found?.modifyIndex ?? 0 };
      const written = await kv.transaction(guard ? [guard, write] : [write], signal);
      if (written.ok) return found === undefined;
      if (written.failures.some((failure) => failure.key !== key)) throw lost(app);
    }
    logger.warn({ app }, `The history does not have it: ${key} changes all the time`);
  } catch (thrown) {
    logger.warn({ app }, `The history does not have it: ${asCoveyError(thrown).message}`);
  }
  return false;
}

/** What is in the way of a history that begins anew is in the log. */
function read(key: string, value: string, logger: Logger): PastOperation[] {
  try {
    return parseOperations(key, value);
  } catch (thrown) {
    logger.warn(`${asCoveyError(thrown).message} It begins anew.`);
    return [];
  }
}

/**
 * Removes histories of apps that are long gone, when a new one has come: so there are never many more than apps. It holds no
 * lock, for it removes only what nobody has changed meanwhile. It never fails either.
 */
export async function forgetOldHistories({ kv, logger }: Pick<Noting, 'kv' | 'logger'>): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE);
  try {
    const histories = (await kv.list(OPERATIONS_PREFIX, { signal })).map(({ key, modifyIndex }) => ({
      app: key.slice(OPERATIONS_PREFIX.length),
      index: modifyIndex,
    }));
    const records = await kv.list(APP_PREFIX, { signal, consistent: true });
    const apps = new Set(records.map(({ key }) => key.slice(APP_PREFIX.length)));
    for (const { app, index } of outdatedHistories(histories, apps))
      await kv.remove(`${OPERATIONS_PREFIX}${app}`, index, signal);
  } catch (thrown) {
    logger.warn(`Old histories are removed another time: ${asCoveyError(thrown).message}`);
  }
}
