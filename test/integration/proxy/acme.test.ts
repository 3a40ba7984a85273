import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../../lab/run.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { createLogger } from '../../../src/logger.ts';
import { caddySettings } from '../../../src/peer/proxy-settings.ts';
import { type Applier, createApplier } from '../../../src/proxy/applier.ts';
import { openCaddyStorage } from '../../../src/proxy/certificates/storage.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { type AcmeCa, startAcmeCa } from './acme-ca.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
const started = new AsyncDisposableStack();
let ca: AcmeCa;
/** Folder of the peers' own state. */
let state: string;
/** The cluster, by name. DNS names n1 for every host. */
let nodes: Record<'n1' | 'n2', Node>;
let appliers: Applier[];
const apps = new Map<string, object>();
const maintenance = new Set<string>();
/** What DNS does not know, and what of it the CA has asked for. */
const nowhere = new Set<string>();
const missed = new Set<string>();

beforeAll(async () => {
  const network = `covey-test-acme-${randomBytes(3).toString('hex')}`;
  const id = await run(['docker', 'network', 'create', network]);
  started.defer(async () => {
    await run(['docker', 'network', 'rm', id]);
  });
  state = await mkdtemp(join(tmpdir(), 'covey-acme-'));
  started.defer(() => rm(state, { recursive: true }));
  const start = async () => started.adopt(await startNode({ network }), (node) => node.dispose());
  nodes = { n1: await start(), n2: await start() };
  ca = started.adopt(
    await startAcmeCa(network, (name) => {
      if (!nowhere.has(name)) return { address: nodes.n1.address };
      missed.add(name);
      return 'none';
    }),
    (each) => each.dispose(),
  );
  for (const { acme } of Object.values(nodes)) await copyFile(ca.serverRoot, join(acme, 'root.pem'));
  appliers = [newApplier('n1'), newApplier('n2')];
});
afterAll(() => started.disposeAsync());

/** As the peer of a node makes it, of an operator's settings. */
function newApplier(name: 'n1' | 'n2', root = '/etc/covey/acme/root.pem'): Applier {
  const env = {
    COVEY_NODE: name,
    COVEY_ACME_EMAIL: 'ops@example.com',
    COVEY_ACME_CA: ca.directory,
    COVEY_ACME_CA_ROOT: root,
  };
  return createApplier({
    node: name,
    caddy: nodes[name].caddy,
    haproxy: nodes[name].haproxy,
    settings: caddySettings(loadConfig({ env, readFile: () => undefined })),
    goodParts: goodPartsIn(join(state, name), createLogger({ level: 'silent' })),
  });
}

const host = (app: string) => `${app}.example.com`;
/** An app with one site by HTTPS only, which says the app's name. */
const put = (name: string, tls = '', more: object = {}) =>
  apps.set(name, {
    repo_url: `https://git.example.com/${name}`,
    branch: 'master',
    master: 'n2',
    ip: nodes.n2.address,
    domains: [host(name)],
    urls: `https://${host(name)}`,
    caddyfile: `https://${host(name)} {\n\t${tls}\n\trespond "${name}"\n}`,
    ...more,
  });
/** Both nodes see the records at the same time. */
async function apply(): Promise<void> {
  expect(await Promise.all(appliers.map((applier) => applier.apply(view(), signal)))).toEqual([[], []]);
}
const view = () =>
  viewOf({
    apps: [...apps].map(([name, record], index) => ({
      key: `app/${name}`,
      value: JSON.stringify(record),
      modifyIndex: index + 1,
    })),
    maintenance: [...maintenance].map((name) => `maintenance/${name}`),
    members: Object.entries(nodes).map(([name, { address }]) => ({ name, address })),
  });
/** What visitors get who trust the CA alone, through either node. */
const visits = (app: string) =>
  Promise.all([nodes.n1, nodes.n2].map((node) => node.visitTls(host(app), [ca.root])));
const served = async (app: string) => {
  await expect
    .poll(() => visits(app), { timeout: 60_000, interval: 100 })
    .toMatchObject([
      { status: 200, body: app },
      { status: 200, body: app },
    ]);
  return (await visits(app))[0]?.serial;
};
/** How many connections n1 has passed on to n2. */
async function passedOn(scheme: 'http' | 'https'): Promise<number> {
  const [names = '', ...lines] = (await nodes.n1.runtime('show stat', signal)).split('\n');
  const backend = lines.find((line) => line.startsWith(`node-n2-${scheme},BACKEND,`));
  return Number(backend?.split(',')[names.split(',').indexOf('stot')] ?? 0);
}

const acme = (option: string) => `tls {\n\t\tissuer acme {\n\t\t\t${option}\n\t\t}\n\t}`;

