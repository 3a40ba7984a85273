import { mkdtemp, readlink, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { HoldState } from '../../../src/app/hold.ts';
import { parseRecord } from '../../../src/app/record.ts';
import type { Applier } from '../../../src/proxy/applier.ts';
import { askCheck } from '../../../src/proxy/ask-check.ts';
import type { BalanceState } from '../../../src/proxy/balance.ts';
import { type View, viewOf } from '../../../src/proxy/view.ts';
import type { CaddySettings } from '../../../src/render/caddy.ts';
import { type Scheme, visitAt } from './direct-visitor.ts';
import { nodeApplier } from './node-applier.ts';
import { type Node, startNode } from './support.ts';

/** n1 is the app's master; both run its service `web`, each with a server of its own behind the same name and port. */
export const both = ['n1', 'n2'] as const;
export type Name = (typeof both)[number];

/** How long Caddy's old servers stay, in milliseconds: as on a node. */
const LEAVING = 500;

const signal = AbortSignal.timeout(900_000);
const host = 'shop.example.com';

export let nodes: Record<Name, Node>;
let appliers: Record<Name, Applier>;
let addresses: Record<Name, string>;
let servers: Record<Name, Server>;
/** Addresses of this machine: where the server of each node listens. */
let places: Record<Name, string>;
let port = 0;
let state = '';

/** How long each takes for what checks ask, in milliseconds. */
export const slowness: Record<Name, number> = { n1: 0, n2: 0 };

/** Says whose server it is; `/after/4000` does so after 4 s. */
const newServer = (name: Name) =>
  createServer(({ method, url = '' }, response) => {
    const after = method === 'HEAD' ? slowness[name] : Number(/^\/after\/(\d+)$/.exec(url)?.[1] ?? 0);
    setTimeout(() => response.end(name), after);
  });

export async function startServer(name: Name): Promise<void> {
  servers[name] = newServer(name);
  await new Promise<void>((resolve) => servers[name].listen(port, places[name], resolve));
  port = (servers[name].address() as AddressInfo).port;
}

/** As a container that is gone. */
export async function stopServer(name: Name): Promise<void> {
  const closed = new Promise((resolve) => servers[name].close(resolve));
  servers[name].closeAllConnections();
  await closed;
}

/** What the record says of these hosts. */
export const ofHosts = (hosts: readonly string[]) => ({
  domains: hosts,
  urls: hosts.map((each) => `http://${each},https://${each}`).join(),
  caddyfile: `${hosts.map((each) => `http://${each}, https://${each}`).join(', ')} {\n\treverse_proxy shop-web-1:${port}\n}`,
  balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts },
});

const record = (more: object = {}) => ({
  repo_url: 'https://git.example.com/shop',
  branch: 'master',
  master: 'n1',
  ip: addresses.n1,
  ...ofHosts([host]),
  ct: { web: 'shop-web-1' },
  ...more,
});

/** A release with another container, which takes no connection. */
export const withSecond = () => ({
  caddyfile: ofHosts([host]).caddyfile.replace(
    '{',
    '{\n\thandle /second {\n\t\treverse_proxy shop-web-1:1\n\t}',
  ),
});

/** The record as it is read. */
export const recordOf = (more: object) => parseRecord('shop', JSON.stringify(record(more)));

/** The master is stopped and started. */
const redeploy = { node: 'n1', from: 'n1', operation: 'o' };

/** Makes the record live on both, and on `name` what it knows better. */
export async function apply(
  states: Partial<Record<Name, BalanceState>> = {},
  more: object = {},
  hold?: HoldState,
): Promise<void> {
  const view = viewOf({
    apps: [{ key: 'app/shop', value: JSON.stringify(record(more)), modifyIndex: 7 }],
    maintenance: [],
    members: both.map((name) => ({ name, address: addresses[name] })),
  });
  await Promise.all(
    both.map(async (name) => {
      const known = states[name];
      const own: View = {
        ...view,
        ...(known && { balance: new Map([['shop', known]]) }),
        ...(hold && { holds: new Map([['shop', { ...redeploy, state: hold, index: 8 }]]) }),
      };
      const refused = await appliers[name].apply(own, signal);
      if (refused.length > 0) throw new Error(JSON.stringify(refused));
    }),
  );
}

