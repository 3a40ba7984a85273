import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKv, type Kv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import { takeLease } from '../../../src/handlers/fence.ts';
import { createKeeper, type Keeper } from '../../../src/lease/keeper.ts';
import { openLeaseFile } from '../../../src/lease/memory.ts';
import { bootId, sinceBoot } from '../../../src/lease/time.ts';
import { type Lease, parseLease } from '../../../src/lease/value.ts';
import { createLogger } from '../../../src/logger.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

const KEY = 'covey/lease/node1';
const logger = createLogger({ level: 'silent' });

let consul: TestConsul;
let kv: Kv;
let folder: string;
let running: Set<string>;
let keepers: Keeper[];

beforeEach(async () => {
  consul = await startConsul();
  kv = createKv(consul.client);
  folder = await mkdtemp(join(tmpdir(), 'covey-lease-'));
  running = new Set(['a']);
  keepers = [];
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.close()));
  await consul?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function keep(): Promise<Keeper> {
  const keeper = createKeeper({
    ...{ node: 'node1', kv, time: sinceBoot, boot: await bootId(), logger },
    file: await openLeaseFile(folder, logger),
    stop: async (apps) => ({ ran: apps.filter((app) => running.delete(app)), failed: [] }),
  });
  keeper.follow(
    () => ['a'],
    async (app) => {
      running.add(app);
      return true;
    },
  );
  void keeper.run();
  keepers.push(keeper);
  return keeper;
}

async function lease(): Promise<Lease> {
  const found = await kv.get(KEY, { consistent: true });
  const value = found && parseLease(found.value);
  if (value === undefined) throw new Error('there is no lease');
  return value;
}

const isRenewed = async (counter: number) =>
  until(async () => (await lease().catch(() => undefined))?.counter === counter, 20_000);

it('is renewed; without Consul the apps stop, and start when it is back', async () => {
  await keep();
  await isRenewed(1);
  await isRenewed(3);
  const lost = Date.now();
  await consul.kill();
  await until(() => running.size === 0, 20_000);
  expect(Date.now() - lost).toBeGreaterThan(2_000);
  expect(Date.now() - lost).toBeLessThan(8_000);
  await consul.start();
  await until(() => running.has('a'), 30_000);
});

it('that a slave has taken cannot be renewed: the apps stop, at once', async () => {
  await keep();
  await isRenewed(2);
  const { incarnation, counter } = await lease();
  const locks = createLocks(consul.client);
  const signal = AbortSignal.timeout(30_000);
  const holder = { node: 'node2', operation: 'deploy', requestId: 'r', since: '2026-01-02T03:04:05Z' };
  const lock = await locks.acquire('lock/app/a', holder, { wait: false, signal });
  const stopped = until(() => running.size === 0, 20_000);
  const fence = { holder: 'node1', incarnation, counter, notBefore: 0 };
  const taking = takeLease({ kv, memory: { lease: () => undefined }, node: 'node2' }, lock, fence, signal);
  // Whether the next renewal or the slave comes first is chance: one of both is refused.
  await taking.then(
    () => stopped,
    (thrown: unknown) => expect(thrown).toMatchObject({ code: 'refused' }),
  );
  await lock.release();
  await until(() => running.has('a'), 20_000);
});

it('outlives the peer: the next one goes on with it, and no app stops', async () => {
  const first = await keep();
  await isRenewed(2);
  await first.close();
  expect(await lease()).toMatchObject({ guarded: false, apps: ['a'] });
  await keep();
  await until(async () => (await lease()).guarded, 10_000);
  expect(running).toEqual(new Set(['a']));
});
