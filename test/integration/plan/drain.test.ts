import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { connectionsTo } from '../../../src/docker/connections.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { drain, untilQuiet } from '../../../src/plan/actions/drain.ts';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { type Node, startNode } from '../proxy/support.ts';
import { type AppContainer, NETWORK, PORT, startApp } from './app-container.ts';

const HOST = 'shop.example.com';
const engine = makeEngine();
const signal = AbortSignal.timeout(600_000);
let node: Node;
let app: AppContainer;

beforeAll(async () => {
  // As on a node: the servers of the configuration before stay for a moment.
  node = await startNode({ network: NETWORK, leaving: 500 });
  app = await startApp();
  const members = [{ name: 'n1', address: '192.0.2.7' }];
  const config = renderHaproxy({ node: 'n1', members, apps: [] });
  await node.haproxy.apply({ config, map: new Map([[HOST, 'node-n1']]) }, signal);
  await vi.waitFor(async () => expect(await app.ask('/')).toBe('0'), 30_000);
}, 300_000);
afterAll(async () => {
  await app?.remove();
  await node?.dispose();
});
beforeEach(() => serve(`reverse_proxy ${app.address}:${PORT}`));

/** What Caddy does with requests for the app. */
async function serve(body: string): Promise<void> {
  const caddyfile = `http://${HOST} {\n ${body}\n}`;
  const apps = [{ name: 'shop', master: 'n1', caddyfile, maintenance: false }];
  await node.caddy.load(renderCaddy({ node: 'n1', apps, settings: { internalCa: true } }), signal);
  await node.caddy.idle();
}

/** What is under way is waited for: as Caddy tells, while nothing new comes; or after it has a configuration that asks somebody else. */
const WAYS = { 'by what Caddy tells': drain, 'by its connections': undefined } as const;
type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS) as Way[];

async function drained(way: Way, bound: number) {
  const said: string[] = [];
  const deps = {
    engine,
    caddyContainer: node.settings.caddyContainer,
    proxiesIdle: node.caddy.idle,
    caddyRequests: node.caddy.requests,
    cutover: { hold: 30_000, drain: bound },
  } as unknown as ActionDeps;
  const { project } = app;
  const report = (_: number, detail: string) => void said.push(detail);
  const options = { signal, report, mandate: { app: 'shop', fence: 1, operation: 'o' } };
  const wait = async () => {
    const act = WAYS[way];
    if (act) return act(deps, NETWORK).run({ kind: 'drain', project, sites: [] }, options);
    await serve('respond wait');
    return untilQuiet(deps, { project, network: NETWORK }, options);
  };
  const state = { ended: false };
  const ending = wait().then(() => {
    state.ended = true;
  });
  return { said, state, ending };
}

const connections = async () => {
  const { stdout } = await engine.exec(node.settings.caddyContainer, ['cat', '/proc/net/tcp']);
  return connectionsTo(stdout, [app.address]);
};

it.each(ways)('a request that the app is answering is waited for, and gets its answer: %s', async (way) => {
  const slow = node.visit(HOST, '/slow');
  await expect.poll(() => app.ask('/'), { timeout: 10_000 }).toBe('1');
  const { said, state, ending } = await drained(way, 60_000);
  await expect.poll(() => said, { timeout: 10_000 }).toEqual(['1 under way']);
  expect(state.ended).toBe(false);
  await app.ask('/go');
  expect(await slow).toMatchObject({ status: 200, body: 'slow' });
  await ending;
  expect(said).toEqual(['1 under way']);
});

it.each(ways)('a connection that Caddy keeps for later is not: %s', async (way) => {
  await node.visit(HOST);
  expect(await connections()).toBe(1);
  const { said, ending } = await drained(way, 60_000);
  await ending;
  expect(said).toEqual([]);
  expect(await connections()).toBe(way === 'by its connections' ? 0 : 1);
});

it.each(ways)('who takes too long is no longer waited for: %s', async (way) => {
  const slow = node.visit(HOST, '/slow');
  await expect.poll(() => app.ask('/'), { timeout: 10_000 }).toBe('1');
  const { said, ending } = await drained(way, 900);
  await ending;
  expect(said.at(-1)).toBe('1 under way, and the time for them is over');
  await app.ask('/go');
  await slow;
});
