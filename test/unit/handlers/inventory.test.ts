import { describe, expect, it } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import { inventory } from '../../../src/handlers/inventory.ts';
import { formatSnapshotName, parseSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import type { Snapshot } from '../../../src/volumes/store.ts';
import { app, HOUR } from './volume-pictures.ts';

describe('the inventory', () => {
  const at = (hour: number) => Date.UTC(2026, 0, 1, hour) * 1000;
  const snapshot = (name: string, readonly = true): Snapshot => {
    const parsed = parseSnapshotName(name);
    if (!parsed) throw new Error(name);
    const subvolume = {
      path: name,
      id: 1,
      uuid: 'u',
      parentUuid: null,
      receivedUuid: null,
      generation: 1,
      createdAtGeneration: 1,
      readonly,
    };
    return { ...parsed, subvolume };
  };
  const look = (
    more: Partial<AppRecord>,
    given: { live?: string[]; snapshots?: Snapshot[]; node?: string },
  ) =>
    inventory({
      node: given.node ?? 'node1',
      view: { apps: [app(more)], maintenance: new Set(), members: [] },
      live: given.live ?? [],
      snapshots: given.snapshots ?? [],
      replicas: {
        of: (_, peer) => ({
          equalAt: peer === 'node2' ? 5 : 0,
          snapshot: null,
          failure: { at: 1, error: 'no room', tries: 1 },
          pending: null,
        }),
      },
    });
  const base = {
    volume: 'db',
    app: 'shop',
    live: false,
    snapshots: 0,
    newest: '',
    newestAt: 0,
    diverged: [],
    replicatedTo: '',
    replicatedAt: 0,
    intervalMs: 0,
    replicationError: '',
  };
  const sending = { replicatedTo: 'node2', replicatedAt: 5, intervalMs: HOUR, replicationError: 'no room' };

  it('has diverged data of a volume that the app no longer declares', () => {
    const [mine, others] = ['shop_gone', 'shopping_gone'].map((name) =>
      snapshot(formatSnapshotName(name, at(1), 'diverged')),
    ) as [Snapshot, Snapshot];
    const found = look({ volumes: [] }, { snapshots: [mine, others], node: 'node3' });
    expect(found).toEqual([{ ...base, volume: 'shop_gone', snapshots: 1, diverged: [mine.name] }]);
  });

  it('of a master has its volumes, snapshots and what it sends', () => {
    const newest = formatSnapshotName('db', at(3));
    const snapshots = [
      snapshot(formatSnapshotName('db', at(1))),
      snapshot(newest),
      snapshot(`${formatSnapshotName('db', at(4))}@10.0.0.2`),
      snapshot(formatSnapshotName('db', at(5), 'before-restore')),
      snapshot(formatSnapshotName('db', at(6), 'diverged')),
      snapshot(formatSnapshotName('db', at(7)), false),
      snapshot(formatSnapshotName('other', at(8))),
    ];
    expect(look({}, { live: ['db', 'other'], snapshots })).toEqual([
      {
        ...base,
        ...sending,
        live: true,
        snapshots: 6,
        newest,
        newestAt: at(3) / 1000,
        diverged: [formatSnapshotName('db', at(6), 'diverged')],
      },
    ]);
  });

  it('of a slave has what came', () => {
    const newest = formatSnapshotName('db', at(3));
    expect(look({}, { node: 'node2', snapshots: [snapshot(newest)] })).toEqual([
      { ...base, snapshots: 1, newest, newestAt: at(3) / 1000 },
    ]);
  });

  it('of a master without its volume has that it is to send it', () => {
    expect(look({}, {})).toEqual([{ ...base, ...sending }]);
    expect(look({ slave: null }, {})).toEqual([]);
  });

  it('of a node without anything is empty', () => {
    expect(look({}, { node: 'node3' })).toEqual([]);
  });
});
