import { expect, it } from 'vitest';
import type { Kv } from '../../../src/consul/kv.ts';
import { loadSwarm, refuseSwarmClashes } from '../../../src/handlers/swarm.ts';
import type { Claimant } from '../../../src/render/haproxy/clashes.ts';
import { readHaproxy } from '../../../src/render/haproxy/definition.ts';

const tcp = (port: number) => ({
  x: { frontend: { mode: 'tcp', bind: [`*:${port}`] }, backends: [{ port: 22, peer_port: 22, ct: 'c' }] },
});
const app = (hosts: string[], port?: number): Claimant => ({
  name: 'foo',
  urls: [],
  hosts,
  haproxy: port === undefined ? {} : readHaproxy(tcp(port)),
});
/** The claims of keys as they lie in Consul. */
const load = (keys: Record<string, string>) => {
  const entries = Object.entries(keys).map(([key, value]) => ({ key: `swarm/${key}`, value }));
  return loadSwarm({ list: async () => entries } as unknown as Kv, new AbortController().signal);
};
const keys = () =>
  load({
    '': '',
    broken: '{',
    site: '{"domains": ["a.example.com", "b.example.com"]}',
    ssh: JSON.stringify({ haproxy: tcp(2222) }),
  });

it('refuses what a swarm key has, naming all of it and each key', async () => {
  const swarm = await keys();
  expect(() => refuseSwarmClashes(app(['a.example.com', 'c.example.com'], 2222), undefined, swarm)).toThrow(
    'foo claims what a swarm key has: bind 2222 belongs to swarm/ssh; domain a.example.com belongs to swarm/site.',
  );
});

it('lets pass what no key has, and what the app has already', async () => {
  const swarm = await keys();
  refuseSwarmClashes(app(['c.example.com'], 2223), undefined, swarm);
  refuseSwarmClashes(app(['a.example.com'], 2222), app(['a.example.com'], 2222), swarm);
  expect(() =>
    refuseSwarmClashes(app(['a.example.com', 'b.example.com']), app(['a.example.com']), swarm),
  ).toThrow(/: domain b\.example\.com belongs to swarm\/site\.$/);
});
