import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { type Applier, createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { type Node, startNode } from './support.ts';

let signal: AbortSignal;
let node: Node;
let applier: Applier;
/** The store of records: name -> value, as it lies in Consul. */
let records: Map<string, string>;
/** The peer's state folder. */
let state: string;
let maintenance: Set<string>;

beforeEach(async () => {
  signal = AbortSignal.timeout(120_000);
  node = await startNode({ publish: [2222] });
  state = await mkdtemp(join(tmpdir(), 'covey-applier-'));
  applier = newApplier();
  records = new Map();
  maintenance = new Set();
});
afterEach(async () => {
  await rm(state, { recursive: true });
  await node.dispose();
});

const newApplier = () =>
  createApplier({
    node: 'n1',
    caddy: node.caddy,
    haproxy: node.haproxy,
    settings: { internalCa: true },
    goodParts: goodPartsIn(state, createLogger({ level: 'silent' })),
  });

const host = (name: string) => `${name}.example.com`;
const record = (name: string, said: string, more: object = {}) => ({
  repo_url: `https://git.example.com/${name}`,
  branch: 'master',
  master: 'n1',
  ip: '192.0.2.7',
  domains: [host(name)],
  urls: `http://${host(name)},https://${host(name)}`,
  caddyfile: `http://${host(name)}, https://${host(name)} {\n\trespond "${said}"\n}`,
  ...more,
});
const put = (name: string, said: string, more: object = {}) =>
  records.set(name, JSON.stringify(record(name, said, more)));
const broken = (name: string) => ({ caddyfile: `http://${host(name)} {\n\tno_such_directive\n}` });
const view = () =>
  viewOf({
    apps: [...records].map(([name, value], index) => ({ key: `app/${name}`, value, modifyIndex: index + 1 })),
    maintenance: [...maintenance].map((name) => `maintenance/${name}`),
    members: [
      { name: 'n1', address: '192.0.2.7' },
      { name: 'n2', address: '192.0.2.8' },
    ],
  });
/** Applies what is there; who is quarantined, and in which part. */
const apply = async () =>
  (await applier.apply(view(), signal)).map(({ app, part, error }) => ({ who: `${app} ${part}`, error }));
const said = async (name: string) => (await node.visit(host(name))).body;

it('keeps the last good part of a broken app live, and all else goes on', async () => {
  put('good', 'good 1');
  put('bad', 'bad 1');
  expect(await apply()).toEqual([]);
  expect([await said('good'), await said('bad')]).toEqual(['good 1', 'bad 1']);

  put('good', 'good 2');
  put('bad', '', broken('bad'));
  put('newer', 'newer 1');
  expect(await apply()).toEqual([{ who: 'bad caddy', error: expect.stringContaining('no_such_directive') }]);
  expect([await said('good'), await said('bad'), await said('newer')]).toEqual([
    'good 2',
    'bad 1',
    'newer 1',
  ]);

  put('bad', 'bad 2');
  expect(await apply()).toEqual([]);
  expect(await said('bad')).toBe('bad 2');

  records.delete('bad');
  expect(await apply()).toEqual([]);
  expect((await node.visit(host('bad'))).status).toBe(503);
  expect(await said('good')).toBe('good 2');
});

it('leaves out a new app that is broken, in either proxy', async () => {
  put('good', 'good 1');
  put('bad', '', broken('bad'));
  const frontend = { mode: 'tcp', bind: ['*:2222'], options: ['no-such-option'] };
  const haproxy = { git: { frontend, backends: [{ port: 22, peer_port: 2223, ct: 'worse-git-1' }] } };
  put('worse', 'worse 1', { haproxy });
  // Caddy reads it, but cannot start it
  const site = `https://${host('keyless')} {\n\ttls /nowhere.pem /nowhere.key\n\trespond "x"\n}`;
  put('keyless', '', { caddyfile: site });
  const quarantined = await apply();
  expect(quarantined).toEqual([
    { who: 'bad caddy', error: expect.stringContaining('no_such_directive') },
    { who: 'keyless caddy', error: expect.stringContaining('open /nowhere.pem: no such file') },
    { who: 'worse haproxy', error: expect.stringContaining('no-such-option') },
  ]);
  expect(await said('good')).toBe('good 1');
});

it('shows and takes away the maintenance page, for each path and method', async () => {
  put('foo', 'at work');
  put('bar', 'too');
  await apply();
  const worker = await node.info('Pid');
  maintenance.add('foo');
  expect(await apply()).toEqual([]);
  for (const [path, method] of [
    ['/', 'GET'],
    ['/any/path.css', 'GET'],
    ['/form', 'POST'],
  ] as const) {
    const { status, headers, body } = await node.visit(host('foo'), path, method);
    expect([status, headers['retry-after']]).toEqual([503, '60']);
    expect(body).toMatch(/<html/i);
  }
  expect(await said('bar')).toBe('too');
  const open = await node.open(host('foo'));
  expect(await open.get()).toMatch(/<html/i);
  open.close();

  maintenance.delete('foo');
  await apply();
  expect(await said('foo')).toBe('at work');
  // neither has touched HAProxy
  expect(await node.info('Pid')).toBe(worker);
});

it('takes the HAPROXY parts of an app away in maintenance, of built-in frontends too, and gives them back', async () => {
  // HAProxy itself is who answers behind them, as the site of the app
  const own = { ct: '127.0.0.1', port: 80, peer_port: 80 };
  const options = [`http-request set-header host ${host('foo')}`];
  const haproxy = {
    'http-in': {
      backends: [{ ...own, name: 'by-host', use_backend_option: 'if { hdr(host) extra }', options }],
    },
    'https-in': { backends: [{ ...own, name: 'by-sni', use_backend_option: 'if { req.ssl_sni extra }' }] },
    raw: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ ...own, name: 'raw' }] },
  };
  put('foo', 'at work', { haproxy });
  put('bar', 'too');
  const parts = async () => {
    const backends = await node.runtime('show backend', signal);
    const found = ['http-by-host', 'https-by-sni', 'backend-raw'].filter((name) => backends.includes(name));
    const listening = await fetch(`http://127.0.0.1:${await node.port(2222)}/`, {
      headers: { host: host('foo') },
    })
      .then(() => true)
      .catch(() => false);
    return { found, listening, rule: (await node.visit('extra')).body };
  };
  const all = { found: ['http-by-host', 'https-by-sni', 'backend-raw'], listening: true, rule: 'at work' };
  expect(await apply()).toEqual([]);
  // the old worker may close its ports a moment later
  await expect.poll(parts, { timeout: 10_000 }).toEqual(all);

  maintenance.add('foo');
  expect(await apply()).toEqual([]);
  await expect
    .poll(parts, { timeout: 10_000 })
    .toEqual({ found: [], listening: false, rule: expect.stringContaining('503') });
  const { status, headers, body } = await node.visit(host('foo'), '/any/path');
  expect([status, headers['retry-after'], /<html/i.test(body)]).toEqual([503, '60', true]);
  expect(await said('bar')).toBe('too');

  maintenance.delete('foo');
  expect(await apply()).toEqual([]);
  await expect.poll(parts, { timeout: 10_000 }).toEqual(all);
});

