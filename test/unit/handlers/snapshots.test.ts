import { describe, expect, it } from 'vitest';
import type { NodeSnapshotsReply } from '../../../src/generated/covey/v1/NodeSnapshotsReply.ts';
import type { NodeSnapshotsRequest__Output } from '../../../src/generated/covey/v1/NodeSnapshotsRequest.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import type { NodeDeps } from '../../../src/handlers/node.ts';
import { snapshots, snapshotsHere } from '../../../src/handlers/snapshots.ts';

const APP = 'shop_master.ddb14';
const OLD = 'shopmasterddb14_db@2026-03-01T09:00:00.000000';
const NEW = 'shopmasterddb14_db@2026-03-01T10:00:00.000000';
const ASIDE = 'shopmasterddb14_db@2026-03-01T11:00:00.000000@+before-restore';
const CUT = 'shopmasterddb14_db@2026-03-01T12:00:00.000000';
const signal = new AbortController().signal;
const call = { signal, caller: { name: 'alice', role: 'operator' as const } };
const record = { repo_url: 'https://h/shop', branch: 'master', master: 'n1', volumes: ['elsewhere'] };

/** Nodes that answer with what a test gives; n3 is dead, and n4 has left. */
function cluster(held: Record<string, NodeSnapshotsReply>, records: Record<string, string> = {}) {
  const asked: unknown[] = [];
  const deps = {
    members: async () => [
      { name: 'n1', address: '', state: 'alive' },
      { name: 'n2', address: '', state: 'alive' },
      { name: 'n3', address: '', state: 'failed' },
      { name: 'n4', address: '', state: 'left' },
    ],
    kv: {
      list: async () =>
        Object.entries(records).map(([key, value]) => ({ key, value, modifyIndex: 1, createIndex: 1 })),
    },
    nodes: {
      snapshots: async (node: string, about: unknown) => {
        asked.push(about);
        const reply = held[node];
        if (reply === undefined) throw new Error(`${node} hangs`);
        return reply;
      },
    },
    bounds: { observe: 1_000 },
  } as unknown as Deps;
  return { asked, list: (app: string, node = '') => snapshots(deps)({ app, node }, call) };
}

const known = { [`app/${APP}`]: JSON.stringify(record) };

describe('the snapshots of an app', () => {
  it('are those of all nodes, oldest first, with what a restore would take on each', async () => {
    const { list, asked } = cluster(
      { n1: { snapshots: [ASIDE, NEW, OLD], unfinished: [CUT] }, n2: { snapshots: [OLD] } },
      known,
    );
    const { snapshots: rows = [], problems } = await list(APP);
    expect(rows.map(({ node, name, kind, newest }) => [node, name, kind, newest])).toEqual([
      ['n1', OLD, 'plain', false],
      ['n2', OLD, 'plain', true],
      ['n1', NEW, 'plain', true],
      ['n1', ASIDE, 'aside', false],
      ['n1', CUT, 'unfinished', false],
    ]);
    expect(rows[3]).toEqual({
      node: 'n1',
      volume: 'shopmasterddb14_db',
      name: ASIDE,
      at: Date.UTC(2026, 2, 1, 11),
      kind: 'aside',
      mark: 'before-restore',
      newest: false,
    });
    expect(problems).toEqual(['n3: it is not alive: Consul says "failed"']);
    expect(asked[0]).toEqual({ project: 'shopmasterddb14', volumes: ['elsewhere'] });
  });

  it('are found by the name of an app that was destroyed, or whose record is damaged', async () => {
    const held = { n1: { snapshots: [OLD] }, n2: {} };
    expect((await cluster(held).list(APP, 'n1')).snapshots).toHaveLength(1);
    const damaged = cluster({ n1: {} }, { [`app/${APP}`]: '{' });
    expect(await damaged.list(APP, 'n1')).toEqual({ snapshots: [], problems: [] });
  });

  it('of a node that hangs are not known, and it is named', async () => {
    const { problems } = await cluster({ n1: {} }, known).list(APP);
    expect(problems).toEqual(['n2: n2 hangs', 'n3: it is not alive: Consul says "failed"']);
  });

  it('are refused where there is nothing to tell', async () => {
    await expect(cluster({ n1: {} }).list('none', 'n1')).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no app none, and no snapshot of its volumes.',
    });
    await expect(cluster({}).list(APP, 'n7')).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no node n7.',
    });
  });
});

it('a node gives those of the project and of the volumes named, whole and half received ones apart', async () => {
  const all = [
    OLD,
    NEW,
    'shopmasterddb14x_db@2026-03-01T09:00:00.000000',
    'other@2026-03-01T09:00:00.000000',
  ];
  const store = {
    snapshots: async () =>
      all.map((name) => ({ name, volume: name.split('@')[0], subvolume: { readonly: name !== NEW } })),
  } as unknown as NodeDeps['store'];
  const engine = { hasImage: async (id: string) => id === 'here' };
  const here = (project: string, volumes: string[] = []) =>
    snapshotsHere({ store, engine })(
      { project, volumes, images: ['here', 'gone'] } as NodeSnapshotsRequest__Output,
      call,
    );
  expect(await here('shopmasterddb14')).toEqual({ snapshots: [OLD], unfinished: [NEW], images: ['here'] });
  expect(await here('shopmasterddb14', ['other'])).toMatchObject({ snapshots: [OLD, all[3]] });
  expect(await here('')).toEqual({ snapshots: [], unfinished: [], images: ['here'] });
});
