import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { createPace, type Pace } from '../../../src/proxy/pace.ts';
import { createRoutes } from '../../../src/proxy/routes.ts';
import { createServed } from '../../../src/proxy/served.ts';
import type { Sources } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { echoUpstream, openSlow, openWebsocket, openWire, streamUpstream, type Wire } from './streams.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
const logger = createLogger({ level: 'silent' });
/** HAProxy's port of the app `other`. */
const PORT = 2222;
const domainsMap = '/var/lib/covey/haproxy/domains.map';
const host = (name: string) => `${name}.example.com`;

/** A node with routes that follow the records which the test writes. */
async function setUp({
  pace,
  hardStopAfter = haproxyDefaults.hardStopAfter,
}: {
  pace: { haproxy: Pace; caddy: Pace };
  hardStopAfter?: string;
}) {
  const node = await startNode({ publish: [PORT], pace });
  // Docker's bridge has an address only once a container is on it
  const [http, tcp] = [await streamUpstream(), await echoUpstream()];
  const state = await mkdtemp(join(tmpdir(), 'covey-pacing-'));
  const ending = new AbortController();
  onTestFinished(async () => {
    ending.abort();
    http.close();
    tcp.close();
    await node.dispose();
    await rm(state, { recursive: true });
  });
  const served = createServed();
  const routes = createRoutes({
    node: 'n1',
    applier: createApplier({
      node: 'n1',
      caddy: node.caddy,
      haproxy: node.haproxy,
      settings: { internalCa: true },
      haproxySettings: { ...haproxyDefaults, hardStopAfter },
      goodParts: goodPartsIn(state, logger),
    }),
    served,
    lastKnown: { load: async () => undefined, save: async () => undefined },
    logger,
    signal: ending.signal,
  });

  const records = new Map<string, { value: string; modifyIndex: number }>();
  const maintenance = new Set<string>();
  const members = [
    { name: 'n1', address: '192.0.2.7' },
    { name: 'n2', address: '192.0.2.8' },
  ];
  let index = 0;
  const put = (name: string, more: object = {}) => {
    index += 1;
    const record = {
      repo_url: `https://git.example.com/${name}`,
      branch: 'master',
      master: 'n1',
      ip: '192.0.2.7',
      domains: [host(name)],
      urls: `http://${host(name)},https://${host(name)}`,
      caddyfile: site(name),
      ...more,
    };
    records.set(name, { value: JSON.stringify(record), modifyIndex: index });
  };
  const site = (name: string, ...hosts: string[]) => {
    const addresses = [host(name), ...hosts].flatMap((one) => [`http://${one}`, `https://${one}`]);
    return `${addresses.join(', ')} {\n\treverse_proxy ${http.address}\n}`;
  };
  const sources = (): Sources => ({
    apps: [...records].map(([name, { value, modifyIndex }]) => ({ key: `app/${name}`, value, modifyIndex })),
    maintenance: [...maintenance].map((name) => `maintenance/${name}`),
    members: [...members],
  });
  /** Waits until the node serves all that the records say. */
  const follow = async () => {
    // a record that is written anew tells when the view is served, also where only a key or a member has changed
    put('mark', { domains: [], urls: '', caddyfile: '' });
    routes.update(sources());
    expect(await served.await('mark', index, signal)).toBe('');
  };
  /** An app's own port, behind which is the echo. */
  const port = (wanted: number) => {
    const [ct, behind] = tcp.address.split(':');
    const backend = { name: `raw-${wanted}`, ct, port: Number(behind), peer_port: wanted };
    return { [`raw-${wanted}`]: { frontend: { mode: 'tcp', bind: [`*:${wanted}`] }, backends: [backend] } };
  };
  return { node, http, routes, served, put, maintenance, members, sources, follow, port, site, records };
}

const none = (): Pace => ({ turn: async () => undefined, rest: () => undefined });

/** What HAProxy's master says of its reloads, and of old workers that are still there. */
async function processes(node: Node): Promise<{ reloads: number; old: number }> {
  const said = await node.master('show proc;quit', signal);
  const old = said.split('# old workers')[1]?.split('#')[0] ?? '';
  return {
    reloads: Number(/\bmaster\s+(\d+)/.exec(said)?.[1]),
    old: old.split('\n').filter((line) => /^\d+/.test(line)).length,
  };
}

