import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import { parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { jobsOf, nextTime, type Replicate, replicateBySchedule } from '../../../src/peer/replication.ts';
import type { View, ViewedApp } from '../../../src/proxy/view.ts';
import { openReplicas } from '../../../src/volumes/replicas.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function record(more: Partial<AppRecord> = {}): AppRecord {
  return {
    ...parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2' })),
    volumes: ['db'],
    schedules: [{ volume: 'db', replicate: '1s' }],
    ...more,
  };
}

const viewWith = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });
const shop = (more: Partial<AppRecord> = {}): ViewedApp => ({
  name: 'shop',
  index: 1,
  record: record(more),
});

describe('jobsOf', () => {
  const job = { app: 'shop', volume: 'db', to: 'node2', every: 1_000 };
  it.each<[string, ViewedApp, unknown[]]>([
    ['the volumes of an app of this master', shop(), [job]],
    [
      'each in its own interval',
      shop({ volumes: ['db', 'files'] }),
      [job, { ...job, volume: 'files', every: HOUR }],
    ],
    ['none by label', shop({ schedules: [{ volume: 'db', replicate: 'off' }] }), []],
    ['none of another master', shop({ master: 'node3' }), []],
    ['none without a slave', shop({ slave: null }), []],
    ['none of a record that cannot be read', { name: 'shop', index: 1, error: 'bad' }, []],
  ])('%s', (_, app, jobs) => {
    expect(jobsOf('node1', viewWith(app))).toEqual(jobs);
  });
});

describe('nextTime', () => {
  const state = { equalAt: 0, snapshot: null, failure: null, pending: null };
  const now = 100 * HOUR;
  const failed = { at: now, error: 'x', tries: 1 };
  const often = { ...failed, tries: 40 };
  it.each([
    ['never replicated', state, HOUR, 7],
    ['after one that went well', { ...state, equalAt: now - MINUTE }, HOUR, now - MINUTE + HOUR],
    ['soon after a failure', { ...state, equalAt: now - HOUR, failure: failed }, HOUR, now + 2_000],
    ['later after a second', { ...state, failure: { ...failed, tries: 2 } }, HOUR, now + 4_000],
    ['each minute after many', { ...state, equalAt: now - HOUR, failure: often }, HOUR, now + MINUTE],
    ['after a failure, never later than its interval', { ...state, failure: often }, 1_000, now + 1_000],
    ['with a clock that was set back', { ...state, equalAt: now + 9 * HOUR }, HOUR, now + HOUR],
  ])('%s', (_, given, every, next) => {
    expect(nextTime(given, every, 7, now)).toBe(next);
  });
});

/** The schedule of node1, with a transfer that does as it is told. */
async function setUp(view: View | undefined, folder?: string) {
  const state = folder ?? (await mkdtemp(path.join(tmpdir(), 'covey-replication-')));
  const replicas = await openReplicas(state, createLogger({ level: 'silent' }));
  const controller = new AbortController();
  let outdated = new AbortController();
  const sent: Parameters<Replicate>[0][] = [];
  const world = {
    view,
    holder: undefined as LockHolder | 'unknown' | undefined,
    asked: [] as string[],
    replicate: (async () => {
      const at = Date.now();
      return { at, snapshot: `db@${at}`, bytes: 1, parent: null, durationMs: 1 };
    }) as Replicate,
  };
  const ended = replicateBySchedule(
    {
      node: 'node1',
      view: () => world.view,
      outdated: () => outdated.signal,
      replicas,
      locks: {
        holder: async (key) => {
          world.asked.push(key);
          return world.holder;
        },
      },
      replicate: async (job, options) => {
        sent.push(job);
        return world.replicate(job, options);
      },
      logger: createLogger({ level: 'silent' }),
    },
    controller.signal,
  );
  const stop = async () => {
    controller.abort();
    await ended;
  };
  onTestFinished(async () => {
    await stop();
    await rm(state, { recursive: true, force: true });
  });
  const change = (next: View) => {
    world.view = next;
    const before = outdated;
    outdated = new AbortController();
    before.abort();
  };
  return { state, replicas, world, sent, change, stop };
}

