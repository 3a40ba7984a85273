import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMembers, type Member } from '../../../src/consul/members.ts';
import { createRegistration, fromServiceJson } from '../../../src/consul/registration.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

let consul: TestConsul;
let site: Server;
let url: string;
beforeAll(async () => {
  consul = await startConsul();
  site = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(site, 'listening');
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
}, 120_000);
afterAll(async () => {
  site?.close();
  await consul?.stop();
});

describe('registration', () => {
  const checks = async () => {
    const { body } = await consul.client.call((o) => consul.client.raw.agent.check.list(o as never));
    return Object.values(
      body as Record<string, { Status: string; ServiceID: string; Name: string; CheckID: string }>,
    );
  };

  it('registers checks that the agent really makes, replaces and deregisters them', async () => {
    const { register, registered, deregister } = createRegistration(consul.client);
    const spec = { id: 'foo_master.12345', name: 'foo_master.12345' };
    await register(
      {
        ...spec,
        checks: [
          { url, intervalSeconds: 1 },
          { url: 'http://127.0.0.1:1/', intervalSeconds: 1 },
        ],
      },
      spec.id,
    );
    expect(await registered()).toEqual([{ ...spec, app: spec.id }]);
    await until(async () =>
      (await checks()).some((check) => check.Name === `HTTP ${url}` && check.Status === 'passing'),
    );
    expect((await checks()).map((check) => check.Status).toSorted()).toEqual(['critical', 'passing']);
    await register({ ...spec, checks: [{ url, intervalSeconds: 60 }] }, spec.id);
    await until(async () => (await checks()).length === 1);
    await deregister(spec.id);
    await deregister(spec.id);
    expect(await registered()).toEqual([]);
  });

  it('takes a service.json with the fields that it brings', async () => {
    const { register, registered, deregister } = createRegistration(consul.client);
    const definition = fromServiceJson(
      JSON.stringify({
        service: {
          name: 'own',
          id: 'own-1',
          tags: ['a'],
          port: 80,
          meta: { team: 'x' },
          checks: [{ id: 'mine', http: url, interval: '1s', tls_skip_verify: true }],
        },
      }),
    );
    await register(definition, 'foo_master.12345');
    expect(await registered()).toEqual([{ id: 'own-1', name: 'own', app: 'foo_master.12345' }]);
    await until(async () =>
      (await checks()).some((check) => check.CheckID === 'mine' && check.Status === 'passing'),
    );
    await deregister(definition.id);
  });

  it('passes on why the agent refuses one', async () => {
    const { register } = createRegistration(consul.client);
    const definition = {
      id: 'bad',
      name: 'bad',
      body: { id: 'bad', name: 'bad', check: { http: 'http://a', interval: 'soon' } },
    };
    await expect(register(definition, 'foo')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('soon'),
    });
  });
});

describe('members', () => {
  it('are this node and those that joined, dead ones included, and need no leader', async () => {
    const { list, self, watch } = createMembers(consul.client);
    const [first] = await list();
    expect(first).toEqual({ name: 'node1', address: '127.0.0.1', state: 'alive', server: true });
    expect(await self()).toEqual(first);

    const stop = new AbortController();
    let seen: Member[] = [];
    const done = (async () => {
      for await (const members of watch(stop.signal)) seen = members;
    })();
    const second = await startConsul({ node: 'node2', expect: 0, join: consul.lan });
    try {
      await until(() => seen.length === 2, 20_000);
      expect(seen.map((member) => [member.name, member.state, member.server])).toEqual([
        ['node1', 'alive', true],
        ['node2', 'alive', false],
      ]);
      await second.kill();
      await until(() => seen[1]?.state === 'failed', 60_000);
    } finally {
      await second.stop();
    }
    stop.abort();
    await done;
  }, 120_000);
});
