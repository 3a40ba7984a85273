import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { formatOperations } from '../../../src/app/history.ts';
import { JOURNAL_PREFIX, OPERATIONS_PREFIX } from '../../../src/app/keys.ts';
import type { NodeStatus } from '../../../src/generated/covey/v1/NodeStatus.ts';
import type { Occurrence__Output as Occurrence } from '../../../src/generated/covey/v1/Occurrence.ts';
import { watch } from '../../../src/handlers/watch.ts';
import { connect } from '../../../src/rpc/connection.ts';
import { clusterMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { followedKeys, livingMemory } from '../../support/living-memory.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

const APP = 'shop_master.ddb14';
const cleanup = createCleanup();
let certificates: Awaited<ReturnType<typeof createCertificates>>;
let peer: TlsMaterial;
let alice: TlsMaterial;
beforeAll(async () => {
  certificates = await createCertificates();
  peer = await certificates.of('node1');
  alice = await certificates.of('alice', 'operator');
});
afterAll(() => certificates.remove());
afterEach(() => cleanup.run());

const container = (state: string, more: object = {}) => ({
  ...{ app: APP, service: 'web', name: 'shop-web-1', state, health: '', restarts: 0 },
  ...more,
});
const node = (name: string, more: NodeStatus = {}): NodeStatus => ({
  ...{ name, reachable: true, version: '1.0.0', generation: 7 },
  ...more,
});
const nodes = (state = 'running') => [node('node1'), node('node2', { containers: [container(state)] })];

/** A peer that tells what happens, and somebody who asks it. */
async function watching(request: object = {}, most?: number) {
  const memory = livingMemory({ nodes: nodes() });
  const kv = followedKeys();
  const deps = { node: 'node1', memory, kv, ...(most !== undefined && { most }) };
  const served = await startServer(peer, { Cluster: { Watch: watch(deps) } });
  cleanup.add(() => served.stop(0));
  const connection = connect({ host: '127.0.0.1', port: served.port }, { tls: alice });
  cleanup.add(() => connection.close());
  const leaving = new AbortController();
  cleanup.add(() => leaving.abort());
  const open = () =>
    connection.stream(clusterMethods.Watch, request, { signal: leaving.signal, idle: 'never' });
  return { memory, kv, open, leaving };
}

async function next(stream: AsyncGenerator<Occurrence>): Promise<Occurrence> {
  const { value, done } = await stream.next();
  if (done) throw new Error('The stream has ended');
  return value;
}

describe('what happens', () => {
  test('comes in its order, each with its time and its names', async () => {
    const { memory, open } = await watching();
    const stream = open();
    expect(await next(stream)).toMatchObject({
      kind: 'watch.begun',
      node: 'node1',
      text: 'node1 tells what happens',
    });
    const before = Date.now();
    memory.becomes({ nodes: nodes('exited') });
    const died = await next(stream);
    expect(died).toEqual({
      ...{ kind: 'container.died', app: APP, node: 'node2', at: expect.any(Number) },
      text: `shop-web-1 of ${APP} does not run any more on node2: exited`,
      details: { container: 'shop-web-1', service: 'web', state: 'exited' },
    });
    expect(died.at).toBeGreaterThanOrEqual(before);
    memory.becomes({ nodes: nodes() });
    expect((await next(stream)).kind).toBe('container.started');
    memory.becomes({ nodes: [...nodes(), node('node3')] });
    expect(await next(stream)).toMatchObject({ kind: 'node.joined', node: 'node3', app: '' });
  });

  test('to operations comes from their journals and histories, whoever runs them', async () => {
    const { kv, open } = await watching();
    const stream = open();
    await next(stream);
    const journal = { operation: 'deploy', requestId: 'r1', coordinator: 'node3' };
    kv.put(JOURNAL_PREFIX, { [`${JOURNAL_PREFIX}${APP}`]: JSON.stringify(journal) });
    expect(await next(stream)).toMatchObject({ kind: 'operation.started', app: APP, node: 'node3' });
    const past = {
      ...{ operation: 'deploy', by: 'alice', begun: 1, id: 'r1', coordinator: 'node3', ended: 2 },
    };
    const value = formatOperations([{ ...past, outcome: 'done', pending: false }]);
    kv.put(OPERATIONS_PREFIX, { [`${OPERATIONS_PREFIX}${APP}`]: value });
    expect(await next(stream)).toMatchObject({
      kind: 'operation.done',
      at: 2,
      details: { elapsedMs: '1', by: 'alice' },
    });
  });

  test('without Consul goes on but for operations, and that is said', async () => {
    const { memory, kv, open } = await watching();
    memory.becomes({ nodes: nodes(), consulAnswers: false });
    kv.fail();
    const stream = open();
    expect((await next(stream)).text).toBe(
      'node1 tells what happens; Consul does not answer there, so no operations are told',
    );
    memory.becomes({ nodes: nodes('exited'), consulAnswers: false });
    expect((await next(stream)).kind).toBe('container.died');
    memory.becomes({ nodes: nodes('exited') });
    expect((await next(stream)).kind).toBe('consul.back');
    kv.put(JOURNAL_PREFIX, {});
    const journal = { operation: 'deploy', requestId: 'r1', coordinator: 'node3' };
    kv.put(JOURNAL_PREFIX, { [`${JOURNAL_PREFIX}${APP}`]: JSON.stringify(journal) });
    expect((await next(stream)).kind).toBe('operation.started');
  });

  test.each([
    [{ app: 'other' }, 'maintenance.on'],
    [{ node: 'node3' }, 'node.joined'],
    [{ kinds: ['maintenance', 'node.left'] }, 'maintenance.on'],
  ])('is told only as far as %j wants it', async (request, expected) => {
    const { memory, open } = await watching(request);
    const stream = open();
    await next(stream);
    const after = { nodes: [...nodes('exited'), node('node3')], maintenance: ['other'] };
    memory.becomes(after);
    expect((await next(stream)).kind).toBe(expected);
    memory.becomes({ ...after, nodes: nodes('exited') });
    memory.becomes({ nodes: nodes('exited') });
    const later = { 'maintenance.on': 'maintenance.off', 'node.joined': 'node.left' };
    const seen = await next(stream);
    expect(seen.kind).toBe('kinds' in request ? 'node.left' : later[expected as keyof typeof later]);
  });
});

test('a kind that there is not is refused', async () => {
  const { open } = await watching({ kinds: ['nodes'] });
  await expect(next(open())).rejects.toMatchObject({
    code: 'invalid',
    message: '"nodes" is no kind of what can happen.',
  });
});

test('who takes it slowly hears how much he has missed, and then the newest', async () => {
  const { memory, open } = await watching({ kinds: ['container'] }, 50);
  const stream = open();
  await next(stream);
  // More than what gRPC and the network hold on their own.
  const many = (state: string) =>
    Array.from({ length: 1_000 }, (_, at) => container(state, { name: `c${at}-${'x'.repeat(500)}` }));
  const on2 = (containers: ReturnType<typeof many>) => [node('node1'), node('node2', { containers })];
  for (const state of ['exited', 'running', 'exited', 'running']) {
    memory.becomes({ nodes: on2(many(state)) });
    await new Promise(setImmediate);
  }
  memory.becomes({ nodes: on2([...many('running'), container('running', { name: 'last' })]) });
  const taken: Occurrence[] = [];
  while (taken.at(-1)?.details.container !== 'last') taken.push(await next(stream));
  // It may be told in several parts, as some was taken in between.
  const missed = taken
    .filter(({ kind }) => kind === 'watch.missed')
    .map(({ details }) => Number(details.count));
  expect(missed.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500);
  expect(taken.length).toBeLessThan(1_000);
});

test('a caller who is gone is followed no more', async () => {
  const { open, leaving, memory } = await watching();
  const { changes } = memory;
  let followers = 0;
  memory.changes = async function* (signal) {
    followers += 1;
    yield* changes(signal);
    followers -= 1;
  };
  const stream = open();
  await next(stream);
  expect(followers).toBe(1);
  leaving.abort();
  await expect(stream.next()).rejects.toThrow();
  await vi.waitFor(() => expect(followers).toBe(0));
});
