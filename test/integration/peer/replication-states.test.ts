import { describe, expect, it } from 'vitest';
import type { Transfers } from '../../../src/peer/transfers.ts';
import { createPurger } from '../../../src/volumes/purge.ts';
import type { Replicas } from '../../../src/volumes/replicas.ts';
import type { Store } from '../../../src/volumes/store.ts';
import { MB, patient, setUp, useNodes } from './replication-nodes.ts';

useNodes();

describe('a purge of both ends', () => {
  /** By a pattern so short that everything goes that may. */
  const purge = async (
    store: Store,
    { pins, guard }: Transfers,
    replicas: Pick<Replicas, 'snapshots'>,
    partner: string,
  ) => {
    const removed: string[] = [];
    const order = { volume: 'db', ages: [1, 1], partner, releases: [] };
    const signal = AbortSignal.timeout(30_000);
    const done = await createPurger({ store, pins, replicas, guard }).purge(order, {
      signal,
      removed: (name) => removed.push(name),
    });
    return { ...done, removed };
  };

  it('leaves what the next increment starts from, also where newer ones came since', async () => {
    const { store, transfers, slave, start, bytes, write, snapshots, row } = await setUp();
    const { replicas, stop } = await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    for (const text of ['two', 'three']) {
      await write(text);
      await expect.poll(() => row(slave.store), patient).toBe(text);
    }
    // It is on the slave a moment before either end gives up what they had in common before.
    const arrived = (await slave.store.newest('db'))?.name;
    await expect.poll(() => transfers.pins.common('db', 'node2'), patient).toEqual([arrived]);
    await expect.poll(() => slave.transfers.pins.common('db', 'node1'), patient).toEqual([arrived]);
    await stop();
    const [common = ''] = transfers.pins.common('db', 'node2');
    // Newer ones than the parent, on either side.
    await write('four');
    const newest = await store.snapshot('db');
    await slave.store.create('db');
    const theirs = await slave.store.snapshot('db');

    const before = { here: await snapshots(store), there: await snapshots(slave.store) };
    const here = await purge(store, transfers, replicas, 'node2');
    const there = await purge(slave.store, slave.transfers, { snapshots: () => [] }, 'node1');
    expect([here.done, there.done]).toEqual([true, true]);
    expect(await snapshots(store)).toEqual([common, newest]);
    expect(await snapshots(slave.store)).toEqual([common, theirs]);
    expect(here.removed).toHaveLength(before.here.length - 2);
    expect(there.removed).toHaveLength(before.there.length - 2);
    await slave.store.removeSnapshot(theirs);

    bytes.length = 0;
    await start();
    await expect.poll(() => row(slave.store), patient).toBe('four');
    expect(Math.max(...bytes)).toBeLessThan(1 * MB);
  });

  it('removes nothing before both are known to have one in common', async () => {
    const { store, transfers, write, snapshots } = await setUp();
    await store.snapshot('db');
    await write('two');
    await store.snapshot('db');
    const replicas = { snapshots: () => [] };
    expect(await purge(store, transfers, replicas, 'node2')).toEqual({
      done: true,
      held: 'no snapshot is known yet that node2 has too',
      removed: [],
    });
    expect(await snapshots(store)).toHaveLength(2);
  });
});

describe('a volume that was restored', () => {
  const signal = () => AbortSignal.timeout(30_000);
  /** A state that both have, and one that was given up for it and had not arrived. */
  async function restored() {
    const made = await setUp();
    const { name, store, transfers, write } = made;
    const job = { volume: 'db', to: 'node2', every: 3_600_000 };
    const replicate = (pending: { snapshot: string; at: number } | null) => {
      const mandate = { app: name, fence: null, operation: 'replicate-x' };
      const onSnapshot = async () => undefined;
      return transfers.replicate({ ...job, mandate, pending }, { onSnapshot, signal: signal() });
    };
    await write('good');
    const { snapshot: good } = await replicate(null);
    await write('bad');
    const bad = await store.snapshot('db');
    await store.restore('db', good);
    return { ...made, good, bad, replicate };
  }

  it('is sent as it is now, and never as it was when that had not arrived', async () => {
    const { slave, bad, replicate, row, snapshots } = await restored();
    await replicate({ snapshot: bad, at: Date.now() });
    expect(await row(slave.store)).toBe('good');
    expect(await snapshots(slave.store)).not.toContain(bad);
  });

  it('is the newest on the slave too once its state was promoted and sent, which costs next to nothing', async () => {
    const { name, store, slave, transfers, good, replicate, row } = await restored();
    const snapshot = await store.promote(good);
    const mandate = { app: name, fence: 1, operation: 'restore' };
    const options = { mandate, signal: signal(), report: () => undefined, snapshot };
    expect((await transfers.handOff('db', 'node2', options)).bytes).toBeLessThan(10_000);
    expect([(await slave.store.newest('db'))?.name, await row(slave.store)]).toEqual([snapshot, 'good']);
    expect((await replicate(null)).bytes).toBeLessThan(10_000);
    expect(await row(slave.store)).toBe('good');
  });
});
