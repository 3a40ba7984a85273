import { describe, expect, it } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import { divergedNotices, replicationProblems, volumeRows } from '../../../src/handlers/volume-rows.ts';
import { app, both, HOUR, NOW, node, onMaster, onSlave } from './volume-pictures.ts';

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
