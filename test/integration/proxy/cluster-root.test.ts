import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKv } from '../../../src/consul/kv.ts';
import type { Members } from '../../../src/consul/members.ts';
import { certificates, internalRoot } from '../../../src/handlers/certificates.ts';
import { rootCertificate } from '../../../src/handlers/root-certificate.ts';
import { type Certificates, createCertificates } from '../../../src/peer/certificates/certificates.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';
import { createCertificates as createTls, logger, startServer } from '../peer/support.ts';
import { type Node, startNode } from './support.ts';

/** Peers of one cluster, each with its own Caddy; its server answers on an address of its own and the same port. */
const ADDRESSES = { n1: '127.0.0.1', n2: '127.0.0.2' };
type Name = keyof typeof ADDRESSES;
const names = Object.keys(ADDRESSES) as Name[];
const { signal } = new AbortController();
const started = new AsyncDisposableStack();
const call = { signal, caller: { name: 'alice', role: 'operator' } } as const;

let consul: TestConsul;
let tls: Awaited<ReturnType<typeof createTls>>;
let state: string;
let nodes: Record<Name, Node>;
let peers: Record<Name, { certificates: Certificates; apply: () => Promise<unknown> }>;
/** Where the app "moving" is; at first nowhere. */
let master: Name | undefined;

beforeAll(async () => {
  consul = started.adopt(await startConsul(), (each) => each.stop());
  tls = started.adopt(await createTls(), (each) => each.remove());
  state = started.adopt(await mkdtemp(join(tmpdir(), 'covey-cluster-root-')), (each) =>
    rm(each, { recursive: true }),
  );
  const start = async () => started.adopt(await startNode(), (node) => node.dispose());
  nodes = { n1: await start(), n2: await start() };
  const n1 = await startPeer('n1', 0);
  const n2 = await startPeer('n2', n1.port);
  peers = { n1, n2 };
  // Both Caddys make themselves a root, each its own.
  for (const { apply } of Object.values(peers)) await apply();
}, 180_000);
afterAll(() => started.disposeAsync());

/** Each node has one site of its own. */
const view = () => {
  const app = (name: string, at: string) => ({
    key: `app/${name}`,
    modifyIndex: 1,
    value: JSON.stringify({
      ...{ repo_url: name, branch: 'b', master: at, ip: '192.0.2.7', domains: [host(name)] },
      ...{ urls: `https://${host(name)}`, caddyfile: `https://${host(name)} {\n\trespond "${name}"\n}` },
    }),
  });
  const members = names.map((name) => ({ name, address: '192.0.2.7' }));
  const apps = [...names.map((name) => app(`at-${name}`, name)), ...(master ? [app('moving', master)] : [])];
  return viewOf({ apps, maintenance: [], members });
};
const host = (app: string) => `${app}.example.com`;

/** What a peer has to do with certificates, as it is wired; its routes are applied when a test says so, or Caddy has to load. */
async function startPeer(name: Name, port: number) {
  const { caddy, haproxy, data } = nodes[name];
  const goodParts = goodPartsIn(join(state, name), logger);
  const applier = createApplier({ node: name, caddy, haproxy, settings: { internalCa: true }, goodParts });
  const apply = () => applier.apply(view(), signal);
  const material = await tls.of(name);
  const channels = started.adopt(createChannels({ tls: material }), (each) => each.close());
  let own: Certificates | undefined;
  const here = () => {
    if (own === undefined) throw new Error('not yet');
    return own.here;
  };
  const server = await startServer(
    material,
    {
      Peer: {
        Certificates: (request, context) => certificates(here())(request, context),
        InternalRoot: (request, context) => internalRoot(here())(request, context),
      },
    },
    { config: { listen: { host: ADDRESSES[name], port }, insecure: false } },
  );
  started.defer(() => server.stop(0));
  own = createCertificates({
    config: { node: name, caddyStorage: join(data, 'caddy') },
    encrypted: true,
    channels,
    port: server.port,
    address: async (node) => ADDRESSES[node as Name],
    kv: createKv(consul.client),
    members: {
      list: async () => names.map((each) => ({ name: each, state: 'alive' })),
    } as unknown as Members,
    proxies: {
      known: async () => view(),
      view,
      outdated: () => signal,
      show: () => applier.show(view()),
      detour: caddy.detour,
      reload: () => {
        applier.forget();
        apply().catch(() => undefined); // what it has not loaded shows in what visitors get
      },
    },
    logger,
  });
  return { certificates: own, apply, port: server.port };
}

/** Keeps a node's certificates in step until the test ends. */
function run(name: Name): void {
  const stop = new AbortController();
  const running = peers[name].certificates.run(stop.signal);
  started.defer(async () => {
    stop.abort();
    await running;
  });
}
const root = async () => (await rootCertificate({ kv: createKv(consul.client) })({}, call)).certificate ?? '';
const shown = async (at: Name, app: string) => {
  const ask = async () => nodes[at].visitTls(host(app), [await root()]);
  await expect.poll(ask, { timeout: 30_000, interval: 50 }).toMatchObject({ status: 200, body: app });
  return (await ask()).serial;
};
const roots = async (name: Name) => peers[name].certificates.roots?.(signal);

it('both nodes come to one root, and what they issue from then on ends in it', async () => {
  await expect(root()).rejects.toMatchObject({ code: 'not-found' });
  run('n1');
  await expect.poll(() => roots('n1').then((found) => found?.own === found?.agreed)).toBe(true);
  const own = (await roots('n2'))?.own;
  run('n2');
  await expect.poll(() => roots('n2').then((found) => found?.own === found?.agreed)).toBe(true);
  expect(await roots('n2')).toEqual(await roots('n1'));
  expect((await roots('n2'))?.own).not.toBe(own);
  // What it had issued for its site before is shown to nobody any more.
  await shown('n2', 'at-n2');
  master = 'n2';
  for (const { apply } of Object.values(peers)) expect(await apply()).toEqual([]);
  await shown('n1', 'at-n1');
  await shown('n2', 'moving');
});

it('a site that moves back is shown by the very certificate', async () => {
  const serial = await shown('n2', 'moving');
  const taken = await peers.n1.certificates.take('n2', [host('moving'), host('nowhere')], signal);
  expect(taken).toEqual([{ host: host('moving'), issuer: 'local', outcome: 'kept' }]);
  master = 'n1';
  for (const { apply } of Object.values(peers)) expect(await apply()).toEqual([]);
  expect(await shown('n1', 'moving')).toBe(serial);
});
