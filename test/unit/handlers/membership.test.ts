import { describe, expect, it, vi } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import type { Member } from '../../../src/consul/members.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { leaveCluster, leaveHere } from '../../../src/handlers/node-leave.ts';
import { removeNode } from '../../../src/handlers/node-remove.ts';
import { createLogger } from '../../../src/logger.ts';
import { newEntry } from '../../../src/plan/journal.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';

const call: CallContext = {
  signal: new AbortController().signal,
  caller: { name: 'alice', role: 'operator' },
};
const record = (master: string, slave: string | null = null) =>
  JSON.stringify({ repo_url: 'https://git.example.com/x', branch: 'main', master, slave });

/** What is left of an operation that has a step on node4. */
function journal(committed: boolean, afterCommit: boolean): string {
  const action = { kind: 'stop', folder: '/deploy/a', project: 'a', images: {}, running: true } as const;
  const step = { id: 'stop@node4', node: 'node4', title: 'stop', afterCommit, action };
  const plan = { app: 'a', operation: 'deploy' as const, steps: [step], warnings: [] };
  const entry = newEntry({ requestId: 'r', coordinator: 'node1', plan, prepared: [] });
  return JSON.stringify({ ...entry, committed });
}

type States = Record<string, Member['state'] | 'client'>;
const alive: States = { node1: 'alive', node2: 'alive', node3: 'alive', node4: 'alive' };

/** node1 of a cluster with these nodes and keys in Consul. What was done to node4, in order, is in `did`. */
function cluster(states: States = alive, keys: Record<string, string> = {}) {
  const now = { ...states };
  const did: string[] = [];
  const entry = (key: string) => {
    const value = keys[key];
    return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
  };
  const warn = vi.fn();
  const deps = {
    node: 'node1',
    logger: Object.assign(createLogger({ level: 'silent' }), { warn }),
    members: async () =>
      Object.entries(now).map(([name, state]) => ({
        ...{ name, address: '', server: state !== 'client', state: state === 'client' ? 'alive' : state },
      })),
    kv: {
      list: async (prefix: string) =>
        Object.keys(keys)
          .filter((key) => key.startsWith(prefix))
          .map(entry),
      get: async (key: string) => entry(key),
    },
    nodes: {
      leave: async (node: string) => {
        did.push(`leave ${node}`);
        now[node] = 'left';
      },
      forget: async (at: string, node: string) => {
        if (!(node in now)) return false;
        did.push(`${at} forgets ${node}`);
        delete now[node];
        return true;
      },
    },
    membership: {
      leave: async () => {
        did.push('leave by itself');
        now.node1 = 'left';
      },
      remove: async (node: string) => {
        did.push(`remove ${node}`);
        now[node] = 'left';
      },
    },
    bounds: { acknowledge: 1_000 },
  };
  return { deps: deps as unknown as Deps, did, warn };
}

