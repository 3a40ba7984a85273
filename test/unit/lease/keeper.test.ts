import { beforeEach, describe, expect, it } from 'vitest';
import { createKeeper, type Keeper } from '../../../src/lease/keeper.ts';
import type { LastLease } from '../../../src/lease/memory.ts';
import { formatLease, type Lease, parseLease } from '../../../src/lease/value.ts';
import { createVirtualConsul, type VirtualConsul } from '../../support/virtual-consul.ts';
import { createVirtualTime, type VirtualTime } from '../../support/virtual-time.ts';

const KEY = 'covey/lease/node1';

let time: VirtualTime;
let consul: VirtualConsul;
let isCut: boolean;
/** Apps that run here, and what was done, with when. */
let running: Set<string>;
let done: string[];
let stored: LastLease | null;
/** How many lives there were: each ends with the next. */
let lives: number;

beforeEach(() => {
  time = createVirtualTime();
  consul = createVirtualConsul(time, () => 0.5, { slow: 0, lossy: 0 });
  isCut = false;
  running = new Set();
  done = [];
  stored = null;
  lives = 0;
});

const seconds = () => Math.floor(time.now() / 1000);

/** A life of the peer. */
function live(apps: readonly string[] | undefined, boot = 'boot 1'): Keeper {
  lives += 1;
  const life = lives;
  const isOver = () => life !== lives;
  const keeper = createKeeper({
    ...{ node: 'node1', kv: consul.from(() => isCut || isOver()), boot, time },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    file: {
      value: () => stored,
      set: async (value) => {
        if (!isOver()) stored = value;
      },
    },
    stop: async (names, { graceSeconds }) => {
      const ran = isOver() ? [] : names.filter((name) => running.delete(name));
      if (ran.length > 0) done.push(`${seconds()} stop ${ran.join(' ')} within ${graceSeconds}`);
      return { ran, failed: [] };
    },
  });
  if (apps)
    keeper.follow(
      () => apps,
      async (app) => {
        done.push(`${seconds()} start ${app}`);
        running.add(app);
        return true;
      },
    );
  void keeper.run();
  return keeper;
}

const lease = (): Lease | undefined => {
  const found = consul.entries().find(({ key }) => key === KEY);
  return found && parseLease(found.value);
};

/** Somebody else writes the lease. */
const put = async (value: Lease) => {
  const kv = consul.from(() => false);
  const index = consul.entries().find(({ key }) => key === KEY)?.modifyIndex ?? 0;
  const written = kv.transaction([{ op: 'cas', key: KEY, value: formatLease(value), index }]);
  await time.runTo(time.now() + 100);
  expect((await written).ok).toBe(true);
};

describe('a lease', () => {
  it('names the apps, and is renewed', async () => {
    running.add('a');
    const keeper = live(['a']);
    await time.runTo(1_000);
    const first = lease();
    expect(first).toMatchObject({ apps: ['a'], guarded: true });
    expect([keeper.covers('a'), keeper.forbids('a'), keeper.covers('b')]).toEqual([true, false, false]);
    await time.runTo(60_000);
    expect(lease()?.counter).toBeGreaterThan((first?.counter ?? 0) + 30);
    expect(done).toEqual([]);
  });

  it('is not there without such an app, and goes with the last', async () => {
    live([]);
    await time.runTo(5_000);
    expect(lease()).toBeUndefined();
    const apps = ['a'];
    live(apps);
    await time.runTo(10_000);
    expect(lease()?.apps).toEqual(['a']);
    apps.pop();
    await time.runTo(15_000);
    expect(lease()).toBeUndefined();
  });
});