/** Connections of all kinds to both apps, in the middle of what they do. */
async function openAll(node: Node) {
  const [http, https, raw] = [await node.port(80), await node.port(443), await node.port(PORT)];
  // the certificates are made in the background
  for (const name of ['mine', 'other'])
    await expect
      .poll(() => openWire(https, host(name)).then((wire) => wire.close()), { timeout: 15_000 })
      .toBeUndefined();
  const echoing: Record<string, Wire> = {
    'own websocket': await openWebsocket(http, host('mine'), false),
    'own websocket over TLS': await openWebsocket(https, host('mine'), true),
    websocket: await openWebsocket(http, host('other'), false),
    'websocket over TLS': await openWebsocket(https, host('other'), true),
    'app port': await openWire(raw),
  };
  const kept = await openWire(http);
  const slow: Record<string, Wire> = {
    'own slow answer': await openSlow(http, host('mine'), false),
    'slow answer': await openSlow(http, host('other'), false),
    'slow answer over TLS': await openSlow(https, host('other'), true),
  };
  onTestFinished(() => {
    for (const wire of [kept, ...Object.values(echoing), ...Object.values(slow)]) wire.close();
  });
  const request = `GET / HTTP/1.1\r\nHost: ${host('other')}\r\n\r\n`;
  await kept.ask(request, 'at once');
  let said = 0;
  return {
    /** Each connection that is to be open still is, and both ways. */
    echo: async () => {
      for (const [name, wire] of Object.entries(echoing)) {
        said += 1;
        await expect(wire.ask(`${name} ${said}\n`, `${name} ${said}\n`), name).resolves.toBeDefined();
      }
    },
    /** One that has nothing to do takes the next request; a reload would end it, as servers may. */
    again: async () => {
      await expect(kept.ask(request, 'at once'), 'kept connection').resolves.toContain('200 OK');
    },
    /** Each answer that had begun comes to its end. */
    finish: async (finish: () => void) => {
      const rests = Object.entries(slow).map(async ([name, wire]) => {
        await expect(wire.ask('', 'second half'), name).resolves.toContain('second half');
      });
      finish();
      await Promise.all(rests);
    },
    echoing,
  };
}

describe('without a reload, and without touching a connection', () => {
  const begin = async () => {
    const all = await setUp({ pace: { haproxy: none(), caddy: none() } });
    all.put('mine');
    all.put('other', { haproxy: all.port(PORT) });
    await all.follow();
    const connections = await openAll(all.node);
    const before = { pid: await all.node.info('Pid'), ...(await processes(all.node)) };
    return {
      ...all,
      untouched: async () => {
        await connections.echo();
        await connections.again();
        expect({ pid: await all.node.info('Pid'), ...(await processes(all.node)) }).toEqual(before);
      },
      finish: () => connections.finish(all.http.finish),
    };
  };

  it('an app moves to another node and back', async () => {
    const { node, put, follow, untouched, finish } = await begin();
    put('mine', { master: 'n2', ip: '192.0.2.8' });
    await follow();
    expect(await node.runtime(`show map ${domainsMap}`, signal)).toContain(`${host('mine')} node-n2`);
    await untouched();
    put('mine');
    await follow();
    expect((await node.visit(host('mine'))).body).toBe('at once');
    await untouched();
    await finish();
  });

  it('an app gets a new domain', async () => {
    const { node, put, site, follow, untouched, finish } = await begin();
    expect((await node.visit(host('new'))).status).toBe(503);
    put('mine', { domains: [host('mine'), host('new')], caddyfile: site('mine', host('new')) });
    await follow();
    expect((await node.visit(host('new'))).body).toBe('at once');
    await untouched();
    await finish();
  });

  it('an app with domains only goes into maintenance and comes back', async () => {
    const { node, maintenance, follow, untouched, finish } = await begin();
    maintenance.add('mine');
    await follow();
    expect((await node.visit(host('mine'))).status).toBe(503);
    expect((await node.visit(host('other'))).body).toBe('at once');
    await untouched();
    maintenance.delete('mine');
    await follow();
    expect((await node.visit(host('mine'))).body).toBe('at once');
    await untouched();
    await finish();
  });
});

