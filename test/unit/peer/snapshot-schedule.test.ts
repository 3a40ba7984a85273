import { describe, expect, it, onTestFinished } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { snapshotBySchedule, snapshotJobs } from '../../../src/peer/snapshot-schedule.ts';
import type { View, ViewedApp } from '../../../src/proxy/view.ts';
import { formatSnapshotName, parseSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import type { Snapshot } from '../../../src/volumes/store.ts';

const HOUR = 3_600_000;

const shop = (more: Partial<AppRecord> = {}): ViewedApp => ({
  name: 'shop',
  index: 1,
  record: {
    ...parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1' })),
    volumes: ['db'],
    schedules: [{ volume: 'db', snapshot: '1s' }],
    ...more,
  },
});
const viewWith = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });

describe('snapshotJobs', () => {
  const job = { app: 'shop', volume: 'db', every: 1_000 };
  it.each<[string, ViewedApp, unknown[]]>([
    ['the volumes of an app of this master', shop(), [job]],
    ['hourly without a label', shop({ schedules: null }), [{ ...job, every: HOUR }]],
    ['with a slave by label', shop({ slave: 'node2' }), [job]],
    ['with a slave none without a label', shop({ slave: 'node2', schedules: null }), []],
    ['none by label', shop({ schedules: [{ volume: 'db', snapshot: 'off' }] }), []],
    ['none of another master', shop({ master: 'node3' }), []],
    ['none of a record that cannot be read', { name: 'shop', index: 1, error: 'bad' }, []],
  ])('%s', (_, app, jobs) => {
    expect(snapshotJobs('node1', viewWith(app))).toEqual(jobs);
  });
});

/** The schedule of node1 over snapshots that were made `ages` milliseconds ago. */
function setUp(view: View, ages: Record<string, number> = {}) {
  const controller = new AbortController();
  const made: { volume: string; at: number }[] = [];
  const snapshots = Object.entries(ages).map(([volume, age]) => ({
    ...parseSnapshotName(formatSnapshotName(volume, (Date.now() - age) * 1000)),
    subvolume: { readonly: true },
  })) as Snapshot[];
  const world = {
    view,
    holder: undefined as LockHolder | undefined,
    asked: 0,
    snapshot: async (_volume: string): Promise<string | null> => 'name',
  };
  const ended = snapshotBySchedule(
    {
      node: 'node1',
      view: () => world.view,
      outdated: () => new AbortController().signal,
      store: { snapshots: async () => snapshots },
      snapshot: async (volume) => {
        made.push({ volume, at: Date.now() });
        return world.snapshot(volume);
      },
      locks: {
        holder: async () => {
          world.asked += 1;
          return world.holder;
        },
      },
      logger: createLogger({ level: 'silent' }),
    },
    controller.signal,
  );
  onTestFinished(async () => {
    controller.abort();
    await ended;
  });
  return { world, made };
}

describe('the schedule of snapshots', () => {
  it('begins soon where there is none, then goes on in its interval, changed or not', async () => {
    const { world, made } = setUp(viewWith(shop()));
    world.snapshot = async () => null;
    await expect.poll(() => made.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(3);
    const [first, second, third] = made.map(({ at }) => at) as [number, number, number];
    expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(950);
  });

  it('goes on from the newest snapshot after a restart', async () => {
    const volumes = ['late', 'young'];
    const { made } = setUp(viewWith(shop({ volumes, schedules: null })), { late: 2 * HOUR, young: HOUR / 2 });
    await expect.poll(() => made.length).toBe(1);
    expect(made[0]?.volume).toBe('late');
  });

  it('passes over an app whose lock is held, until it is free', async () => {
    const { world, made } = setUp(viewWith(shop()), { db: HOUR });
    world.holder = { node: 'node3', operation: 'deploy', requestId: 'r', since: 's' };
    await expect.poll(() => world.asked, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(made).toEqual([]);
    world.holder = undefined;
    await expect.poll(() => made.length, { timeout: 5_000 }).toBe(1);
  });

  it('tries again what failed, and no other volume waits for it', async () => {
    const volumes = ['bad', 'good'];
    const schedules = volumes.map((volume) => ({ volume, snapshot: '1s' }));
    const { world, made } = setUp(viewWith(shop({ volumes, schedules })), { bad: HOUR, good: HOUR });
    world.snapshot = async (volume) => {
      if (volume === 'bad') throw new CoveyError('not-found', 'bad is not there');
      return 'name';
    };
    const times = (name: string) => made.filter(({ volume }) => volume === name).length;
    await expect.poll(() => [times('bad') > 1, times('good') > 1], { timeout: 5_000 }).toEqual([true, true]);
  });
});
