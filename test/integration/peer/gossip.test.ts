import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createBell } from '../../../src/bell.ts';
import type { Member, Members } from '../../../src/consul/members.ts';
import { gossip as gossipHandler } from '../../../src/handlers/gossip.ts';
import { createNodeGossip, type NodeGossip } from '../../../src/peer/gossip.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createCertificates, createCleanup, logger, startServer } from './support.ts';

const NAMES = ['node1', 'node2', 'node3'];
const tls = new Map<string, TlsMaterial>();
let certificates: Awaited<ReturnType<typeof createCertificates>>;
beforeAll(async () => {
  certificates = await createCertificates();
  for (const name of NAMES) tls.set(name, await certificates.of(name));
});
afterAll(() => certificates.remove());

const cleanup = createCleanup();
afterEach(() => cleanup.run());

/** One port at several addresses of loopback, as nodes have it. */
const addressOf = (name: string) => `127.0.0.${NAMES.indexOf(name) + 1}`;

/** Consul's members as all nodes see them. It may not answer. */
function createConsul() {
  let members: Member[] = [];
  let changed = Promise.withResolvers<void>();
  const watch: Members['watch'] = async function* (signal, { onError, onRecover } = {}) {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    while (!signal.aborted) {
      const next = changed.promise;
      if (members.length > 0) {
        onRecover?.();
        yield members;
      } else onError?.(new Error('no answer') as never);
      await Promise.race([next, ended]);
    }
  };
  return {
    watch,
    set: (states: Record<string, Member['state']>) => {
      members = Object.entries(states).map(([name, state]) => ({
        ...{ name, state, address: addressOf(name), server: true },
      }));
      changed.resolve();
      changed = Promise.withResolvers();
    },
  };
}

type Consul = ReturnType<typeof createConsul>;

async function startNode(name: string, consul: Consul, port: number, round?: number) {
  const channels = createChannels({ tls: tls.get(name) });
  let hear: NodeGossip['hear'] | undefined;
  const server = await startServer(
    tls.get(name),
    { Peer: { Gossip: gossipHandler({ hear: (request) => (hear as NodeGossip['hear'])(request) }) } },
    { config: { listen: { host: addressOf(name), port }, insecure: false } },
  );
  const gossip = createNodeGossip({
    ...{ node: name, members: consul, channels, port: server.port, logger, changed: createBell() },
    ...(round !== undefined && { round }),
  });
  hear = gossip.hear;
  const stopping = new AbortController();
  const running = gossip.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
    await server.stop(0);
    channels.close();
  };
  cleanup.add(stop);
  return { ...gossip, stop, port: server.port };
}

async function startAll(consul: Consul, round?: number) {
  const first = await startNode('node1', consul, 0, round);
  const second = await startNode('node2', consul, first.port, round);
  return [first, second, await startNode('node3', consul, first.port, round)] as const;
}

const toldBy = (at: Pick<NodeGossip, 'states'>, node: string, key: string) =>
  at
    .states()
    .get(node)
    ?.entries.find((entry) => entry.key === key)?.value;

/** Tells of one container only. */
function tellContainer({ tell }: Pick<NodeGossip, 'tell'>, name: string, health = 'healthy'): void {
  const about = { app: 'shop', service: 'web', name, state: 'running', health, restarts: 0 };
  const fact = { ...about, down: false, oneOff: false };
  tell('container', new Map([[name, fact]]));
}

/** Fails unless it holds within that time. */
const within = (timeout: number, check: () => void) => vi.waitFor(check, { timeout, interval: 5 });

test('a change is soon on all nodes, a deletion too', async () => {
  const consul = createConsul();
  consul.set({ node1: 'alive', node2: 'alive', node3: 'alive' });
  const nodes = await startAll(consul);
  await within(5_000, () => {
    for (const at of nodes) for (const name of NAMES) expect(toldBy(at, name, 'peer')).toContain('127.0.0.');
  });
  tellContainer(nodes[1], 'web', 'unhealthy');
  await within(5_000, () => {
    for (const at of nodes) expect(toldBy(at, 'node2', 'container/web')).toContain('unhealthy');
  });
  nodes[1].tell('container', new Map());
  await within(5_000, () => {
    for (const at of nodes) expect(toldBy(at, 'node2', 'container/web')).toBeUndefined();
  });
});

