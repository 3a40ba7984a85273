import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Applier } from '../../../src/proxy/applier.ts';
import { serveNames } from '../../../src/proxy/haproxy/dns.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { type Scheme, say, upgrade, type VisitOptions, visitAt } from './direct-visitor.ts';
import { nodeApplier } from './node-applier.ts';
import { type Node, startNode } from './support.ts';
import { type Asked, httpUpstream, type Upstream } from './upstream.ts';

const signal = AbortSignal.timeout(900_000);
/** The app's master is n2; n1 passes its visitors on. */
const both = ['n1', 'n2'] as const;
type Name = (typeof both)[number];

let web: Upstream;
let git: Server;
let names: Awaited<ReturnType<typeof serveNames>>;
let state: string;
/** Where containers see this machine, which is the visitor. */
let visitor: string;
let nodes: Record<Name, Node>;
let addresses: Record<Name, string>;
let appliers: Record<Name, Applier>;
let records: Map<string, object>;

beforeAll(async () => {
  // Docker's network is up once somebody is on it
  const start = () => startNode({ publish: [2222, 2223], hosts: { foo_web_1: 'host-gateway' } });
  nodes = { n1: await start(), n2: await start() };
  web = await httpUpstream('web');
  visitor = web.address.split(':')[0] ?? '';
  // says back the first line that it hears
  git = createServer((socket) => socket.once('data', (data) => socket.end(data))).listen(0, '0.0.0.0');
  state = await mkdtemp(join(tmpdir(), 'covey-two-nodes-'));
  names = await serveNames({ host: visitor, port: 0 }, (name) =>
    name === 'foo_git_1' ? { address: visitor } : 'none',
  );
  addresses = { n1: nodes.n1.address, n2: nodes.n2.address };
  const applier = (node: Name) =>
    nodeApplier(node, nodes[node], state, {
      haproxySettings: { ...haproxyDefaults, nameserver: `${visitor}:${names.port}` },
    });
  appliers = { n1: applier('n1'), n2: applier('n2') };
  records = new Map([['foo', record('foo')]]);
  await apply();
}, 180_000);
afterAll(async () => {
  for (const node of Object.values(nodes ?? {})) await node.dispose();
  await names?.close();
  git?.close();
  web?.close();
  await rm(state, { recursive: true, force: true });
});

const port = (address: string) => address.split(':')[1];

/** As the original wrote them, with its own v1 text and compose's older names of containers; and one of v2. */
const record = (name: string, more: object = {}) => ({
  repo_url: `https://git.example.com/${name}`,
  branch: 'master',
  master: 'n2',
  ip: addresses.n2,
  domains: ['a.example.com', 'b.example.com', 'c.example.com:8443'],
  caddyfile: `http://a.example.com, https://a.example.com {
    timeouts 300s
    log / stdout "{host} {remote} - {user} [{when}]"
    proxy / http://foo_web_1:${port(web.address)} {
        transparent
        websocket
        insecure_skip_verify
        header_upstream X-Seen {remote}
    }
}
`,
  ...more,
});
const modern = () => ({
  ...record('bar'),
  caddyfile: `http://b.example.com, https://b.example.com, https://c.example.com:8443 {
    reverse_proxy foo_web_1:${port(web.address)} {
        header_up X-Seen {remote_host}
    }
}
`,
});

async function apply(): Promise<void> {
  const view = viewOf({
    apps: [...records].map(([name, value], index) => ({
      key: `app/${name}`,
      value: JSON.stringify(value),
      modifyIndex: index + 1,
    })),
    maintenance: [],
    members: both.map((name) => ({ name, address: addresses[name] })),
  });
  for (const name of both) expect(await appliers[name].apply(view, signal)).toEqual([]);
}

const visit = (node: Name, scheme: Scheme, host: string, options?: VisitOptions) =>
  visitAt(addresses[node], scheme, host, options);

/** What the upstream was asked; the certificate of a site is made in the background, so https may need a moment. */
async function ask(...[node, scheme, host, more]: Parameters<typeof visit>): Promise<Asked> {
  const answer = () => visit(node, scheme, host, more).catch((error: Error) => error.message);
  await expect.poll(answer, { timeout: 15_000 }).toMatchObject({ status: 200 });
  return JSON.parse((await visit(node, scheme, host, more)).body) as Asked;
}

