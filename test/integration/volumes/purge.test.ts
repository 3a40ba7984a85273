import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRetention } from '../../../src/durations.ts';
import { createLogger } from '../../../src/logger.ts';
import { snapshotSubvolume } from '../../../src/volumes/btrfs.ts';
import { createPurger, type Purger } from '../../../src/volumes/purge.ts';
import { openReplicas, type Replicas } from '../../../src/volumes/replicas.ts';
import { formatSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { volumeGuard } from '../../../src/volumes/transfer/guard.ts';
import { openPins, type Pins } from '../../../src/volumes/transfer/pins.ts';
import { snapshotIfChanged } from '../../../src/volumes/unchanged.ts';
import { disk, useDisk } from '../../support/one-disk.ts';
import { createCleanup } from '../peer/support.ts';

const DAY = 86_400_000;
const signal = new AbortController().signal;

let count = 0;
const cleanup = createCleanup();

useDisk();
afterEach(() => cleanup.run());

interface World {
  store: Store;
  pins: Pins;
  replicas: Replicas;
  purger: Purger;
  /** Makes a snapshot of `db` of so many days ago, with what comes after its date. */
  put(daysAgo: number, more?: string, readonly?: boolean): Promise<string>;
  names(): Promise<string[]>;
}

async function setUp(): Promise<World> {
  const root = path.join(disk.path, `store${++count}`);
  await mkdir(root);
  const state = await mkdtemp(path.join(tmpdir(), 'covey-state-'));
  cleanup.add(() => rm(state, { recursive: true }));
  const store = await openStore(root);
  const [pins, replicas] = [
    await openPins(state, createLogger({ level: 'silent' })),
    await openReplicas(state, createLogger({ level: 'silent' })),
  ];
  await store.create('db');
  return {
    store,
    pins,
    replicas,
    purger: createPurger({ store, pins, replicas, guard: volumeGuard() }),
    put: async (daysAgo, more = '', readonly = true) => {
      const name = `${formatSnapshotName('db', (Date.now() - daysAgo * DAY) * 1000)}${more}`;
      await snapshotSubvolume(store.volumePath('db'), store.snapshotPath(name), { readonly });
      return name;
    },
    names: async () => (await store.snapshots('db')).map(({ name }) => name).sort(),
  };
}

describe('a purge of a real store', () => {
  it('removes what has no place, and nothing else', async () => {
    const { store, pins, replicas, purger, put, names } = await setUp();
    const gone = [await put(900), await put(800), await put(850, '@10.0.0.2')];
    const stays = [
      await put(950, '@+diverged'),
      await put(940, '@+before-restore'),
      await put(930, '', false),
      await put(840, '@10.0.0.2'),
      await put(830, '@other'),
      await put(0.01),
    ];
    const [pinned, equal, pending, held] = [await put(700), await put(701), await put(702), await put(703)];
    await pins.settle(pinned, 'node2');
    await replicas.equal('db', 'node3', { at: 1, snapshot: equal });
    await replicas.begun('db', 'node3', { snapshot: pending, at: 2 });
    using _held = pins.hold([held]);
    const undated = 'db@before the migration';
    await snapshotSubvolume(store.volumePath('db'), store.snapshotPath(undated), { readonly: true });
    await store.create('other');
    const foreign = await store.snapshot('other');

    const order = { volume: 'db', ages: parseRetention('1h:1d:1w:4w:1y'), partner: 'node2', releases: [] };
    const planned = await purger.plan(order);
    expect(planned.remove.toSorted()).toEqual(gone.toSorted());
    const removed: string[] = [];
    const purge = () => purger.purge(order, { signal, removed: (name) => removed.push(name) });
    expect(await purge()).toEqual({ done: true, held: null });
    expect(removed).toEqual(planned.remove);
    expect(await names()).toEqual([...stays, pinned, equal, pending, held, undated].sort());
    expect((await store.snapshots('other')).map(({ name }) => name)).toEqual([foreign]);
    await purge();
    expect(removed).toHaveLength(gone.length);
  });

  it('leaves a year of hourly and daily snapshots thin', async () => {
    const { purger, put, names } = await setUp();
    for (let hour = 0; hour < 30; hour++) await put(hour / 24 + 0.001);
    for (let day = 2; day < 40; day++) await put(day);
    const newest = (await names()).at(-1);
    const order = { volume: 'db', ages: parseRetention('2h:1d:1w:4w'), partner: null, releases: [] };
    await purger.purge(order, { signal, removed: () => undefined });
    const left = await names();
    expect(left).toContain(newest);
    // At most 2 young ones and the newest, 13 periods of two hours, 8 days, 5 weeks.
    expect(left.length).toBeGreaterThan(15);
    expect(left.length).toBeLessThanOrEqual(29);
  });
});

describe('a snapshot if changed', () => {
  it('is made once for each change', async () => {
    const { store } = await setUp();
    const first = await snapshotIfChanged(store, 'db');
    expect(first).toMatch(/^db@/);
    expect(await snapshotIfChanged(store, 'db')).toBeNull();
    await writeFile(path.join(store.volumePath('db'), 'row'), 'one');
    const second = await snapshotIfChanged(store, 'db');
    expect(second).toMatch(/^db@/);
    expect(second).not.toBe(first);
    expect(await snapshotIfChanged(store, 'db')).toBeNull();
    expect(await store.snapshots('db')).toHaveLength(2);
  });

  it('is an error where there is no volume', async () => {
    const { store } = await setUp();
    await expect(snapshotIfChanged(store, 'nothing')).rejects.toMatchObject({ code: 'not-found' });
  });
});