test('a node that restarts is known by what it says then, and one that left is known to be gone', async () => {
  const consul = createConsul();
  consul.set({ node1: 'alive', node2: 'alive', node3: 'alive' });
  const [first, second, third] = await startAll(consul, 100);
  tellContainer(third, 'old');
  await within(5_000, () => {
    for (const at of [first, second]) expect(toldBy(at, 'node3', 'container/old')).toBeDefined();
  });
  const before = first.states().get('node3')?.stamp.incarnation ?? 0;
  await third.stop();
  const again = await startNode('node3', consul, first.port, 100);
  tellContainer(again, 'new');
  await within(5_000, () => {
    for (const at of [first, second]) {
      expect(toldBy(at, 'node3', 'container/new')).toBeDefined();
      expect(toldBy(at, 'node3', 'container/old')).toBeUndefined();
      expect(at.states().get('node3')?.stamp.incarnation).toBeGreaterThan(before);
    }
    expect(toldBy(again, 'node1', 'peer')).toBeDefined();
  });
  await again.stop();
  consul.set({ node1: 'alive', node2: 'alive', node3: 'left' });
  await within(5_000, () => {
    for (const at of [first, second])
      expect(at.states().get('node3')).toMatchObject({ stamp: { goneAt: expect.any(Number) }, entries: [] });
  });
});

test('a node that says that it is gone is so at once, for all', async () => {
  const consul = createConsul();
  consul.set({ node1: 'alive', node2: 'alive', node3: 'alive' });
  const [first, second, third] = await startAll(consul);
  await within(5_000, () => {
    for (const at of [first, second]) expect(toldBy(at, 'node3', 'peer')).toBeDefined();
  });
  third.leave();
  await within(5_000, () => {
    for (const at of [first, second])
      expect(at.states().get('node3')).toMatchObject({ stamp: { goneAt: expect.any(Number) }, entries: [] });
  });
  expect(first.states().get('node3')?.stamp.goneAt).toBeGreaterThan(0);
});

test('without Consul nodes go on with those that they know, by what these have told', async () => {
  const consul = createConsul();
  consul.set({ node1: 'alive', node2: 'alive', node3: 'alive' });
  const silent = createConsul();
  const first = await startNode('node1', consul, 0, 50);
  const second = await startNode('node2', consul, first.port, 50);
  const third = await startNode('node3', silent, first.port, 50);
  // Nobody tells node3 of the others, but they ask it.
  await within(5_000, () => expect(toldBy(third, 'node2', 'peer')).toBeDefined());
  consul.set({});
  tellContainer(third, 'web');
  await within(5_000, () => {
    for (const at of [first, second]) expect(toldBy(at, 'node3', 'container/web')).toBeDefined();
  });
});

test('what has not the form of gossip is refused', async () => {
  const consul = createConsul();
  const node = await startNode('node1', consul, 0);
  const channels = createChannels({ tls: tls.get('node2') });
  cleanup.add(() => channels.close());
  const peer = channels.to({ name: 'node1', address: '127.0.0.1', port: node.port });
  const stamp = { node: 'node2', incarnation: 1, version: 1, floor: 0, goneAt: 0 };
  const delta = { stamp, from: 0, to: 2, entries: [{ key: 'k', version: 2, value: '1' }] };
  await expect(peer.call(peerMethods.Gossip, { news: { deltas: [delta] } })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('Gossip that has not its form: '),
  });
  expect(node.states().has('node2')).toBe(false);
});

test('only nodes may gossip', async () => {
  const node = await startNode('node1', createConsul(), 0);
  const channels = createChannels({ tls: await certificates.of('alice', 'operator') });
  cleanup.add(() => channels.close());
  const peer = channels.to({ name: 'node1', address: '127.0.0.1', port: node.port });
  await expect(peer.call(peerMethods.Gossip, { syn: { stamps: [], whole: true } })).rejects.toMatchObject({
    code: 'denied',
  });
});
