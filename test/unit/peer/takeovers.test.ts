import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import { createSigns } from '../../../src/lease/signs.ts';
import { formatLease } from '../../../src/lease/value.ts';
import { ownApps } from '../../../src/peer/lease.ts';
import { followLeases, type TakeoverDeps, takeOverWhenLost } from '../../../src/peer/takeovers.ts';
import { newEntry } from '../../../src/plan/journal.ts';
import type { Plan } from '../../../src/plan/steps.ts';
import { readApp } from '../../../src/proxy/view.ts';
import { followedKeys, livingMemory } from '../../support/living-memory.ts';
import type { Remembered } from '../../support/memory.ts';
import { createVirtualTime, type VirtualTime } from '../../support/virtual-time.ts';

const takeover = { after: '10s', max_age: '1h' };
const record = (more: object = {}) =>
  JSON.stringify({
    ...{ repo_url: 'https://h/a', branch: 'm', master: 'node1', slave: 'node2', volumes: ['a_db'], takeover },
    ...more,
  });
const lease = { incarnation: 'x', counter: 1, apps: ['a'], guarded: true };
const member = (name: string, state: 'alive' | 'failed' = 'alive') => ({
  ...{ name, address: '10.0.0.1', server: true, state },
});
const nodes = (): NodeStatus[] => [
  { name: 'node1', reachable: false },
  { name: 'node2', reachable: true, volumes: [{ volume: 'a_db', newest: 'a_db@1', newestAt: Date.now() }] },
];
const cluster = (state: 'alive' | 'failed', more: Remembered = {}): Remembered => ({
  ...{ nodes: nodes(), members: [member('node1', state), member('node2')], records: { a: record() } },
  ...more,
});

let time: VirtualTime;
let ending: AbortController;
beforeEach(() => {
  time = createVirtualTime();
  ending = new AbortController();
});
afterEach(() => {
  ending.abort();
});

/** A slave, node2, whose master renews its lease until it is told otherwise. */
async function slave(
  first: Remembered,
  options: { failing?: CoveyError[]; journal?: string; answers?: boolean; newer?: boolean } = {},
) {
  const keys = followedKeys();
  const memory = livingMemory(first);
  const signs = createSigns(time.now);
  const taken: string[] = [];
  const told: string[] = [];
  const deps: TakeoverDeps = {
    node: 'node2',
    kv: {
      watch: keys.watch,
      get: async (key) => {
        const held = formatLease({ ...lease, counter: options.newer ? 3 : 2 });
        const value = key === 'covey/lease/node1' ? held : options.journal;
        return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
      },
    },
    memory: { ...memory, nodes: () => memory.nodes(), lease: signs.of },
    signs,
    time,
    answers: async () => options.answers ?? false,
    takeOver: async ({ app, fence }) => {
      taken.push(`${app} from ${fence.holder}, ${fence.incarnation} ${fence.counter} at ${fence.notBefore}`);
      const error = options.failing?.shift();
      if (error) throw error;
      memory.becomes(cluster('failed', { records: { a: record({ master: 'node2', slave: null }) } }));
    },
    logger: {
      warn: (_about: object, text: string) => told.push(text),
      error: (_about: object, text: string) => told.push(text),
    } as never,
  };
  const renew = (counter: number) =>
    keys.put('covey/lease/', { 'covey/lease/node1': formatLease({ ...lease, counter }) });
  const { signal } = ending;
  void followLeases(deps, signal);
  void takeOverWhenLost(deps, signal);
  for (const counter of [1, 2]) {
    renew(counter);
    await time.runTo(time.now() + 1_000);
  }
  return { memory, taken, told, renew };
}

