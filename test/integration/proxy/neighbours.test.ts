import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { type Applier, createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
let node: Node;
let state: string;
let applier: Applier;
let records: Map<string, string>;

beforeAll(async () => {
  node = await startNode();
  state = await mkdtemp(join(tmpdir(), 'covey-neighbours-'));
});
afterAll(async () => {
  await node.dispose();
  await rm(state, { recursive: true, force: true });
});
beforeEach(async () => {
  applier = createApplier({
    node: 'n1',
    caddy: node.caddy,
    haproxy: node.haproxy,
    settings: { internalCa: true },
    goodParts: goodPartsIn(await mkdtemp(join(state, 'peer-')), createLogger({ level: 'silent' })),
  });
  records = new Map();
});

const put = (name: string, caddyfile: string, more: object = {}) =>
  records.set(
    name,
    JSON.stringify({
      repo_url: `https://git.example.com/${name}`,
      branch: 'master',
      master: 'n1',
      ip: '192.0.2.7',
      domains: [`${name}.example.com`],
      caddyfile,
      ...more,
    }),
  );
const apply = async (swarm: Parameters<typeof viewOf>[0]['swarm'] = []) => {
  const view = viewOf({
    apps: [...records].map(([name, value], index) => ({ key: `app/${name}`, value, modifyIndex: index + 1 })),
    swarm,
    maintenance: [],
    members: [{ name: 'n1', address: '192.0.2.7' }],
  });
  return (await applier.apply(view, signal)).map(({ app, part, error }) => `${app} ${part}: ${error}`);
};
const site = (name: string, lines: string) =>
  `http://${name}.example.com {\n\t${lines}\n\trespond "${name}"\n}`;
const port = (backend: object) => ({
  git: {
    frontend: { mode: 'tcp', bind: ['*:2222'] },
    backends: [{ port: 22, peer_port: 2222, ct: 'git', ...backend }],
  },
});
const said = async (name: string) => (await node.visit(`${name}.example.com`)).body;

/** What a host says over HTTPS; its certificate is made in the background. */
async function tls(host: string): Promise<string> {
  const open = await node.open(host).catch(() => undefined);
  const body = (await open?.get().catch(() => '')) ?? '';
  open?.close();
  return body;
}

/** Each logger as Caddy has it, and which of them a host's requests go to. */
async function logging(host: string) {
  const config = (await node.caddyConfig()) as {
    logging?: { logs?: Record<string, unknown> };
    apps: { http: { servers: Record<string, { logs?: { logger_names?: Record<string, string[]> } }> } };
  };
  const servers = Object.values(config.apps.http.servers);
  const names = servers.flatMap(({ logs }) => logs?.logger_names?.[host] ?? []);
  const { default: own, ...others } = config.logging?.logs ?? {};
  return { names, loggers: names.map((name) => others[name]), default: JSON.stringify(own) };
}

it("no app's logger is another's, nor Caddy's own", async () => {
  put('mine', site('mine', 'log {\n\t\toutput stderr\n\t}\n\tlog shared {\n\t\toutput stdout\n\t}'));
  expect(await apply()).toEqual([]);
  const before = await logging('mine.example.com');
  expect(before.names).toHaveLength(2);
  const discard = (name: string) => `log ${name} {\n\t\toutput discard\n\t}`;
  for (const name of ['shared', 'default', '', 'mine/shared', 'log0', 'mine']) {
    put('another', site('another', discard(name)));
    expect(await apply()).toEqual([]);
    const { default: own, ...rest } = await logging('mine.example.com');
    expect({ ...rest }, name).toEqual({ names: before.names, loggers: before.loggers });
    // Caddy's own log leaves out what has a logger of its own, and is as it was otherwise
    expect(own ?? '', name).not.toContain('discard');
    expect([await said('mine'), await said('another')]).toEqual(['mine', 'another']);
  }
});

it.each([
  ['the same address', 'http://mine.example.com'],
  ['the same but for a port, which no visitor needs to name', 'http://mine.example.com:8443'],
  ['in upper case', 'HTTP://MINE.example.com:80'],
])("an address of another app's is not taken by an edit of a record: %s", async (_, address) => {
  put('mine', site('mine', ''));
  await apply();
  // in order of name it stands first
  put('another', `${site('another', '')}\n${address} {\n\trespond stolen\n}`);
  expect(await apply()).toEqual([expect.stringMatching(/^another caddy: .*mine\.example\.com/)]);
  expect(await said('mine')).toBe('mine');
  put('another', site('another', ''));
  expect(await apply()).toEqual([]);
  expect([await said('mine'), await said('another')]).toEqual(['mine', 'another']);
});

it('takes domains first, then rules in order of app name, swarm keys last', async () => {
  const answer = (name: string, condition: string) => ({
    'http-in': {
      backends: [
        {
          name,
          ct: '127.0.0.1',
          port: 9,
          peer_port: 9,
          use_backend_option: `if ${condition}`,
          options: [`http-request return status 200 content-type text/plain string ${name}`],
        },
      ],
    },
    'https-in': {
      backends: [
        { name, ct: '127.0.0.1', port: 9, peer_port: 9, use_backend_option: 'if { req.ssl_sni -m found }' },
      ],
    },
  });
  put('mine', site('mine', '').replace('http://mine.example.com', '$&, https://mine.example.com'));
  put('b', site('b', ''), { haproxy: answer('rule-b', '{ path_beg /x }') });
  put('a', site('a', ''), {
    haproxy: answer('rule-a', '{ path_beg /x/a } or { hdr(host) -i mine.example.com }'),
  });
  const swarm = JSON.stringify({ haproxy: answer('rule-s', '{ path_beg / }') });
  expect(await apply([{ key: 'swarm/a', value: swarm, modifyIndex: 1 }])).toEqual([]);
  const rule = async (path: string) => (await node.visit('nobody.example.com', path)).body;
  expect([await rule('/x/a'), await rule('/x'), await rule('/')]).toEqual(['rule-a', 'rule-b', 'rule-s']);
  expect((await node.visit('mine.example.com', '/x/a')).body).toBe('mine');
  await expect.poll(() => tls('mine.example.com'), { timeout: 10_000 }).toBe('mine');
});

it.each([
  ['options for all', '{\n\tdebug\n}\n', 'line 2, column 2: global options'],
  ['an address to listen on', 'bind', 'line 2, column 2: "bind" is set by the cluster'],
  ["another app's snippet", 'import mine/common', '"import mine/common" names no snippet'],
  ['files of the node', 'import /etc/covey/*', '"import /etc/covey/*" names no snippet'],
  ['a key of the node', 'respond {file./data/caddy/x.key}', 'would show a file'],
  ['a named route', 'invoke common', 'named route'],
])('what an app may not have keeps its own part as it was: %s', async (_, wrong, message) => {
  put('mine', `(common) {\n\theader X-Common yes\n}\n${site('mine', 'import common')}`);
  put('another', site('another', ''));
  expect(await apply()).toEqual([]);
  const bad = wrong.startsWith('{')
    ? `${wrong}${site('another', '')}`
    : `http://another.example.com {\n\t${wrong}\n\trespond changed\n}`;
  put('another', bad);
  expect(await apply()).toEqual([expect.stringContaining(message)]);
  expect([await said('mine'), await said('another')]).toEqual(['mine', 'another']);
});

it.each<[string, object]>([
  ['a caddyfile that is a number', { caddyfile: 1 }],
  ['a caddyfile that is a list', { caddyfile: ['http://another.example.com'] }],
  ['a caddyfile of control characters', { caddyfile: '\u0000\u0001\u001b[2J\u007f\u0085' }],
  ['a caddyfile of nothing but braces', { caddyfile: '{'.repeat(100_000) }],
  ['haproxy that is a text', { haproxy: 'frontend x' }],
  ['haproxy that is a list', { haproxy: [] }],
  [
    'haproxy whose bind is an object',
    { haproxy: { x: { frontend: { mode: 'tcp', bind: {} }, backends: [] } } },
  ],
  ['domains that are a text', { domains: 'another.example.com' }],
  ['domains with a number', { domains: [1] }],
  ['a domain of control characters', { domains: ['another.example.com\u0000 node-n2\nx'] }],
  ['a domain of 100 kB', { domains: ['a'.repeat(100_000)] }],
  ['a master that is a list', { master: ['n1'] }],
  ['a master of 100 kB', { master: 'n'.repeat(100_000) }],
  ['an address that is none', { master: 'n7', ip: 'n7.example.com', haproxy: port({}) }],
  ['a backend name of 100 kB', { haproxy: port({ name: 'b'.repeat(100_000) }) }],
  ['an option of 100 kB', { haproxy: port({ server_option: `weight ${'1'.repeat(100_000)}` }) }],
  ['500 options', { haproxy: port({ server_option: 'inter 1000 '.repeat(500) }) }],
])('a hand edit leaves the app as it was, and the others: %s', async (_, edit) => {
  put('mine', site('mine', ''));
  put('another', site('another', ''));
  await apply();
  put('another', site('another', ''), edit);
  expect(await apply()).toEqual([expect.stringMatching(/^another (record|caddy|haproxy): ./)]);
  expect([await said('mine'), await said('another')]).toEqual(['mine', 'another']);
});

it('takes a caddyfile of half a megabyte, which is as much as a key of Consul holds', async () => {
  const sites = Array.from(
    { length: 4_000 },
    (_, i) => `http://s${i}.example.com {\n\trespond "site ${'x'.repeat(80)} ${i}"\n}`,
  );
  const domains = sites.map((_, i) => `s${i}.example.com`);
  put('mine', site('mine', ''));
  put('another', sites.join('\n'), { domains });
  expect(await apply()).toEqual([]);
  expect([await said('mine'), await said('s3999')]).toEqual(['mine', `site ${'x'.repeat(80)} 3999`]);
}, 60_000);
