import { describe, expect, it } from 'vitest';
import { parseRetention } from '../../../src/durations.ts';
import { createPurger } from '../../../src/volumes/purge.ts';
import { formatSnapshotName, parseSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import type { Snapshot } from '../../../src/volumes/store.ts';
import { volumeGuard } from '../../../src/volumes/transfer/guard.ts';

const DAY = 86_400_000;
const signal = new AbortController().signal;
const old = (days: number) => formatSnapshotName('db', (Date.now() - days * DAY) * 1000);

/** A store in memory with snapshots of two years ago and one of now, and what else is known of them. */
function setUp(given: { pinned?: string[]; common?: string[]; named?: string[] } = {}) {
  const names = [740, 730, 720].map(old).concat(old(0));
  const left = [...names];
  const removed: string[] = [];
  const guard = volumeGuard();
  const world = { remove: async (_name: string): Promise<boolean> => true };
  const purger = createPurger({
    store: {
      snapshots: async () =>
        left.map((name) => ({ ...parseSnapshotName(name), subvolume: { readonly: true } }) as Snapshot),
      removeSnapshot: async (name) => {
        if (!(await world.remove(name))) return false;
        left.splice(left.indexOf(name), 1);
        return true;
      },
    },
    pins: {
      isPinned: (name) => (given.pinned ?? []).includes(name),
      common: () => given.common ?? [],
    },
    replicas: { snapshots: () => given.named ?? [] },
    guard,
  });
  const order = {
    volume: 'db',
    ages: parseRetention('1h:1d:1w:4w:1y'),
    partner: null as string | null,
    releases: [] as string[] | null,
  };
  const purge = (more: Partial<typeof order> = {}) =>
    purger.purge({ ...order, ...more }, { signal, removed: (name) => removed.push(name) });
  return { names, left, removed, guard, world, purger, order, purge };
}

describe('a purge', () => {
  it('removes what its plan says, oldest first, and then nothing more', async () => {
    const { names, left, removed, purger, order, purge } = setUp();
    const [first, second, third, newest] = names;
    expect(await purger.plan(order)).toEqual({ snapshots: 4, remove: [first, second, third], held: null });
    expect(left).toEqual(names);
    expect(await purge()).toEqual({ done: true, held: null });
    expect([removed, left]).toEqual([[first, second, third], [newest]]);
    await purge();
    expect(removed).toHaveLength(3);
  });

  it('leaves what is pinned, and what a replication names', async () => {
    const given = { pinned: [] as string[], named: [] as string[] };
    const { names, removed, purge } = setUp(given);
    given.pinned.push(names[0] ?? '');
    given.named.push(names[1] ?? '');
    await purge();
    expect(removed).toEqual([names[2]]);
  });

  it('waits until a snapshot is known, and there, that the partner has too', async () => {
    const held = 'no snapshot is known yet that node2 has too';
    const common = ['db@2001-01-01T00:00:00.000000'];
    const { names, purger, order, purge, removed } = setUp({ common });
    const partner = 'node2';
    expect(await purger.plan({ ...order, partner })).toEqual({ snapshots: 4, remove: [], held });
    expect(await purge({ partner })).toEqual({ done: true, held });
    expect(removed).toEqual([]);
    common.push(names[3] ?? '');
    expect(await purge({ partner })).toEqual({ done: true, held: null });
    expect(removed).toHaveLength(3);
  });

  it('does not begin while the volume is transferred, and ends when a transfer begins', async () => {
    const { removed, guard, world, purge } = setUp();
    const transfer = Promise.withResolvers<void>();
    const first = guard.transfer('db', () => transfer.promise);
    expect(await purge()).toEqual({ done: false, held: null });
    transfer.resolve();
    await first;
    let second: Promise<void> | undefined;
    world.remove = async () => {
      second ??= guard.transfer('db', async () => undefined);
      return true;
    };
    expect(await purge()).toEqual({ done: false, held: null });
    await second;
    expect(removed).toHaveLength(1);
  });

  it('tells what it has removed before a failure, and nothing that somebody else had', async () => {
    const { names, removed, world, purge } = setUp();
    world.remove = async (name) => {
      if (name === names[2]) throw new Error('busy');
      return name !== names[0];
    };
    await expect(purge()).rejects.toThrow('busy');
    expect(removed).toEqual([names[1]]);
  });

  it('ends by the signal', async () => {
    const { purger, order, removed } = setUp();
    const stopped = purger.purge(order, {
      signal: AbortSignal.abort(new Error('stop')),
      removed: (name) => removed.push(name),
    });
    await expect(stopped).rejects.toThrow('stop');
    expect(removed).toEqual([]);
  });
});