describe('a slave', () => {
  it('takes over once, when the master is lost for long enough', async () => {
    const { memory, taken, told } = await slave(cluster('alive'));
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 4_000);
    expect(taken).toEqual([]);
    await time.runTo(time.now() + 30_000);
    expect(taken).toEqual(['a from node1, x 2 at 11000']);
    expect(told).toEqual(['is taken over: its master node1 is lost']);
  });

  it('takes nothing over while the master renews its lease, or while Consul has it alive', async () => {
    const { memory, taken, renew } = await slave(cluster('failed'));
    for (let counter = 3; counter < 40; counter++) {
      renew(counter);
      await time.runTo(time.now() + 1_000);
    }
    memory.becomes(cluster('alive'));
    await time.runTo(time.now() + 60_000);
    // Whoever was silent for so long and alive is not guarded any more.
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 60_000);
    expect(taken).toEqual([]);
  });

  it('takes nothing over from a machine that answers: only its peer is gone', async () => {
    const { memory, taken, told } = await slave(cluster('alive'), { answers: true });
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 60_000);
    expect(taken).toEqual([]);
    expect(told).toEqual([expect.stringContaining('its peer was gone before it')]);
  });

  it('begins nothing when Consul’s leader has a newer renewal than this node has seen', async () => {
    const { memory, taken, told } = await slave(cluster('alive'), { newer: true });
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 30_000);
    expect(taken).toEqual([]);
    expect(told).toEqual([]);
  });

  it('says once why people have to decide', async () => {
    const { memory, taken, told } = await slave(cluster('alive'));
    memory.becomes(cluster('failed', { nodes: [{ name: 'node2', reachable: true }] }));
    await time.runTo(time.now() + 60_000);
    expect(taken).toEqual([]);
    expect(told).toEqual(['is not taken over: there is no replica of a_db']);
  });

  it('tries again when it could not', async () => {
    const failing = [
      new CoveyError('locked', 'a is being deployed'),
      new CoveyError('locked', 'a is being deployed'),
    ];
    const { memory, taken, told } = await slave(cluster('alive'), { failing });
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 40_000);
    expect(taken).toHaveLength(3);
    expect(told.filter((text) => text.includes('is being deployed'))).toHaveLength(1);
  });

  it('tries less often what fails, since each try stands in the history', async () => {
    const failing = [new CoveyError('failed', 'no disk'), new CoveyError('failed', 'no disk')];
    const { memory, taken } = await slave(cluster('alive'), { failing });
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 20_000);
    expect(taken).toHaveLength(1);
    await time.runTo(time.now() + 40_000);
    expect(taken).toHaveLength(3);
  });

  it('leaves alone what a lost node may have begun to start', async () => {
    const step = {
      ...{ id: 'start@node3', node: 'node3', title: 'start', afterCommit: false },
      action: { kind: 'start', folder: '/f', project: 'a', newVolumes: [] },
    };
    const plan = { app: 'a', operation: 'deploy', steps: [step], warnings: [] } as unknown as Plan;
    const entry = newEntry({ requestId: 'r', coordinator: 'node3', plan, prepared: [] });
    const journal = JSON.stringify({ ...entry, begun: [step.id] });
    const { memory, taken, told } = await slave(cluster('alive'), { journal });
    memory.becomes(cluster('failed'));
    await time.runTo(time.now() + 30_000);
    expect(taken).toEqual([]);
    expect(told[0]).toContain('was at work on node3');
    memory.becomes(
      cluster('failed', { members: [member('node1', 'failed'), member('node2'), member('node3')] }),
    );
    await time.runTo(time.now() + 5_000);
    expect(taken).toHaveLength(1);
  });
});

it('a node keeps the lease of its apps that somebody may take over', () => {
  const apps = [
    readApp('a', record(), 1),
    readApp('of-another', record({ master: 'node2', slave: 'node1' }), 1),
    readApp('without-slave', record({ slave: null }), 1),
    readApp('without-takeover', record({ takeover: null }), 1),
    readApp('unreadable', '{', 1),
  ];
  expect(ownApps('node1', { apps, maintenance: new Set(), members: [] })).toEqual(['a']);
  expect(ownApps('node1', undefined)).toBeUndefined();
});
