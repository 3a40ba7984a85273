import { expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { retentionHere, retentionOfAll } from '../../../src/handlers/retention.ts';
import type { Purger } from '../../../src/volumes/purge.ts';

const signal = new AbortController().signal;
const call = { signal, caller: { name: 'alice', role: 'operator' as const } };
const pattern = '1h:1d:1w:4w:1y';

const record = (more: Partial<AppRecord> = {}): AppRecord => ({
  ...parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2' })),
  volumes: ['db'],
  ...more,
});
const app = (name: string, more: Partial<AppRecord> = {}) => ({ name, index: 1, record: record(more) });

it('a node tells what it would remove of the volumes that records give it', async () => {
  const asked: unknown[] = [];
  const plan: Purger['plan'] = async (order) => {
    asked.push(order);
    return { snapshots: 3, remove: ['db@1'], held: order.partner === null ? null : 'wait' };
  };
  const apps = [
    app('shop'),
    app('wiki', { volumes: ['pages'], slave: null, schedules: [{ volume: 'pages', retention: '5m:1h' }] }),
    app('far', { master: 'node3' }),
    { name: 'broken', index: 1, error: 'bad' },
  ];
  const view = () => ({ apps, maintenance: new Set<string>(), members: [] });
  const kv = {
    get: async (key: string) =>
      key === 'covey/releases/wiki' ? { key, value: '{', modifyIndex: 1, createIndex: 1 } : undefined,
  };
  const here = retentionHere({ node: 'node1', view, purger: { plan }, kv });
  const told = { node: 'node1', snapshots: 3, remove: ['db@1'] };
  const wiki = { ...told, app: 'wiki', volume: 'pages', pattern: '5m:1h', held: '' };
  expect((await here({ app: '' }, call)).retention).toEqual([
    { ...told, app: 'shop', volume: 'db', pattern, held: 'wait' },
    wiki,
  ]);
  expect(asked[0]).toMatchObject({ volume: 'db', releases: [] });
  expect(asked[1]).toEqual({ volume: 'pages', ages: [300_000, 3_600_000], partner: null, releases: null });
  expect((await here({ app: 'wiki' }, call)).retention).toEqual([wiki]);
});

it('all masters and slaves are asked, and one that does not answer is told', async () => {
  const asked: [string, string][] = [];
  const deps = {
    bounds: { examine: 1_000 },
    nodes: {
      retention: async (node: string, name: string) => {
        asked.push([node, name]);
        if (node === 'node2') throw new CoveyError('unavailable', 'node2 is away');
        return [{ app: 'shop', volume: 'db', node, pattern, snapshots: 1, remove: [], held: '' }];
      },
    },
  } as unknown as Pick<Deps, 'nodes' | 'bounds'>;
  expect(await retentionOfAll(deps, [app('shop')], 'shop', signal)).toEqual([
    { app: 'shop', volume: 'db', node: 'node1', pattern, snapshots: 1, remove: [], held: '' },
    { app: 'shop', volume: 'db', node: 'node2', pattern, held: 'not known: node2 is away' },
  ]);
  expect(asked).toEqual([
    ['node1', 'shop'],
    ['node2', 'shop'],
  ]);
});
