import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AppRecord, formatRecord, parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { type PurgeDeps, purgeBySchedule, purgeJobs } from '../../../src/peer/purge-schedule.ts';
import type { View, ViewedApp } from '../../../src/proxy/view.ts';
import { openPurgeTimes } from '../../../src/volumes/purge-times.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

const record = (more: Partial<AppRecord> = {}): AppRecord => ({
  ...parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2' })),
  volumes: ['db'],
  ...more,
});
const shop = (more: Partial<AppRecord> = {}): ViewedApp => ({ name: 'shop', index: 1, record: record(more) });
const broken: ViewedApp = { name: 'broken', index: 1, error: 'bad' };
const viewWith = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });

describe('purgeJobs', () => {
  it.each<[string, string, ViewedApp[], unknown[]]>([
    ['those of the master', 'node1', [shop()], [{ app: 'shop', volume: 'db' }]],
    ['those of the slave', 'node2', [shop()], [{ app: 'shop', volume: 'db' }]],
    ['none on another node', 'node3', [shop()], []],
    [
      'those that can be read beside a broken record',
      'node1',
      [broken, shop()],
      [{ app: 'shop', volume: 'db' }],
    ],
  ])('%s', (_, node, apps, jobs) => {
    expect(purgeJobs(node, viewWith(...apps))).toEqual(jobs);
  });
});

/** The schedule of node1, whose purges do as they are told. `due`: when a volume is to be purged, by the file. */
async function setUp(due: Record<string, number>, { apps = [shop()], every = DAY } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'covey-purges-'));
  const times = await openPurgeTimes(folder, createLogger({ level: 'silent' }));
  for (const [volume, at] of Object.entries(due)) await times.set(volume, at);
  const controller = new AbortController();
  let outdated = new AbortController();
  const purged: unknown[] = [];
  const world = {
    view: viewWith(...apps),
    holder: undefined as LockHolder | undefined,
    keys: { 'app/shop': formatRecord(record()) } as Record<string, string>,
    purge: (async () => ({ done: true, held: null })) as PurgeDeps['purger']['purge'],
    asked: 0,
  };
  const ended = purgeBySchedule(
    {
      node: 'node1',
      view: () => world.view,
      outdated: () => outdated.signal,
      times,
      every,
      kv: {
        get: async (key) => {
          const value = world.keys[key];
          return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
        },
      },
      locks: {
        holder: async () => {
          world.asked += 1;
          return world.holder;
        },
      },
      purger: {
        purge: async (order, options) => {
          purged.push(order);
          return world.purge(order, options);
        },
      },
      logger: createLogger({ level: 'silent' }),
    },
    controller.signal,
  );
  onTestFinished(async () => {
    controller.abort();
    await ended;
    await rm(folder, { recursive: true });
  });
  const look = () => {
    const before = outdated;
    outdated = new AbortController();
    before.abort();
  };
  return { times, world, purged, look };
}

describe('the schedule of purges', () => {
  const order = {
    volume: 'db',
    ages: [60, 1_440, 10_080, 40_320, 525_600].map((m) => m * MINUTE),
    partner: 'node2',
    releases: [],
  };

  it('begins some time after a volume is first seen, and knows when after a restart', async () => {
    const begun = Date.now();
    const { times, purged } = await setUp({});
    await expect.poll(() => times.of('db')).toBeGreaterThanOrEqual(begun + 10 * MINUTE);
    expect(times.of('db')).toBeLessThanOrEqual(Date.now() + 60 * MINUTE);
    expect(purged).toEqual([]);
  });

  it('purges what is due by the record of this moment, and again a day later', async () => {
    const { times, world, purged } = await setUp({ db: Date.now() + 200 });
    world.keys['app/shop'] = formatRecord(record({ schedules: [{ volume: 'db', retention: '5m:1h' }] }));
    await expect.poll(() => purged.length).toBe(1);
    expect(purged[0]).toEqual({ ...order, ages: [5 * MINUTE, 60 * MINUTE] });
    await expect.poll(() => times.of('db')).toBeGreaterThan(Date.now() + DAY - MINUTE);
  });

  it('does so again and again', async () => {
    const { purged } = await setUp({ db: 0 }, { every: 50 });
    await expect.poll(() => purged.length).toBeGreaterThanOrEqual(3);
    expect(purged[0]).toEqual(order);
  });

  it.each<[string, (world: Awaited<ReturnType<typeof setUp>>['world']) => void]>([
    [
      'an operation has the lock',
      (world) => {
        world.holder = { node: 'n', operation: 'deploy', requestId: 'r', since: 's' };
      },
    ],
    [
      'an operation is not ended',
      (world) => {
        world.keys['covey/journal/shop'] = '{}';
      },
    ],
    [
      'the record is gone',
      (world) => {
        world.keys = {};
      },
    ],
    [
      'the record names other nodes by now',
      (world) => {
        world.keys['app/shop'] = formatRecord(record({ master: 'node3' }));
      },
    ],
    [
      'the record can no longer be read',
      (world) => {
        world.keys['app/shop'] = '{';
      },
    ],
  ])('touches nothing where %s', async (_, change) => {
    const { world, purged } = await setUp({ db: Date.now() + 100 });
    change(world);
    await expect.poll(() => world.asked).toBe(1);
    expect(purged).toEqual([]);
  });

  it('tries again in a minute where a transfer ran, and in an hour after a failure; no volume waits for another', async () => {
    const volumes = ['bad', 'busy', 'fine'];
    const { times, world, purged } = await setUp(
      { bad: 1, busy: 2, fine: Date.now() + 300 },
      { apps: [shop({ volumes })] },
    );
    world.keys['app/shop'] = formatRecord(record({ volumes }));
    world.purge = async ({ volume }) => {
      if (volume === 'bad') throw new CoveyError('failed', 'no');
      return { done: volume !== 'busy', held: null };
    };
    await expect.poll(() => purged.length).toBe(3);
    await expect.poll(() => times.of('fine')).toBeGreaterThan(Date.now() + DAY - MINUTE);
    const bad = (times.of('bad') ?? 0) - Date.now();
    expect([bad > 59 * MINUTE, bad <= 60 * MINUTE, times.of('busy')]).toEqual([true, true, 2]);
  });

  it('forgets volumes that no record names, unless a record cannot be read', async () => {
    const { times, world, look } = await setUp({ gone: 5 }, { apps: [broken, shop()] });
    await expect.poll(() => times.of('db')).toBeDefined();
    expect(times.of('gone')).toBe(5);
    world.view = viewWith(shop());
    look();
    await expect.poll(() => times.of('gone')).toBeUndefined();
  });
});