describe('a structural change', () => {
  it('leaves old connections with the old process, of all kinds', async () => {
    const { node, http, put, port, follow } = await setUp({ pace: { haproxy: none(), caddy: none() } });
    put('mine');
    put('other', { haproxy: port(PORT) });
    await follow();
    const { echo, finish } = await openAll(node);
    const before = { pid: await node.info('Pid'), ...(await processes(node)) };
    put('third', { haproxy: port(2300) });
    await follow();
    expect(await node.info('Pid')).not.toBe(before.pid);
    expect(await processes(node)).toEqual({ reloads: before.reloads + 1, old: before.old + 1 });
    await echo();
    await finish(http.finish);
  });

  it('has old processes end, whoever is still connected', async () => {
    const { node, put, port, follow } = await setUp({
      pace: { haproxy: none(), caddy: none() },
      hardStopAfter: '1s',
    });
    put('mine');
    put('other', { haproxy: port(PORT) });
    await follow();
    const { echoing } = await openAll(node);
    put('third', { haproxy: port(2300) });
    await follow();
    await Promise.all(Object.values(echoing).map(({ closed }) => closed));
    await expect.poll(async () => (await processes(node)).old, { timeout: 20_000 }).toBe(0);
    expect((await node.visit(host('mine'))).body).toBe('at once');
  });
});

it('a burst of structural changes costs one reload at once and then one a second', async () => {
  const { node, put, port, routes, sources, records, served } = await setUp({
    pace: { haproxy: createPace(), caddy: createPace() },
  });
  const before = await processes(node);
  const begun = performance.now();
  for (let i = 1; i <= 30; i++) {
    put(`app${i}`, { haproxy: port(2400 + i) });
    routes.update(sources());
    await pause(25); // a burst: closer than reloads may be, and not all in one view
  }
  expect(await served.await('app30', records.get('app30')?.modifyIndex ?? 0, signal)).toBe('');
  const { reloads } = await processes(node);
  const elapsed = Math.floor((performance.now() - begun) / 1_000);
  // the first view was not kept back for those that came behind it
  expect(reloads - before.reloads).toBeGreaterThanOrEqual(2);
  expect(reloads - before.reloads).toBeLessThanOrEqual(1 + elapsed);
  expect(await node.runtime('show backend', signal)).toContain('backend-raw-2430');
  expect((await node.visit(host('app30'))).body).toBe('at once');
});

it('what needs no reload does not wait for one', async () => {
  let gate = Promise.resolve();
  const { node, put, port, follow, members, routes, sources } = await setUp({
    pace: { haproxy: { turn: () => gate, rest: () => undefined }, caddy: none() },
  });
  put('mine');
  put('other');
  put('third', { haproxy: port(PORT) });
  await follow();
  const pid = await node.info('Pid');
  const turn = Promise.withResolvers<void>();
  gate = turn.promise;
  members.push({ name: 'n3', address: '192.0.2.9' });
  put('mine', { master: 'n2', ip: '192.0.2.8' });
  put('other', { master: 'n3', ip: '192.0.2.9' });
  put('fourth', { caddyfile: `http://${host('fourth')} {\n\trespond "new here"\n}` });
  routes.update(sources());
  const map = () => node.runtime(`show map ${domainsMap}`, signal);
  await expect.poll(map, { timeout: 20_000 }).toContain(`${host('mine')} node-n2`);
  // HAProxy turns from what leaves the node first; what is new there comes with Caddy's load.
  const fourth = () => node.visit(host('fourth')).then(({ body }) => body);
  await expect.poll(fourth, { timeout: 20_000 }).toBe('new here');
  // where it is to lead is not there yet
  expect(await map()).toContain(`${host('other')} node-n1`);
  expect(await node.info('Pid')).toBe(pid);
  turn.resolve();
  await follow();
  expect(await map()).toContain(`${host('other')} node-n3`);
  expect(await node.info('Pid')).not.toBe(pid);
});
