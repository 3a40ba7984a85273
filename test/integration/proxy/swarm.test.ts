import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { run, until } from '../../../lab/run.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { createLogger } from '../../../src/logger.ts';
import { type Applier, createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { serveNames } from '../../../src/proxy/haproxy/dns.ts';
import { addressesOf } from '../../../src/proxy/haproxy/names.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
const suffix = randomBytes(3).toString('hex');
const network = `covey-test-swarm-${suffix}`;
const service = `covey-test-service-${suffix}`;
const engine = makeEngine();

let state: string;
let node: Node;
let applier: Applier;
let names: Awaited<ReturnType<typeof serveNames>>;
/** Keys below `app/` and `swarm/`, in the order in which they were written. */
let written: Map<string, unknown>;
let maintenance: string[];

/** A container that stands for a swarm's proxy and for a service of the swarm, by its aliases on the network. */
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'covey-swarm-'));
  await run(['docker', 'network', 'create', network]);
  node = await startNode({ publish: [2222, 3333], network });
  const site = '{\n\trespond "{scheme} for {host}"\n}';
  const options = '{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n';
  const tls = 'https://s.example.com {\n\ttls internal\n\trespond "{scheme} for {host}"\n}';
  await writeFile(join(state, 'Caddyfile'), `${options}http:// ${site}\n${tls}\n`);
  await run([
    ...['docker', 'run', '--detach', '--name', service, '--network', network],
    ...['--network-alias', 'swarm_reverse', '--network-alias', 'shop'],
    ...['--volume', `${join(state, 'Caddyfile')}:/Caddyfile:ro`, '--entrypoint', 'caddy', 'caddy:2'],
    ...['run', '--config', '/Caddyfile', '--adapter', 'caddyfile'],
  ]);
  const gateway = (
    await run([
      'docker',
      'inspect',
      '--format',
      `{{(index .NetworkSettings.Networks "${network}").Gateway}}`,
      service,
    ])
  ).trim();
  const addresses = addressesOf(await engine.containers(), network);
  names = await serveNames({ host: gateway, port: 0 }, (name) => {
    const address = addresses.get(name);
    return address === undefined ? 'none' : { address };
  });
  applier = createApplier({
    node: 'n1',
    caddy: node.caddy,
    haproxy: node.haproxy,
    settings: { internalCa: true },
    haproxySettings: { ...haproxyDefaults, nameserver: `${gateway}:${names.port}` },
    goodParts: goodPartsIn(state, createLogger({ level: 'silent' })),
  });
}, 180_000);
afterAll(async () => {
  await names?.close();
  await node?.dispose();
  await engine.removeContainer(service, { force: true });
  await run(['docker', 'network', 'rm', network]);
  await rm(state, { recursive: true });
});
beforeEach(() => {
  written = new Map();
  maintenance = [];
});
afterEach(async () => {
  written.clear();
  await apply();
});

const view = () => {
  const entries = [...written].map(([key, value], index) => ({
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    modifyIndex: index + 1,
  }));
  return viewOf({
    apps: entries.filter(({ key }) => key.startsWith('app/')),
    swarm: entries.filter(({ key }) => key.startsWith('swarm/')),
    maintenance: maintenance.map((name) => `maintenance/${name}`),
    members: [{ name: 'n1', address: '192.0.2.7' }],
  });
};
const apply = async () =>
  (await applier.apply(view(), signal)).map(({ app, part, error }) => `${app} ${part}: ${error}`);
/** What HAProxy answers on a port, once the name is resolved and the check has passed; or at once, what it does not. */
const body = async (port: number, host: string, wanted: string) =>
  until(
    async () => {
      const url = `http://127.0.0.1:${await node.port(port)}/`;
      const told = port === 80 ? (await node.visit(host)).body : await text(url, host);
      return told === wanted ? told : undefined;
    },
    { timeout: 20_000, every: 100, describe: () => `${host} on ${port} does not say "${wanted}"` },
  );
const text = async (url: string, host: string): Promise<string> => {
  try {
    return (await run(['curl', '-s', '--max-time', '5', '-H', `Host: ${host}`, url])).trim();
  } catch {
    return ''; // nobody listens
  }
};
const closed = async () => (await text(`http://127.0.0.1:${await node.port(2222)}/`, 'any')) === '';
const app = (name: string, more: object = {}) => ({
  repo_url: `https://git.example.com/${name}`,
  branch: 'master',
  master: 'n1',
  ip: '192.0.2.7',
  domains: [`${name}.example.com`],
  caddyfile: `http://${name}.example.com {\n\trespond "${name}"\n}`,
  ...more,
});
const tcp = (port: number, more: object = {}) => ({
  haproxy: {
    [`port-${port}`]: {
      frontend: { mode: 'tcp', bind: [`*:${port}`] },
      backends: [
        { name: `to-${port}`, ct: 'shop', port: 80, server_option: 'resolvers dns check inter 1s', ...more },
      ],
    },
  },
});
const domain = { domains: ['s.example.com'] };

