import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKv } from '../../../src/consul/kv.ts';
import { createMembers, type Member } from '../../../src/consul/members.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

let servers: TestConsul[] = [];
beforeAll(async () => {
  const first = await startConsul({ node: 'node1', expect: 2 });
  servers = [first];
  for (const node of ['node2', 'node3'])
    servers.push(await startConsul({ node, expect: 2, join: first.lan }));
  // What a node expects does not matter any more where there is a leader.
  servers.push(await startConsul({ node: 'node4', expect: 4, join: first.lan }));
  await until(async () => (await votersOf(first)).length === 4, 60_000);
}, 120_000);
afterAll(() => Promise.all(servers.map((server) => server.stop())));

const server = (number: number) => servers[number - 1] as TestConsul;
const signal = new AbortController().signal;

/** Those that count for the quorum, as one server sees it. */
async function votersOf({ client }: TestConsul): Promise<string[]> {
  const answer = await client.call((o) => client.raw.status.peers(o as never)).catch(() => undefined);
  return (answer?.body as string[] | undefined) ?? [];
}

const stateAt = async (at: TestConsul, node: string): Promise<Member['state'] | undefined> =>
  (await createMembers(at.client).list()).find(({ name }) => name === node)?.state;

it('a server leaves, one is lost and expelled, and one is left that does without the others', async () => {
  await createMembers(server(4).client).leave();
  await until(async () => (await stateAt(server(1), 'node4')) === 'left', 20_000);
  await until(async () => (await votersOf(server(1))).length === 3, 20_000);
  await expect(createMembers(server(4).client).list()).rejects.toMatchObject({ code: 'unavailable' });

  await server(3).kill();
  await until(async () => (await stateAt(server(1), 'node3')) === 'failed', 60_000);
  expect(await votersOf(server(1))).toHaveLength(3);
  const members = createMembers(server(1).client);
  await members.expel('node3', { forget: false, signal });
  await until(async () => (await stateAt(server(2), 'node3')) === 'left', 20_000);
  await until(async () => (await votersOf(server(1))).length === 2, 20_000);

  await members.expel('node3', { forget: true, signal });
  await until(async () => (await stateAt(server(2), 'node3')) === undefined, 20_000);
  expect(await stateAt(server(1), 'node4')).toBe('left');

  // Of two: what is left has a quorum of its own.
  await createMembers(server(2).client).leave();
  await until(async () => (await votersOf(server(1))).length === 1, 20_000);
  await until(
    async () =>
      await createKv(server(1).client)
        .put('app/foo', '1')
        .then(() => true)
        .catch(() => false),
    20_000,
  );
}, 240_000);

it('one that was expelled joins anew', async () => {
  await server(3).start();
  await until(async () => (await stateAt(server(1), 'node3')) === 'alive', 30_000);
  await until(async () => (await votersOf(server(1))).length === 2, 60_000);
  expect((await createKv(server(3).client).get('app/foo'))?.value).toBe('1');
}, 120_000);
