import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { createCertificates } from '../peer/support.ts';
import { type Node, startNode } from './support.ts';
import { httpsUpstream, httpUpstream, type Upstream } from './upstream.ts';

const signal = AbortSignal.timeout(900_000);
const host = 'a.example.com';
let node: Node;
let web: Upstream;
let secure: Upstream;
beforeAll(async () => {
  node = await startNode();
  const certificates = await createCertificates();
  const { cert, key } = await certificates.of('stranger');
  await certificates.remove();
  [web, secure] = await Promise.all([httpUpstream('web'), httpsUpstream('secure', { cert, key })]);
  const members = [{ name: 'n1', address: '192.0.2.7' }];
  const config = renderHaproxy({ node: 'n1', members, apps: [] });
  await node.haproxy.apply({ config, map: new Map([[host, 'node-n1']]) }, signal);
}, 120_000);
afterAll(async () => {
  for (const upstream of [web, secure]) upstream?.close();
  await node?.dispose();
});

/** Makes a site of v2 live. */
async function serve(...lines: string[]): Promise<void> {
  const caddyfile = `http://${host} {\n${lines.join('\n')}\n}`;
  const app = { name: 'foo_master.ddb14', master: 'n1', caddyfile, maintenance: false };
  await node.caddy.load(renderCaddy({ node: 'n1', apps: [app], settings: { internalCa: true } }), signal);
}
const visit = (path: string, headers: Record<string, string> = {}) => node.visit(host, path, 'GET', headers);

it('compresses what an upstream says, for visitors who take it', async () => {
  await serve(`reverse_proxy ${web.address}`);
  const path = `/?content-type=text/plain&x=${'x'.repeat(2_000)}`;
  expect((await visit(path, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
  expect((await visit(path, { 'accept-encoding': 'zstd' })).headers['content-encoding']).toBe('zstd');
  expect((await visit(path)).headers).not.toHaveProperty('content-encoding');
});

it("does not check an upstream's certificate, unless the app does", async () => {
  await serve(`reverse_proxy https://${secure.address}`);
  expect((await visit('/')).body).toBe('secure');
  const checked = ['transport http {', 'tls', 'tls_server_name stranger', '}'];
  await serve(`reverse_proxy https://${secure.address} {`, ...checked, '}');
  expect((await visit('/')).status).toBe(502);
});

it.each([
  ['none of its own', [], 'http.log.access.foo_master.ddb14"'],
  ['one with a name', ['log mine {', 'output stderr', '}'], 'http.log.access.foo_master.ddb14/mine"'],
  ['one without a name', ['log {', 'output stderr', '}'], 'http.log.access.foo_master.ddb14/(1)"'],
])('has an access log that names the host, where the app has %s', async (_, lines, logger) => {
  await serve(...lines, 'respond ok');
  const path = `/seen-${Math.random()}`;
  await visit(path);
  const line = async () => (await node.log('caddy')).split('\n').find((one) => one.includes(path));
  await expect.poll(line, { timeout: 10_000 }).toContain(`"host":"${host}"`);
  expect(await line()).toContain(logger);
});