it('follows a record that was edited by hand, and tells once of one that cannot be read', async () => {
  put('foo', 'first');
  put('bar', 'other');
  await apply();
  put('foo', 'edited');
  expect(await apply()).toEqual([]);
  expect(await said('foo')).toBe('edited');

  records.set('foo', '{"repo_url": "https://git.example.com/foo", ');
  expect(await apply()).toEqual([{ who: 'foo record', error: expect.stringContaining('app/foo') }]);
  put('bar', 'other again');
  expect(await apply()).toEqual([{ who: 'foo record', error: expect.stringContaining('app/foo') }]);
  expect([await said('foo'), await said('bar')]).toEqual(['edited', 'other again']);

  put('foo', 'mended');
  expect(await apply()).toEqual([]);
  expect(await said('foo')).toBe('mended');
});

it('sends an app of another node there, and takes it back', async () => {
  put('foo', 'here');
  await apply();
  put('foo', 'there', { master: 'n2', ip: '192.0.2.8' });
  expect(await apply()).toEqual([]);
  expect(await node.runtime('show map /var/lib/covey/haproxy/domains.map', signal)).toContain('node-n2');
  put('foo', 'here again');
  await apply();
  expect(await said('foo')).toBe('here again');
});

it('leads to apps of other nodes while Caddy is away, and says so until it is back', async () => {
  put('foo', 'here');
  await apply();
  await node.kill('caddy');
  put('foo', 'there', { master: 'n2', ip: '192.0.2.8' });
  put('bar', 'here');
  await expect(apply()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/Caddy/),
  });
  const map = await node.runtime('show map /var/lib/covey/haproxy/domains.map', signal);
  expect(map).toMatch(/foo\.example\.com node-n2/);
  await node.start('caddy');
  expect(await apply()).toEqual([]);
  expect(await said('bar')).toBe('here');
});

it('judges a part without touching what is live', async () => {
  put('foo', 'live');
  await apply();
  const worker = await node.info('Pid');
  const wanted = (name: string, more: object) => {
    const [app] = viewOf({
      apps: [{ key: `app/${name}`, value: JSON.stringify(record(name, 'new', more)), modifyIndex: 1 }],
      maintenance: [],
      members: [],
    }).apps;
    if (!app || !('record' in app)) throw new Error(`the test's own record of ${name} is wrong`);
    return app.record;
  };
  await applier.check('foo', wanted('foo', {}), view(), signal);
  await applier.check('bar', wanted('bar', { master: 'n2' }), view(), signal);
  await expect(applier.check('foo', wanted('foo', broken('foo')), view(), signal)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('no_such_directive'),
  });
  const frontend = { mode: 'tcp', bind: ['*:2222'], options: ['no-such-option'] };
  const haproxy = { git: { frontend, backends: [{ port: 22, peer_port: 2223, ct: 'foo-git-1' }] } };
  await expect(applier.check('foo', wanted('foo', { haproxy }), view(), signal)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('no-such-option'),
  });
  expect(await said('foo')).toBe('live');
  expect(await node.info('Pid')).toBe(worker);
});