describe('a node that is alive', () => {
  const leave = (world: ReturnType<typeof cluster>, node = 'node4') =>
    leaveCluster(world.deps)({ node }, call);

  it('has left where its answer is cut off by that, and has not where Consul does not say so', async () => {
    const world = cluster();
    const { leave: leaves } = world.deps.nodes;
    const cutOff = new CoveyError('unavailable', 'Connection dropped');
    world.deps.nodes.leave = async (node, signal) => {
      await leaves(node, signal);
      throw cutOff;
    };
    expect(await leave(world)).toEqual({ node: 'node4' });
    const other = cluster();
    other.deps.bounds.acknowledge = 10;
    other.deps.nodes.leave = async () => {
      throw cutOff;
    };
    await expect(leave(other)).rejects.toBe(cutOff);
  });

  it('leaves where nothing needs it', async () => {
    const world = cluster(alive, {
      'app/a': record('node1', 'node2'),
      'covey/journal/a': journal(true, false),
    });
    expect(await leave(world)).toEqual({ node: 'node4' });
    expect(world.did).toEqual(['leave node4']);
  });

  it('may be the one that is asked', async () => {
    const world = cluster();
    expect(await leave(world, 'node1')).toEqual({ node: 'node1' });
    expect(world.did).toEqual(['leave by itself']);
  });

  it.each<[string, States, Record<string, string>, object]>([
    ['that is none', { node1: 'alive' }, {}, { code: 'not-found', message: 'There is no node node4.' }],
    [
      'that is lost',
      { ...alive, node4: 'failed' },
      {},
      {
        code: 'refused',
        message: 'node4 is not alive: Consul says "failed".',
        hint: expect.stringMatching(/remove/),
      },
    ],
    [
      'that is all there is',
      { node4: 'alive', node3: 'failed', node2: 'left' },
      {},
      { code: 'refused', message: 'node4 is the only node that is alive.' },
    ],
    [
      'without which the others have no majority',
      { node1: 'alive', node2: 'failed', node4: 'alive' },
      {},
      { code: 'refused', message: 'Without node4 Consul would have no majority: node2 failed.' },
    ],
    [
      'with apps',
      alive,
      { 'app/a': record('node4'), 'app/b': record('node4', 'node1'), 'app/c': record('node1', 'node4') },
      {
        code: 'refused',
        message: 'node4 is master of a, b, and slave of c.',
        hint: expect.stringMatching(/drain NODE --replicas/),
      },
    ],
    [
      'that an app may be on',
      alive,
      { 'app/a': record('node1'), 'app/b': 'no JSON' },
      { code: 'refused', message: 'It is not known whether node4 has a part in b.' },
    ],
    [
      'that an operation needs',
      alive,
      { 'covey/journal/a': journal(false, false) },
      { code: 'refused', message: 'A deploy of a that has not ended needs node4.' },
    ],
    [
      'that an operation still has to clear',
      alive,
      { 'covey/journal/a': journal(true, true) },
      { code: 'refused', message: 'A deploy of a that has not ended needs node4.' },
    ],
  ])('does not leave: one %s', async (_, states, keys, error) => {
    const world = cluster(states, keys);
    await expect(leave(world)).rejects.toMatchObject(error);
    expect(world.did).toEqual([]);
  });

  it.each<[string, States]>([
    ['where one of the others failed, and most are alive', { ...alive, node3: 'failed' }],
    ['where those that are away have left', { node1: 'alive', node2: 'left', node3: 'left', node4: 'alive' }],
    ['where it is no server', { node1: 'alive', node2: 'failed', node4: 'client' }],
  ])('leaves %s', async (_, states) => {
    const world = cluster(states);
    await leave(world);
    expect(world.did).toEqual(['leave node4']);
  });

  it('is told to have left also where Consul here is slow to say so', async () => {
    const world = cluster();
    world.deps.nodes.leave = async () => undefined;
    expect(await leave(world)).toEqual({ node: 'node4' });
    expect(world.warn.mock.calls.flat()).toContain('is to have left, and Consul here does not say so yet');
  });

  it('does it when it is asked by another node', async () => {
    const left = vi.fn();
    const here = leaveHere({ node: 'node4', membership: { leave: async () => void left() } });
    expect(await here({}, call)).toEqual({ node: 'node4' });
    expect(left).toHaveBeenCalledOnce();
  });
});

describe('a node that is lost', () => {
  const remove = (world: ReturnType<typeof cluster>) => removeNode(world.deps)({ node: 'node4' }, call);

  it.each<[string, Member['state'], string]>([
    ['is removed', 'failed', 'remove node4'],
    ['goes off the list where it has left', 'left', 'node1 forgets node4'],
  ])('%s', async (_, state, done) => {
    // What is left of an operation there is given up by that.
    const keys = { 'app/a': record('node1'), 'covey/journal/a': journal(false, false) };
    const world = cluster({ ...alive, node4: state }, keys);
    expect(await remove(world)).toEqual({ node: 'node4' });
    expect(world.did).toEqual([done]);
  });

  it.each<[string, States, Record<string, string>, object]>([
    ['that is none', { node1: 'alive' }, {}, { code: 'not-found', message: 'There is no node node4.' }],
    [
      'that is alive',
      alive,
      {},
      { code: 'refused', message: 'node4 is alive.', hint: expect.stringMatching(/covey leave/) },
    ],
    [
      'that the master of an app is',
      { ...alive, node4: 'failed' },
      { 'app/a': record('node4', 'node1') },
      { code: 'refused', message: 'node4 is master of a.', hint: expect.stringMatching(/--from-replica/) },
    ],
    [
      'that the slave of an app is, though it has left',
      { ...alive, node4: 'left' },
      { 'app/a': record('node1', 'node4') },
      { code: 'refused', message: 'node4 is slave of a.' },
    ],
  ])('stays: one %s', async (_, states, keys, error) => {
    const world = cluster(states, keys);
    await expect(remove(world)).rejects.toMatchObject(error);
    expect(world.did).toEqual([]);
  });
});

it('the records of these tests are records', () => {
  expect(parseRecord('a', record('node4', 'node1'))).toMatchObject({ master: 'node4', slave: 'node1' });
});