it.each([
  { app: 'plain', tls: '' },
  { app: 'mail', tls: 'tls me@example.com' },
])(
  'gets a certificate for $app through another node, by the second challenge if the first comes too early',
  async ({ app, tls }) => {
    const issued = await ca.issued();
    const passed = (await passedOn('http')) + (await passedOn('https'));
    put(app, tls);
    await apply();
    // where a slow machine makes both come too early, the next attempt is a minute later
    await expect.poll(ca.issued, { timeout: 90_000, interval: 100 }).toBe(issued + 1);
    expect((await passedOn('http')) + (await passedOn('https'))).toBeGreaterThan(passed);
    expect(await served(app)).toMatch(/^[0-9A-F]+$/);
  },
);

it.each([
  { app: 'http', by: 'HTTP-01', tls: acme('disable_tlsalpn_challenge'), scheme: 'http' },
  { app: 'alpn', by: 'TLS-ALPN-01', tls: acme('disable_http_challenge'), scheme: 'https' },
] as const)('gets a certificate by $by through another node', async ({ app, tls, scheme }) => {
  // every node knows the host before there is a site: with one challenge alone Caddy tries again only after a minute
  put(app, tls, { caddyfile: '' });
  await apply();
  const issued = await ca.issued();
  const passed = await passedOn(scheme);
  put(app, tls);
  await apply();
  await expect.poll(ca.issued, { timeout: 30_000, interval: 100 }).toBe(issued + 1);
  expect(await passedOn(scheme)).toBeGreaterThan(passed);
  expect(await served(app)).toMatch(/^[0-9A-F]+$/);
});

it('keeps a certificate over a new configuration, maintenance and a restart of Caddy', async () => {
  const serial = await served('plain');
  const issued = await ca.issued();
  put('plain', '', { caddyfile: `https://${host('plain')} {\n\trespond "new"\n}` });
  await apply();
  expect(await visits('plain')).toMatchObject([
    { body: 'new', serial },
    { body: 'new', serial },
  ]);

  maintenance.add('plain').add('mail');
  await apply();
  expect(await visits('plain')).toMatchObject([
    { status: 503, serial },
    { status: 503, serial },
  ]);
  expect(await visits('mail')).toMatchObject([{ status: 503 }, { status: 503 }]);
  maintenance.clear();
  put('plain');
  await apply();

  // Caddy writes down what it starts with once it has let go of what was before
  await nodes.n2.caddy.idle();
  await nodes.n2.kill('caddy');
  await nodes.n2.start('caddy');
  expect(await served('plain')).toBe(serial);
  expect(await ca.issued()).toBe(issued);
});

it('serves all other sites while the challenge of one cannot succeed', async () => {
  nowhere.add(host('lost'));
  put('lost');
  put('found');
  await apply();
  expect(await served('found')).not.toBe(await served('plain'));
  await expect.poll(() => [...missed], { timeout: 30_000 }).toEqual([host('lost')]);
  await expect(visits('lost')).rejects.toMatchObject({ code: 'EPROTO' });
  expect(await served('mail')).toBeDefined();
});

it("takes the internal CA's certificate for a site that wants it, and asks ACME for none", async () => {
  const issued = await ca.issued();
  put('own', '', { caddyfile: `https://${host('own')} {\n\ttls self_signed\n\tstatus 204 /\n}` });
  await apply();
  const root = await readFile(join(nodes.n2.data, 'caddy/pki/authorities/local/root.crt'), 'utf8');
  await expect
    .poll(() => nodes.n1.visitTls(host('own'), [root]), { timeout: 30_000, interval: 100 })
    .toMatchObject({ status: 204 });
  await expect(visits('own')).rejects.toMatchObject({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
  expect(await served('plain')).toBeDefined();
  expect(await ca.issued()).toBe(issued);
});

it('takes its certificate along to the new master, and none is issued', async () => {
  const before = await served('plain');
  const issued = await ca.issued();
  const [from, to] = [nodes.n2, nodes.n1].map(({ data }) => openCaddyStorage(join(data, 'caddy')));
  for (const each of (await from?.certificates([host('plain')])) ?? [])
    expect(await to?.keep(each)).toBe('kept');
  put('plain', '', { master: 'n1', ip: nodes.n1.address });
  await apply();
  expect(await served('plain')).toBe(before);
  expect(await ca.issued()).toBe(issued);
});

it('gets a certificate of its own on a new master that has none', async () => {
  const before = await served('mail');
  put('mail', '', { master: 'n1', ip: nodes.n1.address });
  await apply();
  expect(await served('mail')).not.toBe(before);
});

it('names a root that is missing, and serves on', async () => {
  const applier = newApplier('n2', '/etc/covey/acme/none.pem');
  await expect(applier.apply(view(), signal)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('open /etc/covey/acme/none.pem: no such file'),
  });
  expect(await served('mail')).toBeDefined();
});