it('serves a domain of a swarm key by swarm_reverse, over HTTP and HTTPS', async () => {
  written.set('app/foo', app('foo')).set('swarm/site', domain);
  expect(await apply()).toEqual([]);
  await body(80, 's.example.com', 'http for s.example.com');
  const open = await node.open('s.example.com');
  expect(await open.get()).toBe('https for s.example.com');
  open.close();
  expect((await node.visit('foo.example.com')).body).toBe('foo');
  written.delete('swarm/site');
  await apply();
  expect((await node.visit('s.example.com')).status).toBe(503);
});

it('serves a port and a rule of a swarm key, and neither in maintenance', async () => {
  const rule = { use_backend_option: 'if { path_beg /shop }', ct: 'shop', port: 80 };
  const { haproxy } = tcp(2222);
  written.set('swarm/shop', { haproxy: { ...haproxy, 'http-in': { backends: [rule] } } });
  expect(await apply()).toEqual([]);
  await body(2222, 'any', 'http for any');
  await until(async () => (await node.visit('nobody', '/shop')).status === 200 || undefined, {
    timeout: 20_000,
    every: 100,
    describe: () => 'the rule is not served',
  });
  expect((await node.visit('nobody', '/')).status).toBe(503);
  maintenance = ['shop'];
  expect(await apply()).toEqual([]);
  await expect.poll(closed, { timeout: 10_000 }).toBe(true);
  expect((await node.visit('nobody', '/shop')).status).toBe(503);
});

it('keeps a broken key apart: its last good part stays, and all else goes on', async () => {
  written.set('app/foo', app('foo')).set('swarm/shop', tcp(2222));
  await apply();
  await body(2222, 'any', 'http for any');
  written.set('swarm/shop', '{"haproxy":').set('swarm/other', tcp(3333));
  written.set('app/foo', app('foo', { caddyfile: 'http://foo.example.com {\n\trespond "changed"\n}' }));
  expect(await apply()).toEqual([expect.stringMatching(/^swarm\/shop swarm: swarm\/shop is not valid JSON/)]);
  await body(3333, 'any', 'http for any');
  await body(2222, 'any', 'http for any');
  expect((await node.visit('foo.example.com')).body).toBe('changed');

  const refused = tcp(2222, { options: ['no-such-option'] });
  written.set('swarm/shop', refused);
  expect(await apply()).toEqual([expect.stringMatching(/^swarm\/shop haproxy: .*no-such-option/)]);
  await body(2222, 'any', 'http for any');
  written.set('swarm/shop', tcp(2222));
  expect(await apply()).toEqual([]);
});

it('loses nothing to what an app claims that is refused, and shows what each brings', async () => {
  written.set('app/foo', app('foo')).set('swarm/shop', { ...tcp(2222), ...domain });
  await apply();
  await body(2222, 'any', 'http for any');
  const frontend = { mode: 'tcp', bind: ['*:2222'], options: ['no-such-option'] };
  const haproxy = { own: { frontend, backends: [{ ct: 'foo-1', port: 80, peer_port: 2222 }] } };
  written.set('app/foo', app('foo', { haproxy, domains: ['foo.example.com', 's.example.com'] }));
  expect(await apply()).toEqual([expect.stringMatching(/^foo haproxy: .*no-such-option/)]);
  await body(2222, 'any', 'http for any');
  await body(80, 's.example.com', 'http for s.example.com');
  const meanwhile = await applier.show(view(), 'swarm/shop');
  expect(meanwhile.refused).toEqual([]);
  expect(meanwhile.wanted['haproxy.cfg']).toBe(meanwhile.live['haproxy.cfg']);

  written.set('app/foo', app('foo'));
  expect(await apply()).toEqual([]);
  const { wanted, live, refused } = await applier.show(view(), 'swarm/shop');
  expect(wanted).toEqual(live);
  expect(wanted['domains.map']).toBe('s.example.com swarm\n');
  expect(wanted['haproxy.cfg']).toContain('bind *:2222');
  expect(refused).toEqual([]);
  const whole = await applier.show(view());
  expect(whole.wanted).toEqual(whole.live);
  expect(whole.wanted['domains.map']).toContain('s.example.com swarm\n');

  written.set('swarm/shop', '{');
  const broken = await applier.show(view(), 'swarm/shop');
  expect(broken).toMatchObject({ wanted, live });
  expect(broken.refused).toEqual([
    { app: 'swarm/shop', part: 'swarm', error: expect.stringContaining('not valid JSON') },
  ]);
});

it('lets an app win over a key, also over what the key has live', async () => {
  written.set('swarm/shop', { ...tcp(2222), ...domain });
  await apply();
  await body(80, 's.example.com', 'http for s.example.com');
  const caddyfile = 'http://s.example.com {\n\trespond "an app"\n}';
  written.set('app/foo', app('foo', { domains: ['s.example.com'], caddyfile }));
  expect(await apply()).toEqual(['swarm/shop swarm: swarm/shop claims domain s.example.com, which foo has.']);
  expect((await node.visit('s.example.com')).body).toBe('an app');
  await expect.poll(closed, { timeout: 10_000 }).toBe(true);
});