describe('without Consul', () => {
  it('its apps stop in time, and start when it is back', async () => {
    running.add('a');
    const keeper = live(['a']);
    await time.runTo(10_000);
    isCut = true;
    await time.runTo(13_500);
    expect(done).toEqual([]);
    await time.runTo(30_000);
    expect(done).toEqual([expect.stringMatching(/^1[45] stop a within 2$/)]);
    expect(keeper.forbids('a')).toBe(true);
    isCut = false;
    await time.runTo(35_000);
    expect(done.slice(1)).toEqual([expect.stringMatching(/^3[0-3] start a$/)]);
    expect(keeper.forbids('a')).toBe(false);
  });

  it('what runs again is stopped again', async () => {
    running.add('a');
    live(['a']);
    await time.runTo(10_000);
    isCut = true;
    await time.runTo(20_000);
    running.add('a');
    await time.runTo(21_000);
    expect(running.size).toBe(0);
    expect(done.at(-1)).toBe('20 stop a within 0');
  });

  it('a peer that comes up stops what the last one looked after', async () => {
    const boot = 'boot 1';
    stored = { boot, incarnation: 'x', apps: ['a'], guarded: true, renewedAt: 0 };
    running.add('a');
    isCut = true;
    await time.runTo(3_000);
    live(undefined);
    await time.runTo(10_000);
    expect(done).toEqual(['5 stop a within 2']);
  });

  it('after a boot of the machine nothing is waited for', async () => {
    stored = { boot: 'boot 0', incarnation: 'x', apps: ['a'], guarded: true, renewedAt: 999_999 };
    running.add('a');
    isCut = true;
    live(undefined);
    await time.runTo(1_000);
    expect(done).toEqual(['0 stop a within 0']);
  });

  it('what the last peer left unguarded goes on', async () => {
    stored = { boot: 'boot 1', incarnation: 'x', apps: ['a'], guarded: false, renewedAt: 0 };
    running.add('a');
    isCut = true;
    const keeper = live(['a']);
    await time.runTo(60_000);
    expect([done, keeper.forbids('a')]).toEqual([[], false]);
  });
});

describe('another peer life', () => {
  it('goes on with the lease of the one before, and no app stops', async () => {
    running.add('a');
    live(['a']);
    await time.runTo(10_000);
    const { incarnation } = lease() ?? {};
    live(undefined);
    await time.runTo(12_000);
    expect(lease()?.incarnation).not.toBe(incarnation);
    expect(lease()?.apps).toEqual(['a']);
    expect(done).toEqual([]);
  });

  it('that knows nothing asks Consul first, and stops what is in a lease that is not its own', async () => {
    await put({ incarnation: 'x', counter: 7, apps: ['a'], guarded: true });
    running.add('a');
    live(['a']);
    await time.runTo(1_000);
    expect(done[0]).toBe('0 stop a within 0');
    await time.runTo(5_000);
    expect(lease()).toMatchObject({ apps: ['a'], guarded: true });
  });

  it('that knows nothing, and reaches nobody, lets nothing run', async () => {
    isCut = true;
    running.add('a');
    const keeper = live(['a']);
    expect(keeper.forbids('a')).toBe(true);
    await time.runTo(5_000);
    expect(running.size).toBe(0);
  });
});

it('a lease that was taken is lost: the app stops, and is started again where it is still to run here', async () => {
  running.add('a');
  live(['a']);
  await time.runTo(10_000);
  const taken = lease() as Lease;
  isCut = true;
  await time.runTo(12_000);
  await put({ ...taken, taken_by: 'node2', takes: 1 });
  isCut = false;
  await time.runTo(20_000);
  expect(done).toEqual([
    expect.stringMatching(/^1[23] stop a within 0$/),
    expect.stringMatching(/^1[2-6] start a$/),
  ]);
  expect(lease()?.taken_by).toBeUndefined();
});

describe('a peer that is stopped', () => {
  it('says so, and its apps go on', async () => {
    running.add('a');
    const keeper = live(['a']);
    await time.runTo(10_000);
    const closing = keeper.close();
    await time.runTo(11_000);
    await closing;
    expect(lease()).toMatchObject({ apps: ['a'], guarded: false });
    expect(stored?.guarded).toBe(false);
    await time.runTo(60_000);
    expect(done).toEqual([]);
  });

  it('and can’t say so stops its apps', async () => {
    running.add('a');
    const keeper = live(['a']);
    await time.runTo(10_000);
    isCut = true;
    const closing = keeper.close();
    await time.runTo(15_000);
    await closing;
    expect(done).toEqual([expect.stringContaining('stop a')]);
    expect(stored?.guarded).toBe(true);
  });
});
