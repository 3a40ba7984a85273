import { describe, expect, it } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import { parseRecord } from '../../../src/app/record.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { inventory } from '../../../src/handlers/inventory.ts';
import { divergedNotices, replicationProblems, volumeRows } from '../../../src/handlers/volume-rows.ts';
import { volumes } from '../../../src/handlers/volumes.ts';
import { formatSnapshotName, parseSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import type { Snapshot } from '../../../src/volumes/store.ts';
import { memoryOf } from '../../support/memory.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 2, 12);

const record = (more: Partial<AppRecord> = {}): AppRecord => ({
  ...parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2' })),
  deploy_date: '2026-01-02T090000.000000',
  volumes: ['db'],
  ...more,
});
const app = (more: Partial<AppRecord> = {}) => ({ name: 'shop', index: 1, record: record(more) });

const onMaster = {
  volume: 'db',
  app: 'shop',
  newest: 'db@new',
  newestAt: NOW - HOUR / 2,
  replicatedTo: 'node2',
  replicatedAt: NOW - HOUR / 4,
  replicationError: '',
};
const onSlave = { volume: 'db', app: 'shop', newest: 'db@old', newestAt: NOW - HOUR, diverged: [] };
const node = (name: string, volume?: object): NodeStatus => ({
  name,
  reachable: true,
  volumes: volume ? [volume] : [],
});
const both = [node('node1', onMaster), node('node2', onSlave)];

describe('a row', () => {
  const base = {
    app: 'shop',
    volume: 'db',
    master: 'node1',
    slave: 'node2',
    lastSnapshot: 'db@new',
    lastSnapshotAt: NOW - HOUR / 2,
    lastReplicatedAt: NOW - HOUR / 4,
    lagMs: HOUR / 4,
    intervalMs: HOUR,
    error: '',
    diverged: [],
  };
  const nothing = { lastSnapshot: '', lastSnapshotAt: 0, lastReplicatedAt: 0, lagMs: -1 };
  const away: NodeStatus = { name: 'node1', reachable: false };

  it.each<[string, Partial<AppRecord>, NodeStatus[], object]>([
    ['is what the master says', {}, both, {}],
    [
      'has the interval of the record',
      { schedules: [{ volume: 'db', replicate: '30s' }] },
      both,
      { intervalMs: 30_000 },
    ],
    [
      'has no lag without a slave',
      { slave: null },
      both,
      { slave: '', lastReplicatedAt: 0, lagMs: -1, intervalMs: 0 },
    ],
    [
      'has no lag before the first replication',
      {},
      [node('node1', { ...onMaster, replicatedAt: 0 })],
      { lastReplicatedAt: 0, lagMs: -1 },
    ],
    [
      'has the error of the master',
      {},
      [node('node1', { ...onMaster, replicationError: 'full' })],
      { error: 'full' },
    ],
    [
      'takes no other slave for this one',
      { slave: 'node3' },
      [node('node1', { ...onMaster, replicationError: 'full' }), node('node2', onSlave)],
      { slave: 'node3', lastReplicatedAt: 0, lagMs: -1 },
    ],
    [
      'is what the slave has while the master is away',
      {},
      [away, node('node2', onSlave)],
      { lastSnapshot: 'db@old', lastSnapshotAt: NOW - HOUR, lastReplicatedAt: NOW - HOUR, lagMs: HOUR },
    ],
    ['knows nothing while both are away', {}, [away], nothing],
    ['is there though the volume is not', {}, [node('node1')], nothing],
    [
      'has the diverged snapshots of all nodes',
      {},
      [...both, node('node3', { volume: 'db', diverged: ['db@x@+diverged'] })],
      { diverged: [{ node: 'node3', snapshot: 'db@x@+diverged' }] },
    ],
    [
      'is not older than now',
      {},
      [node('node1', { ...onMaster, replicatedAt: NOW + HOUR })],
      { lastReplicatedAt: NOW + HOUR, lagMs: 0 },
    ],
  ])('%s', (_, more, nodes, expected) => {
    expect(volumeRows([app(more)], nodes, NOW)).toEqual([{ ...base, ...expected }]);
  });
});

describe('a problem', () => {
  const late = (ago: number, error = '') => [
    node('node1', { ...onMaster, replicatedAt: ago === 0 ? 0 : NOW - ago, replicationError: error }),
  ];
  const often = { schedules: [{ volume: 'db', replicate: '2s' }] };
  it.each<[string, Partial<AppRecord>, NodeStatus[], string[]]>([
    ['is no replica that is young enough', {}, late(2 * HOUR), []],
    [
      'is a late replica',
      {},
      late(3 * HOUR),
      ['replication of db to node2 is late: last 3 h ago, every 1 h'],
    ],
    [
      'is none that was due since the deploy',
      {},
      late(0),
      ['replication of db to node2 is late: never yet, every 1 h'],
    ],
    ['is none yet after a new deploy', { deploy_date: '2026-01-02T113000.000000' }, late(0), []],
    ['is an error', {}, late(HOUR, 'no room'), ['replication of db to node2: no room']],
    [
      'is a late replica with its error',
      {},
      late(3 * HOUR, 'no room'),
      ['replication of db to node2 is late: last 3 h ago, every 1 h: no room'],
    ],
    ['is no short delay of a short interval', often, late(30_000), []],
    [
      'is a long delay of a short interval',
      often,
      late(90_000),
      ['replication of db to node2 is late: last 90 s ago, every 2 s'],
    ],
    ['is nothing that is off', { schedules: [{ volume: 'db', replicate: 'off' }] }, late(0), []],
    [
      'is nothing of a volume that never was made',
      {},
      [node('node1', { ...onMaster, live: false, snapshots: 0, replicatedAt: 0, replicationError: 'gone' })],
      [],
    ],
    ['is nothing of a master that is away', {}, [{ name: 'node1', reachable: false }], []],
  ])('%s', (_, more, nodes, problems) => {
    const records = [app(more)];
    expect(replicationProblems(volumeRows(records, nodes, NOW), records, nodes, NOW)).toEqual(problems);
  });
});

it('a notice names the node, the app and the snapshot', () => {
  const nodes = [...both, node('node3', { app: 'shop', volume: 'db', diverged: ['db@x@+diverged'] })];
  expect(divergedNotices(nodes)).toEqual([
    'node3 keeps data of shop that its master does not have: snapshot db@x@+diverged. See docs/operations.md',
  ]);
});

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

describe('the handler', () => {
  const memory = memoryOf({
    nodes: [node('node1', onMaster), { name: 'node2', reachable: false }],
    records: {
      shop: JSON.stringify(record()),
      wiki: JSON.stringify(record({ volumes: ['pages'] })),
      broken: '{',
    },
  });
  const deps = { memory } as unknown as Deps;
  const ask = async (name: string) => {
    const call = {
      signal: new AbortController().signal,
      caller: { name: 'alice', role: 'operator' as const },
    };
    return (await volumes(deps)({ app: name, retention: false }, call)).volumes?.map(
      ({ app: of, volume }) => [of, volume],
    );
  };

  it('answers for all apps that can be read, or for one', async () => {
    expect(await ask('')).toEqual([
      ['shop', 'db'],
      ['wiki', 'pages'],
    ]);
    expect(await ask('wiki')).toEqual([['wiki', 'pages']]);
  });

  it('refuses what is no app, or cannot be read', async () => {
    await expect(ask('nothing')).rejects.toMatchObject({ code: 'not-found' });
    await expect(ask('broken')).rejects.toMatchObject({ code: 'invalid' });
  });
});
