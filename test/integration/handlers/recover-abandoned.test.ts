import { afterEach, expect, it } from 'vitest';
import { JOURNAL_PREFIX, lockKey } from '../../../src/app/keys.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import { CoveyError } from '../../../src/errors.ts';
import { recoverAbandoned } from '../../../src/handlers/recover-abandoned.ts';
import { createLogger } from '../../../src/logger.ts';
import { newEntry } from '../../../src/plan/journal.ts';
import { until } from '../../support/consul.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';

const APP = 'foo_master.12345';
const KEY = `${JOURNAL_PREFIX}${APP}`;
const PACE = { look: 20, again: 400 };

useConsul();
let end = new AbortController();
afterEach(async () => {
  end.abort();
  end = new AbortController();
  await kv.remove(KEY);
});

/** What a coordinator left that had not begun anything but its plan. */
async function left(): Promise<void> {
  const plan = { app: APP, operation: 'deploy' as const, steps: [], warnings: [] };
  await kv.put(KEY, JSON.stringify(newEntry({ requestId: 'r', coordinator: 'n3', plan, prepared: [] })));
}

/** Looks until the end of the test; when it asked for the lock and when it tried, in milliseconds. `work` is what a try does. */
function looking(work: (times: number) => Promise<void>): { looks: number[]; tries: number[] } {
  const looks: number[] = [];
  const tries: number[] = [];
  const locks = createLocks(consul.client);
  const holder: typeof locks.holder = (...args) => {
    looks.push(performance.now());
    return locks.holder(...args);
  };
  const deps = { kv, locks: { holder }, members: async () => [] };
  const operate = async () => {
    tries.push(performance.now());
    await work(tries.length);
  };
  const logger = createLogger({ level: 'silent' });
  void recoverAbandoned({ ...deps, logger }, operate, end.signal, PACE).catch(() => undefined); // the end of the test
  return { looks, tries };
}

it('ends what is found at the next look, and what comes then as soon', async () => {
  await left();
  const { tries } = looking(async () => void (await kv.remove(KEY)));
  await until(() => tries.length === 1);
  await left();
  const again = performance.now();
  await until(() => tries.length === 2);
  expect((tries[1] ?? 0) - again).toBeLessThan(PACE.again);
});

it('lets some time pass until it tries once more what it could not end', async () => {
  await left();
  const { tries } = looking(async (times) => {
    if (times === 1) throw new CoveyError('unavailable', 'n2 does not answer');
    await kv.remove(KEY);
  });
  await until(() => tries.length === 2);
  expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(PACE.again);
});

it('leaves alone what somebody works on', async () => {
  await left();
  const { signal } = end;
  const holder = {
    node: 'n3',
    operation: 'deploy',
    requestId: 'r',
    by: 'alice',
    since: new Date().toISOString(),
  };
  const lock = await createLocks(consul.client).acquire(lockKey(APP), holder, { wait: false, signal });
  const { looks, tries } = looking(async () => void (await kv.remove(KEY)));
  await until(() => looks.length === 3);
  expect(tries).toEqual([]);
  await lock.release();
  await until(() => tries.length === 1);
});
