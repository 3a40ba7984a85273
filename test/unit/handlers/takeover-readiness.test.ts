import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { status } from '../../../src/handlers/status.ts';
import { majorityCaveats, situationOf } from '../../../src/handlers/takeover-readiness.ts';
import type { SeenLease } from '../../../src/lease/signs.ts';
import { memoryOf, type Remembered } from '../../support/memory.ts';

const takeover = { after: '10s', max_age: '1h' };
const record = (more: object = {}) =>
  JSON.stringify({
    ...{ repo_url: 'https://h/a', branch: 'm', master: 'node1', slave: 'node2', volumes: ['a_db'], takeover },
    ...more,
  });
const now = Date.now();
const volume = (at: number, more: object = {}) => ({
  volume: 'a_db',
  newest: 'a_db@1',
  newestAt: at,
  ...more,
});
const container = { app: 'a', service: 'web', name: 'a-web-1', state: 'running', health: '' };
const seen: SeenLease = {
  ...{ silentFor: 1_000, hasChanged: true, seenAfter: 0 },
  lease: { incarnation: 'x', counter: 1, apps: ['a'], guarded: true },
};
const node = (name: string, more: object = {}) => ({ name, reachable: true, ...more });
const well: Remembered = {
  nodes: [
    node('node1', { containers: [container] }),
    node('node2', { volumes: [volume(now - 60_000)] }),
    node('node3'),
  ],
  records: { a: record() },
  leases: { node1: seen },
};
const call = { signal: new AbortController().signal } as Parameters<ReturnType<typeof status>>[1];
const notices = async (more: Remembered = {}) =>
  (await status({ node: 'node3', memory: memoryOf({ ...well, ...more }) })({}, call)).notices;

describe('the status', () => {
  it('says nothing where a takeover could happen, or where nobody asked for one', async () => {
    expect(await notices()).toEqual([]);
    expect(await notices({ records: { a: record({ takeover: null }) }, leases: {} })).toEqual([]);
  });

  it.each<[string, Remembered, string]>([
    [
      'that there is no slave',
      { records: { a: record({ slave: null }) } },
      'a has automatic takeover, but no slave that could take over: deploy it with --slave',
    ],
    [
      'that the data is too old',
      {
        nodes: [
          node('node1', { containers: [container] }),
          node('node2', { volumes: [volume(now - 7_200_000)] }),
          node('node3'),
        ],
      },
      'node2 would not take over a from node1 by itself: the replica of a_db is 2 h old, older than 1 h',
    ],
    [
      'that there is no lease',
      { leases: {} },
      'node2 would not take over a from node1 by itself: node1 has no lease: it is not known to stop the app when it is cut off',
    ],
    [
      'that two servers are too few',
      { nodes: well.nodes?.slice(0, 2) ?? [] },
      'Automatic takeover cannot happen with 2 Consul servers: when one is lost there is no majority. Add a witness: ' +
        'docs/operations.md, "Automatic takeover".',
    ],
    [
      'why it does not happen',
      {
        members: ['node1', 'node2', 'node3'].map((name) => ({
          ...{ name, address: '', server: true },
          state: name === 'node1' ? ('failed' as const) : ('alive' as const),
        })),
        leases: { node1: { ...seen, lease: { ...seen.lease, guarded: false } } },
      },
      'node2 does not take over a from node1 by itself: the peer of node1 was stopped on purpose, so the app may run on there without it',
    ],
  ])('says %s', async (_what, more, notice) => {
    expect(await notices(more)).toEqual([notice]);
  });
});

it('one server is not enough either', () => {
  const members = [
    { server: true, state: 'alive' as const },
    { server: false, state: 'alive' as const },
  ];
  expect(majorityCaveats({ takeover }, members)[0]).toContain('with 1 Consul server:');
  expect(majorityCaveats({ takeover: null }, members)).toEqual([]);
});

describe('a replica', () => {
  const ageWith = (nodes: Remembered['nodes']) =>
    situationOf(
      memoryOf({ ...well, nodes: nodes ?? [] }),
      { name: 'a', record: parseRecord('a', record()) },
      now,
    )?.volumes[0]?.age;

  it('is as old as the last time that the master said it equals its volume', () => {
    const slave = node('node2', { volumes: [volume(now - 7_200_000)] });
    const sent = (replicatedTo: string) =>
      node('node1', {
        reachable: false,
        volumes: [{ volume: 'a_db', replicatedTo, replicatedAt: now - 5_000 }],
      });
    expect(ageWith([sent('node2'), slave])).toBe(5_000);
    expect(ageWith([sent('node3'), slave])).toBe(7_200_000);
    expect(ageWith([sent('node2'), node('node2')])).toBeNull();
  });

  it('that a clock ahead made is new', () => {
    expect(ageWith([node('node2', { volumes: [volume(now + 60_000)] })])).toBe(0);
  });
});

it('who reaches the master is asked of those that are reached themselves', () => {
  const reach = [{ node: 'node1', reached: true }];
  const memory = (nodes: Remembered['nodes']) => memoryOf({ ...well, nodes: nodes ?? [] });
  const app = { name: 'a', record: parseRecord('a', record()) };
  const reachers = (nodes: Remembered['nodes']) => situationOf(memory(nodes), app, now)?.reachedBy;
  expect(reachers([node('node1', { reach }), node('node2', { reach }), node('node3')])).toEqual(['node2']);
  expect(reachers([node('node3', { reach, reachable: false })])).toEqual([]);
  expect(reachers([node('node3', { reach: [{ node: 'node1', reached: false }] })])).toEqual([]);
});
