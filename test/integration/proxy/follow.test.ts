import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../../lab/run.ts';
import { createKv } from '../../../src/consul/kv.ts';
import { createMembers } from '../../../src/consul/members.ts';
import { createLogger } from '../../../src/logger.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import { followSources, lastKnownIn } from '../../../src/proxy/follow.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { createRoutes } from '../../../src/proxy/routes.ts';
import { createServed } from '../../../src/proxy/served.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';
import { type Node, startNode } from './support.ts';

const logger = createLogger({ level: 'silent' });
const ending = new AbortController();
let node: Node;
let consul: TestConsul;
let state: string;
let following: Promise<void>;

beforeAll(async () => {
  [node, consul] = await Promise.all([startNode(), startConsul()]);
  state = await mkdtemp(join(tmpdir(), 'covey-follow-'));
  const applier = createApplier({
    node: 'n1',
    caddy: node.caddy,
    haproxy: node.haproxy,
    settings: { internalCa: true },
    goodParts: goodPartsIn(state, logger),
  });
  const deps = { applier, served: createServed(), lastKnown: lastKnownIn(state), logger };
  const routes = createRoutes({ node: 'n1', ...deps, signal: ending.signal });
  const [kv, members] = [createKv(consul.client), createMembers(consul.client)];
  for (let index = 0; index < 100; index++)
    await put(`app/foo${index}`, JSON.stringify(record(`foo${index}`)));
  following = followSources({ kv, members, logger }, ending.signal, routes.update);
  await until(async () => (await said('foo0'))[1] === 'foo0' || undefined, {
    timeout: 20_000,
    every: 50,
    describe: () => 'the apps are not served',
  });
}, 120_000);
afterAll(async () => {
  ending.abort();
  await following;
  await consul.stop();
  await node.dispose();
  await rm(state, { recursive: true, force: true });
});

const record = (name: string, text = name) => ({
  repo_url: `https://git.example.com/${name}`,
  branch: 'master',
  master: 'n1',
  ip: '192.0.2.7',
  domains: [`${name}.example.com`],
  caddyfile: `http://${name}.example.com {\n\trespond "${text}"\n}`,
});
/** As an operator does it by hand. */
const put = (key: string, value: string) =>
  fetch(`http://${consul.host}:${consul.port}/v1/kv/${key}`, { method: 'PUT', body: value });
const remove = (key: string) =>
  fetch(`http://${consul.host}:${consul.port}/v1/kv/${key}`, { method: 'DELETE' });
const said = async (name: string) => {
  const { status, body } = await node.visit(`${name}.example.com`, '/any/path');
  return [status, status === 200 ? body : ''];
};
const within = { timeout: 1_000, interval: 20 };
/** The machine may be busy with other tests for a moment. */
const tries = { retry: 2 };

it.each([
  ['', 'foo1'],
  ['since Monday', 'foo2'],
  ['{"any": ["thing"]}', 'foo3'],
  ['false', 'foo4'],
])('follows a maintenance key within a second, whatever its value: %j', tries, async (value, app) => {
  await put(`maintenance/${app}`, value);
  await expect.poll(() => said(app), within).toEqual([503, '']);
  expect(await said('foo5')).toEqual([200, 'foo5']);
  await remove(`maintenance/${app}`);
  await expect.poll(() => said(app), within).toEqual([200, app]);
});

it(
  'follows an edit of a record within a second, and takes no notice of one that is no JSON',
  tries,
  async () => {
    await put('app/foo6', JSON.stringify(record('foo6', 'edited')));
    await expect.poll(() => said('foo6'), within).toEqual([200, 'edited']);
    await put('app/foo6', '{"repo_url": ');
    await put('app/foo7', JSON.stringify(record('foo7', 'edited')));
    await expect.poll(() => said('foo7'), within).toEqual([200, 'edited']);
    expect(await said('foo6')).toEqual([200, 'edited']);
  },
);