/** Caddy of the node is given its configuration anew with the next one. */
export function forget(name: Name): void {
  appliers[name].forget();
}

/** Whether the node's own check site says that the app answers, as its peer asks it. */
export async function answersOn(name: Name, scheme: Scheme = 'http'): Promise<boolean> {
  const { run: folder, haproxyConfig } = nodes[name];
  // the link names the socket as the proxies see it
  const socket = basename(await readlink(join(dirname(haproxyConfig), 'caddy-http.sock')));
  return askCheck(join(folder, socket), 'shop', { checks: 1, scheme }, new AbortController().signal);
}

/** Whose server answered who asked this node; or what went wrong. */
export async function ask(node: Name, scheme: Scheme, path = '/', of = host): Promise<string> {
  try {
    const { status, body } = await visitAt(addresses[node], scheme, of, { path });
    return status === 200 ? body : `status ${status}`;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

/** A visitor who keeps his connection over TLS, until he is told to come back by another one. */
export function keeping(node: Name) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  const ask = (path = '/'): Promise<string> =>
    new Promise((resolve) => {
      const options = { host: addresses[node], path, servername: host, headers: { host }, agent };
      const asked = request(options, (response) => {
        let body = '';
        response.on('data', (data) => {
          body += data;
        });
        response.on('end', () =>
          resolve(response.statusCode === 200 ? body : `status ${response.statusCode}`),
        );
        response.on('error', ({ message }) => resolve(message));
      });
      asked.on('error', ({ message }) => resolve(message));
      asked.setTimeout(10_000, () => asked.destroy());
      asked.end();
    });
  return { ask, end: () => agent.destroy() };
}

/** The same by HTTP/2, once. */
export function askH2(node: Name, path: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { servername: host, rejectUnauthorized: false };
    const session = connect(`https://${addresses[node]}`, options);
    const end = (said: string) => {
      session.destroy();
      resolve(said);
    };
    session.on('error', ({ message }) => end(message));
    const asked = session.request({ ':path': path, ':authority': host });
    let said = '';
    asked.on('response', ({ ':status': status }) => {
      if (status !== 200) end(`status ${status}`);
    });
    asked.on('data', (data) => {
      said += data;
    });
    asked.on('error', ({ message }) => end(message));
    asked.on('end', () => end(said === '' ? 'nothing' : said));
    session.setTimeout(10_000, () => end('timeout'));
  });
}

/** For a file of tests. @param settings of each Caddy, if not those of certificates of its own */
export function useBalance(settings: Partial<Record<Name, CaddySettings>> = {}): void {
  beforeAll(async () => {
    const found = Object.entries(networkInterfaces()).flatMap(([name, all = []]) =>
      name === 'docker0' ? [] : all,
    );
    const other = found.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    if (other === undefined) throw new Error('this machine has one address only');
    // Docker's network, where the first one is, is up once somebody is on it
    const start = (address: string) => startNode({ hosts: { 'shop-web-1': address }, leaving: LEAVING });
    nodes = { n1: await start('host-gateway'), n2: await start(other) };
    places = { n1: networkInterfaces().docker0?.[0]?.address ?? '', n2: other };
    addresses = { n1: nodes.n1.address, n2: nodes.n2.address };
    servers = { n1: newServer('n1'), n2: newServer('n2') };
    for (const name of both) await startServer(name);
    state = await mkdtemp(join(tmpdir(), 'covey-balance-'));
    const applier = (node: Name) =>
      nodeApplier(node, nodes[node], state, { settings: settings[node] ?? { internalCa: true } });
    appliers = { n1: applier('n1'), n2: applier('n2') };
    await apply();
  }, 180_000);
  afterAll(async () => {
    for (const node of Object.values(nodes ?? {})) await node.dispose();
    for (const server of Object.values(servers ?? {})) server.close();
    if (state) await rm(state, { recursive: true, force: true });
  });
}
