import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createClaims } from '../../../src/consul/claims.ts';
import { createConsulClient } from '../../../src/consul/client.ts';
import { createEvents } from '../../../src/consul/events.ts';
import { createKv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import { createMembers } from '../../../src/consul/members.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

const leaderOf = async ({ client }: TestConsul) =>
  (await client.call((o) => client.raw.status.leader(o as never)).catch(() => undefined))?.body || undefined;

describe('three servers', () => {
  let servers: TestConsul[] = [];
  beforeAll(async () => {
    const first = await startConsul({ node: 'node1', expect: 3 });
    servers = [first];
    for (const node of ['node2', 'node3'])
      servers.push(await startConsul({ node, expect: 3, join: first.lan }));
    await until(async () => (await Promise.all(servers.map(leaderOf))).every(Boolean), 30_000);
  }, 120_000);
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it('lose their leader: lock, watch and claims go on; lose their quorum: changes are refused, members are not', async () => {
    const leader = await leaderOf(servers[0] as TestConsul);
    const dying = servers.find((server) => server.server === leader) as TestConsul;
    const [near, far] = servers.filter((server) => server !== dying) as [TestConsul, TestConsul];
    const kv = createKv(near.client);
    const stop = new AbortController();
    const lock = await createLocks(near.client).acquire(
      'lock/app/foo',
      { node: near.node, operation: 'deploy', requestId: 'r', since: '2026-01-02T03:04:05Z' },
      { wait: false, signal: stop.signal },
    );
    const claims = createClaims(near.client, near.node);
    expect(await claims.claim('event')).toMatchObject({ state: 'mine' });
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { entries } of kv.watch('app/', stop.signal))
        seen.push(entries.map((one) => one.value).join());
    })();
    await until(() => seen.length === 1);

    await dying.kill();
    await until(async () => ((await leaderOf(near)) ?? leader) !== leader, 30_000);
    await until(async () => {
      const written = await createKv(far.client)
        .cas('app/foo', 'after', 0)
        .catch(() => undefined);
      return (
        written !== undefined ||
        (await createKv(far.client)
          .get('app/foo')
          .catch(() => undefined)) !== undefined
      );
    }, 30_000);
    await until(() => seen.length === 2, 5000);
    expect(seen).toEqual(['', 'after']);
    expect(lock.signal.aborted).toBe(false);
    expect(await kv.transaction([lock.guard])).toMatchObject({ ok: true });
    await claims.finish('event', 'done');
    expect(await createClaims(far.client, far.node).claim('event')).toEqual({ state: 'done' });

    await far.kill();
    await until(async () => !(await leaderOf(near)), 30_000);
    await expect(kv.put('app/foo', 'x')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('has no leader'),
    });
    expect((await createMembers(near.client).list()).map((member) => member.name)).toEqual([
      'node1',
      'node2',
      'node3',
    ]);
    await until(() => lock.signal.aborted, 20_000);
    stop.abort();
    await watching;
  }, 120_000);
});

describe('access control', () => {
  let consul: TestConsul;
  beforeAll(async () => {
    consul = await startConsul({ acl: true });
  }, 120_000);
  afterAll(() => consul?.stop());

  it('lets in who has the token, says to others that they are denied, and the token is in no error', async () => {
    // A new cluster starts in Consul's old mode of access control, and leaves it some moments later.
    let token = '';
    await until(async () => {
      const answer = await consul.client.putJson('/acl/bootstrap', {}).catch(() => undefined);
      token = z.object({ SecretID: z.string() }).safeParse(answer?.body).data?.SecretID ?? '';
      return token !== '';
    });
    const client = createConsulClient({ host: consul.host, port: consul.port, token });
    const kv = createKv(client);
    await kv.put('app/foo', '1');
    expect((await kv.get('app/foo'))?.value).toBe('1');
    await createEvents(client).fire('deploy', '{}');
    expect(await createMembers(client).list()).toHaveLength(1);
    client.close();

    await expect(createKv(consul.client).put('app/foo', '2')).rejects.toMatchObject({ code: 'denied' });
    const wrong = createConsulClient({ host: consul.host, port: consul.port, token: 'a-wrong-one' });
    const error: unknown = await createKv(wrong)
      .put('app/foo', '2')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'denied' });
    expect(String(error)).not.toContain('a-wrong-one');
    wrong.close();
  }, 30_000);
});