describe.each(both)("the visitor's address arrives at the app by %s", (node) => {
  const forged = {
    'x-forwarded-for': '203.0.113.9',
    'x-real-ip': '203.0.113.9',
    'x-forwarded-proto': 'gopher',
    'x-forwarded-host': 'evil.example.com',
    'x-seen': '203.0.113.9',
  };
  it.each([
    ['http', 'a.example.com'],
    ['https', 'a.example.com'],
    ['http', 'b.example.com'],
    ['https', 'b.example.com'],
  ] as const)('over %s to %s, whatever the visitor says of himself', async (scheme, host) => {
    records.set('bar', modern());
    await apply();
    for (const headers of [{}, forged]) {
      expect((await ask(node, scheme, host, { headers })).headers).toMatchObject({
        host,
        'x-forwarded-for': visitor,
        'x-real-ip': visitor,
        'x-forwarded-proto': scheme,
        'x-forwarded-host': host,
        'x-seen': visitor,
      });
    }
  });

  it('over connections between the proxies that several visitors share', async () => {
    const interfaces = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    const another = interfaces.find(
      ({ family, internal, address }) => family === 'IPv4' && !internal && address !== visitor,
    )?.address;
    if (another === undefined) throw new Error('this machine has one address only');
    for (const localAddress of [visitor, another, visitor, another]) {
      const { headers } = await ask(node, 'http', 'a.example.com', { localAddress });
      expect(headers['x-forwarded-for']).toBe(localAddress);
    }
  });

  it('over an app port whose options say so, and only from the ports of nodes', async () => {
    const { port: listening } = git.address() as AddressInfo;
    const backend = {
      name: 'git',
      ct: 'foo_git_1',
      port: listening,
      peer_port: 2223,
      server_option: 'send-proxy',
    };
    const frontend = { mode: 'tcp', bind: ['*:2222', '*:2223 accept-proxy'] };
    records.set('foo', record('foo', { haproxy: { git: { frontend, backends: [backend] } } }));
    const open = await nodes[node].open('a.example.com');
    expect(await open.get('/before')).toContain('/before');
    await apply();
    await expect
      .poll(() => say(addresses[node], 2222, 'hello'), { timeout: 15_000 })
      .toMatch(new RegExp(`^PROXY TCP4 ${visitor.replaceAll('.', '\\.')} `));
    // nobody's connection was cut for it
    expect(await open.get('/after')).toContain('/after');
    open.close();
    expect(
      await say(addresses[node], 80, 'PROXY TCP4 203.0.113.9 192.0.2.1 5 80\r\nGET / HTTP/1.0\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.[01] 400 /);
    records.set('foo', record('foo'));
    await apply();
  });
});

describe.each(both)('a websocket at %s', (node) => {
  it.each(['http', 'https'] as const)(
    'goes through over %s, and stays when another app changes',
    async (scheme) => {
      await ask(node, scheme, 'a.example.com');
      const socket = await upgrade(addresses[node], scheme, 'a.example.com');
      expect(await socket.echo('before')).toBe('before');
      const change = `http://b.example.com {\n\trespond "${node} ${scheme}"\n}`;
      records.set('bar', { ...record('bar'), caddyfile: change });
      await apply();
      expect((await visit(node, 'http', 'b.example.com')).body).toBe(`${node} ${scheme}`);
      expect(await socket.echo('after')).toBe('after');
      socket.close();
    },
  );
});

describe.each(both)('a host at %s', (node) => {
  it('is the same in upper case, and with a port', async () => {
    records.set('bar', modern());
    await apply();
    for (const host of ['b.example.com', 'B.Example.COM', 'b.example.com:80', 'b.example.com:8080'])
      expect((await ask(node, 'http', host)).headers.host).toBe(host);
    for (const host of ['b.example.com', 'b.example.com:443', 'c.example.com', 'c.example.com:8443'])
      expect((await ask(node, 'https', host)).headers.host).toBe(host);
    expect((await ask(node, 'https', 'B.EXAMPLE.com', { servername: 'B.EXAMPLE.COM' })).by).toBe('web');
  });

  it.each(['nobody.example.com', 'b.example.com.', 'sub.b.example.com', 'example.com', '.', '203.0.113.9'])(
    'that nobody declared gets 503 over HTTP, and nothing over HTTPS: %s',
    async (host) => {
      expect((await visit(node, 'http', host)).status).toBe(503);
      await expect(visit(node, 'https', host, { servername: 'nobody.example.com' })).rejects.toThrow();
    },
  );
});
