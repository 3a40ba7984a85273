import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { run } from '../../../lab/run.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { drain, untilQuiet } from '../../../src/plan/actions/drain.ts';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { openEvents, openSlow, type Wire } from './streams.ts';
import { type Node, startNode } from './support.ts';

const HOST = 'shop.example.com';
const project = `covey-test-${randomBytes(3).toString('hex')}`;
const container = `${project}-Web-1`;
/** As `cluster_default`: names come from Docker's DNS. */
const network = `${project}-net`;
/** Half of an answer, and the rest when it is asked for `/go`. */
const SERVER = `
const waiting = [];
require('node:http').createServer(({ url, headers }, response) => {
  if (url === '/host') return response.end(headers.host);
  if (url === '/go') for (const one of waiting.splice(0)) one.end('second half');
  if (url === '/go') return response.end();
  response.write(url === '/slow' ? 'first half' : 'ready');
  if (url === '/slow') waiting.push(response);
}).listen(8080, '0.0.0.0');
`;
const engine = makeEngine();
const signal = AbortSignal.timeout(600_000);
const wires: Wire[] = [];
let node: Node;

beforeAll(async () => {
  await run(['docker', 'network', 'create', network]);
  node = await startNode({ network, leaving: 500 });
  await run([
    ...['docker', 'run', '--detach', '--name', container, '--network', network],
    ...['--label', `com.docker.compose.project=${project}`],
    ...['--entrypoint', 'node', 'node:24-trixie-slim', '-e', SERVER],
  ]);
  const members = [{ name: 'n1', address: '192.0.2.7' }];
  const config = renderHaproxy({ node: 'n1', members, apps: [] });
  await node.haproxy.apply({ config, map: new Map([[HOST, 'node-n1']]) }, signal);
}, 300_000);
afterAll(async () => {
  for (const wire of wires) wire.close();
  await engine.removeContainer(container, { force: true });
  await node?.dispose();
  await run(['docker', 'network', 'rm', network]);
});

async function serve(body: string): Promise<void> {
  const app = { name: 'shop', master: 'n1', caddyfile: `http://${HOST} {\n ${body}\n}`, maintenance: false };
  const apps = [{ ...app, containers: [container] }];
  await node.caddy.load(renderCaddy({ node: 'n1', apps, settings: { internalCa: true } }), signal);
  await node.caddy.idle();
}

/** What waiting says, and how long it takes, in milliseconds: for what Caddy tells, or for connections that an old configuration has. */
async function drained(by: 'requests' | 'connections', bound: number, caddyRequests = node.caddy.requests) {
  const said: string[] = [];
  const deps = {
    ...{ engine, caddyRequests, caddyContainer: node.settings.caddyContainer, proxiesIdle: node.caddy.idle },
    cutover: { hold: 30_000, drain: bound },
  } as unknown as ActionDeps;
  const report = (_: number, detail: string) => void said.push(detail);
  const options = { signal, report, mandate: { app: 'shop', fence: 1, operation: 'o' } };
  const begun = performance.now();
  if (by === 'requests') await drain(deps, network).run({ kind: 'drain', project, sites: [] }, options);
  else await untilQuiet(deps, { project, network }, options);
  return { said, took: performance.now() - begun };
}

const open = async (opening: Promise<Wire>) => {
  const wire = await opening;
  wires.push(wire);
  return wire;
};

it("a container's name with a dot behind it is that container's to Docker, and the app does not see it", async () => {
  await serve(`reverse_proxy http://${container}:8080`);
  const accept = { accept: 'text/event-stream' };
  await vi.waitFor(async () => {
    for (const headers of [{}, accept])
      expect(await node.visit(HOST, '/host', 'GET', headers)).toMatchObject({ status: 200, body: HOST });
  }, 30_000);
  const port = await node.port(80);
  await open(openEvents(port, HOST, false, 'ready'));
  const slow = await open(openSlow(port, HOST, false));
  const dialled = async () => {
    const requests = await node.caddy.requests(signal);
    const own = requests.filter(({ host }) => host === container.toLowerCase());
    return Object.fromEntries(own.map(({ kind, count }) => [kind, count]));
  };
  expect(await dialled()).toEqual({ requests: 1, streams: 1, both: 2 });
  const over = '1 under way, and the time for them is over';
  expect((await drained('requests', 700)).said.at(-1)).toBe(over);
  // The configuration that has dialled them is gone, and Caddy still tells of both.
  await serve('respond wait');
  expect(await dialled()).toEqual({ requests: 1, streams: 1 });
  for (const by of ['requests', 'connections'] as const)
    expect((await drained(by, 700)).said.at(-1)).toBe(over);
  const rest = slow.ask('', 'second half');
  await engine.exec(container, ['node', '-e', 'fetch("http://127.0.0.1:8080/go")']);
  await rest;
  for (const by of ['requests', 'connections'] as const) {
    const { said, took } = await drained(by, 60_000);
    expect(said).toEqual([]);
    expect(took).toBeLessThan(2_500);
  }
});

it('a Caddy that does not tell has all of it waited for', async () => {
  const silent = async () => {
    throw new Error('no answer');
  };
  const { said, took } = await drained('connections', 1_000, silent);
  expect(said.at(-1)).toBe('1 under way, and the time for them is over');
  expect(took).toBeGreaterThanOrEqual(900);
});