describe('the schedule', () => {
  it('sends at once what was never sent, without a fence, then in its interval', async () => {
    const { sent, replicas } = await setUp(viewWith(shop()));
    await expect.poll(() => sent.length).toBe(1);
    expect(sent[0]).toMatchObject({
      volume: 'db',
      to: 'node2',
      pending: null,
      mandate: { app: 'shop', fence: null },
    });
    const first = replicas.of('db', 'node2').equalAt;
    await expect.poll(() => sent.length, { timeout: 5_000 }).toBe(2);
    expect(Date.now() - first).toBeGreaterThanOrEqual(995);
  });

  it('keeps its rhythm over a restart', async () => {
    const hourly = viewWith(shop({ schedules: null }));
    const before = await setUp(hourly);
    await before.replicas.equal('db', 'node2', { at: Date.now(), snapshot: 'db@1' });
    await before.stop();
    const { sent, replicas, change } = await setUp(hourly, before.state);
    // Another volume, which is begun at once, shows that the schedule has looked.
    change(viewWith(shop({ schedules: [{ volume: 'files', replicate: '1s' }], volumes: ['db', 'files'] })));
    await expect.poll(() => sent.map(({ volume }) => volume)).toEqual(['files']);
    expect(replicas.of('db', 'node2').snapshot).toBe('db@1');
  });

  it('keeps the error, tries again, and knows what it could not send', async () => {
    const { world, sent, replicas, change } = await setUp(undefined);
    world.replicate = async (_, { onSnapshot }) => {
      await onSnapshot({ snapshot: 'db@1', at: 1 });
      throw new CoveyError('unavailable', 'node2 is away');
    };
    change(viewWith(shop()));
    await expect.poll(() => replicas.of('db', 'node2').failure?.error).toBe('node2 is away');
    world.replicate = async () => ({ at: 2, snapshot: 'db@1', bytes: 1, parent: null, durationMs: 1 });
    await expect.poll(() => sent.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(sent[1]?.pending).toEqual({ snapshot: 'db@1', at: 1 });
    await expect
      .poll(() => replicas.of('db', 'node2'))
      .toEqual({ equalAt: 2, snapshot: 'db@1', failure: null, pending: null });
  });

  it('passes over an app whose lock is held, until it is free', async () => {
    const { world, sent, change } = await setUp(undefined);
    world.holder = { node: 'node3', operation: 'deploy', requestId: 'r', since: 's' };
    change(viewWith(shop()));
    await expect.poll(() => world.asked.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    expect(new Set(world.asked)).toEqual(new Set(['lock/app/shop']));
    expect(sent).toEqual([]);
    world.holder = undefined;
    await expect.poll(() => sent.length, { timeout: 5_000 }).toBe(1);
  });

  it('stops what it sends, and forgets it, when the app is destroyed', async () => {
    const { world, sent, change, replicas } = await setUp(undefined);
    let aborted = false;
    world.replicate = (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new CoveyError('cancelled', 'stopped'));
        }),
      );
    await replicas.equal('db', 'node9', { at: 1, snapshot: 'db@1' });
    change(viewWith(shop()));
    await expect.poll(() => sent.length).toBe(1);
    change(viewWith());
    await expect.poll(() => aborted).toBe(true);
    await expect.poll(() => replicas.of('db', 'node9').equalAt).toBe(0);
    expect(replicas.of('db', 'node2').failure).toBeNull();
  });

  it('takes a new slave and a new interval at once', async () => {
    const { sent, change, replicas } = await setUp(undefined);
    await replicas.equal('db', 'node2', { at: Date.now() - 10 * MINUTE, snapshot: 'db@1' });
    const hourly = { schedules: null };
    change(viewWith(shop(hourly)));
    change(viewWith(shop({ ...hourly, slave: 'node3', schedules: [{ volume: 'db', replicate: '1s' }] })));
    await expect.poll(() => sent.map(({ to }) => to)).toEqual(['node3']);
    change(viewWith(shop({ schedules: [{ volume: 'db', replicate: '5m' }] })));
    await expect.poll(() => sent.at(-1)?.to).toBe('node2');
  });
});
