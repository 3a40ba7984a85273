import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKv } from '../../../src/consul/kv.ts';
import { createMembers, type Member } from '../../../src/consul/members.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { forgetHere } from '../../../src/handlers/node-forget.ts';
import { removeNode } from '../../../src/handlers/node-remove.ts';
import { createLogger } from '../../../src/logger.ts';
import { createNodes } from '../../../src/peer/nodes.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';
import { createCleanup, startServer } from '../peer/support.ts';

const NAMES = ['node1', 'node2', 'node3', 'node4'];
const call: CallContext = {
  signal: new AbortController().signal,
  caller: { name: 'alice', role: 'operator' },
};

const servers = new Map<string, TestConsul>();
/** The port of each node's peer. */
const ports = new Map<string, number>();
const channels = createChannels({ tls: undefined });
const cleanup = createCleanup();
beforeAll(async () => {
  for (const node of NAMES) {
    const join = servers.get('node1')?.lan;
    servers.set(node, await startConsul({ node, expect: 3, ...(join !== undefined && { join }) }));
  }
  for (const node of NAMES) {
    await until(async () => (await listAt(node)).length === 4, 30_000);
    const served = await startServer(undefined, { Peer: { Forget: forgetHere(peer(node)) } });
    cleanup.add(() => served.stop(0));
    ports.set(node, served.port);
  }
}, 120_000);
afterAll(async () => {
  channels.close();
  await cleanup.run();
  await Promise.all([...servers.values()].map((server) => server.stop()));
});

const at = (node: string) => servers.get(node) as TestConsul;
const listAt = (node: string): Promise<Member[]> => createMembers(at(node).client).list();
const stateAt = async (node: string) => (await listAt(node)).find(({ name }) => name === 'node4')?.state;

/** What a node's peer has to remove another one with. */
function peer(node: string) {
  const members = createMembers(at(node).client);
  return {
    members: () => members.list(),
    membership: { remove: members.expel } as Deps['membership'],
  };
}

const removeAt = (node: string) =>
  removeNode({
    ...peer(node),
    node,
    kv: createKv(at(node).client),
    logger: createLogger({ level: 'silent' }),
    nodes: {
      forget: (other: string, gone: string, signal: AbortSignal) =>
        createNodes({ channels, port: ports.get(other) ?? 0, address: async () => '127.0.0.1' }).forget(
          other,
          gone,
          signal,
        ),
    },
    bounds: { acknowledge: 15_000 },
  } as unknown as Deps)({ node: 'node4' }, call);

it('one that has left goes off the list of all nodes, though they have compared their lists since', async () => {
  await createMembers(at('node4').client).leave();
  for (const node of ['node1', 'node2', 'node3'])
    await until(async () => (await stateAt(node)) === 'left', 30_000);
  // Consul does so by itself every 30 s. What node1 says of node4 comes too late for these two then.
  const { client } = at('node2');
  for (let times = 0; times < 5; times++) await client.putJson(`/agent/join/${at('node3').lan}`, undefined);
  expect(await removeAt('node1')).toEqual({ node: 'node4' });
  expect(await Promise.all(['node1', 'node2', 'node3'].map(stateAt))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  await expect(removeAt('node2')).rejects.toMatchObject({ code: 'not-found' });
}, 120_000);