it('shows what the records ask for and what is live, also after a restart of the peer', async () => {
  put('good', 'good 1');
  put('bad', 'bad 1');
  await apply();
  const same = await applier.show(view());
  expect(same.live).toEqual(same.wanted);
  expect(same.live.Caddyfile).toContain('respond "bad 1"');
  expect(same.live['domains.map']).toBe('bad.example.com node-n1\ngood.example.com node-n1\n');

  put('good', 'good 2');
  put('bad', '', { caddyfile: 'http://bad.example.com {\n\tbind x\n}' });
  const { wanted, live, refused } = await applier.show(view());
  expect(refused).toEqual([
    { app: 'bad', part: 'caddy', error: expect.stringContaining('line 2, column 2') },
  ]);
  expect(live).toEqual(same.live);
  expect(wanted.Caddyfile).toBe(live.Caddyfile.replaceAll('good 1', 'good 2'));
  const worse = { caddyfile: 'http://bad.example.com {\n\tno_such_directive\n}' };
  put('bad', '', worse);
  expect(await apply()).toMatchObject([{ who: 'bad caddy' }]);
  for (const asked of [applier, newApplier()]) {
    const shown = await asked.show(view(), 'bad');
    expect(shown.live.Caddyfile).toContain('respond "bad 1"');
    expect(shown.wanted.Caddyfile).toContain('no_such_directive');
    const whole = await asked.show(view());
    expect(whole.live.Caddyfile).toContain('good 2');
    expect(whole.live['haproxy.cfg']).toBe(whole.wanted['haproxy.cfg']);
  }
});

it('applies everything anew where it forgot: a proxy was started', async () => {
  put('foo', 'first');
  await apply();
  await node.kill('caddy');
  await node.start('caddy');
  applier.forget();
  put('foo', 'second');
  await apply();
  expect(await said('foo')).toBe('second');
});

it('keeps the last good part of a broken app live over a restart of the peer', async () => {
  put('good', 'good 1');
  put('bad', 'bad 1');
  await apply();
  put('bad', '', broken('bad'));
  await apply();
  applier = newApplier();
  expect(await apply()).toEqual([{ who: 'bad caddy', error: expect.stringContaining('no_such_directive') }]);
  expect([await said('good'), await said('bad')]).toEqual(['good 1', 'bad 1']);
});

it('leaves port and host to the app that has them, also after a restart of the peer', async () => {
  const port = (name: string) => ({
    [`git-${name}`]: {
      frontend: { mode: 'tcp', bind: ['*:2222'] },
      backends: [{ port: 22, peer_port: 2222, ct: `${name}-git-1` }],
    },
  });
  put('mine', 'mine 1', { haproxy: port('mine') });
  await apply();
  const config = (await applier.show(view())).live['haproxy.cfg'];
  put('greedy', 'greedy 1', {
    haproxy: port('greedy'),
    master: 'n2',
    ip: '192.0.2.8',
    domains: [host('mine'), host('greedy')],
  });
  for (applier of [applier, newApplier()]) {
    expect(await apply()).toEqual([
      { who: 'greedy haproxy', error: 'HAPROXY: the port 2222 is claimed by greedy and mine' },
    ]);
    expect((await applier.show(view())).live['haproxy.cfg']).toBe(config);
  }
  put('greedy', 'greedy 1', { master: 'n2', ip: '192.0.2.8', domains: [host('mine'), host('greedy')] });
  for (applier of [applier, newApplier()]) {
    expect(await apply()).toEqual([]);
    expect(await said('mine')).toBe('mine 1');
    expect((await applier.show(view())).live['domains.map']).toBe(
      'greedy.example.com node-n2\nmine.example.com node-n1\n',
    );
  }
});

it('leaves out an app whose port cannot be had, which shows only when it is live', async () => {
  put('good', 'good 1');
  const frontend = { mode: 'tcp', bind: ['192.0.2.99:2222'] };
  const haproxy = { git: { frontend, backends: [{ port: 22, peer_port: 2222, ct: 'greedy-git-1' }] } };
  put('greedy', 'greedy 1', { haproxy });
  expect(await apply()).toEqual([{ who: 'greedy haproxy', error: expect.stringMatching(/192\.0\.2\.99/) }]);
  expect(await said('good')).toBe('good 1');
});
