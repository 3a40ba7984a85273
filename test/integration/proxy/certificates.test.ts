import { X509Certificate } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createReissuer } from '../../../src/peer/certificates/reissue.ts';
import { type CaddyStorage, openCaddyStorage } from '../../../src/proxy/certificates/storage.ts';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { logger } from '../peer/support.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
const HOST = 'a.example.com';
const names = ['n1', 'n2'] as const;
type Name = (typeof names)[number];
let nodes: Record<Name, Node>;
let storages: Record<Name, CaddyStorage>;
/** That of n2 before it took that of n1. */
let former: string;

beforeAll(async () => {
  // Visitors come to the second while its configuration changes: its old servers stay as long as on a node.
  nodes = { n1: await startNode(), n2: await startNode({ leaving: 500 }) };
  const storageOf = (name: Name) => openCaddyStorage(path.join(nodes[name].data, 'caddy'));
  storages = { n1: storageOf('n1'), n2: storageOf('n2') };
  for (const name of names) {
    const members = [{ name, address: '192.0.2.7' }];
    const config = renderHaproxy({ node: name, members, apps: [] });
    const map = new Map(['a', 'b', 'c'].map((each) => [`${each}.example.com`, `node-${name}`] as const));
    await nodes[name].haproxy.apply({ config, map }, signal);
    // What a node has before any app: with it Caddy makes itself a root.
    await nodes[name].caddy.load(
      renderCaddy({ node: name, apps: [], settings: { internalCa: true } }),
      signal,
    );
  }
});
afterAll(async () => {
  for (const node of Object.values(nodes ?? {})) await node.dispose();
});

/** Has the node serve these hosts by HTTPS, each saying its name. */
const serve = async (name: Name, ...hosts: string[]) => {
  const apps = hosts.map((host) => {
    const caddyfile = `https://${host} {\n\trespond "${host} at ${name}"\n}`;
    return { name: host, master: name, caddyfile, maintenance: false };
  });
  await nodes[name].caddy.load(renderCaddy({ node: name, apps, settings: { internalCa: true } }), signal);
};
const rootOf = async (name: Name) => {
  const root = await storages[name].root();
  if (root === undefined) throw new Error(`the Caddy of ${name} has no root`);
  return root;
};
const visit = async (name: Name, host: string, root: Name = name) =>
  nodes[name].visitTls(host, [(await rootOf(root)).certificate]);
const served = async (name: Name, host: string, root?: Name) => {
  await expect
    .poll(() => visit(name, host, root), { timeout: 30_000, interval: 50 })
    .toMatchObject({ status: 200, body: `${host} at ${name}` });
  return (await visit(name, host, root)).serial;
};
const issued = async (name: Name, host: string) =>
  (await nodes[name].log('caddy')).split('\n').filter((line) => {
    return line.includes('certificate obtained successfully') && line.includes(`"${host}"`);
  }).length;

it('Caddy has a root of its own before it has a site, and each node another one', async () => {
  expect((await rootOf('n1')).fingerprint).not.toBe((await rootOf('n2')).fingerprint);
  expect(await storages.n1.isConsistent()).toBe(true);
});

it('a site that comes to another node is served there by the very certificate, and none is issued', async () => {
  await serve('n1', HOST);
  const serial = await served('n1', HOST);
  const given = await storages.n1.certificates([HOST]);
  expect(given.map(({ issuer, host }) => [issuer, host])).toEqual([['local', HOST]]);
  for (const each of given) expect(await storages.n2.keep(each)).toBe('kept');

  await serve('n2', HOST);
  // Its chain ends where it was issued.
  expect(await served('n2', HOST, 'n1')).toBe(serial);
  expect([await issued('n1', HOST), await issued('n2', HOST)]).toEqual([1, 0]);
});

it('so it is after Caddy has started again', async () => {
  const serial = await served('n2', HOST, 'n1');
  await nodes.n2.caddy.idle();
  await nodes.n2.kill('caddy');
  await nodes.n2.start('caddy');
  expect(await served('n2', HOST, 'n1')).toBe(serial);
  expect(await issued('n2', HOST)).toBe(0);
});

it('what is put there is as Caddy makes it itself', async () => {
  const modes = async (name: Name) => {
    const folder = path.join(nodes[name].data, 'caddy/certificates/local');
    const at = [folder, path.join(folder, HOST), path.join(folder, HOST, `${HOST}.key`)];
    const found = await Promise.all(at.map((each) => stat(each)));
    return found.map(({ mode, uid, gid }) => [mode & 0o777, uid, gid]);
  };
  expect(await modes('n2')).toEqual(await modes('n1'));
  expect((await modes('n2')).map(([mode]) => mode)).toEqual([0o700, 0o700, 0o600]);
});

it('a node changes over to the root of another while it serves, and what is issued from then on ends in it', async () => {
  await serve('n2', 'b.example.com');
  former = (await rootOf('n2')).certificate;
  const serial = await served('n2', 'b.example.com');
  const root = await rootOf('n1');
  await storages.n2.placeRoot(root);
  await storages.n2.dropOfOtherRoots(root, 'https://b.example.com {\n}');
  expect(await storages.n2.isConsistent()).toBe(true);

  await serve('n2', 'b.example.com', 'c.example.com');
  await served('n2', 'c.example.com', 'n1');
  expect(await storages.n2.isConsistent()).toBe(true);
  expect(await rootOf('n2')).toEqual(root);
  // What visitors have been shown before is shown on.
  const page = await nodes.n2.visitTls('b.example.com', [former]);
  expect(page).toMatchObject({ status: 200, serial });
  // Of the hosts that it does not serve only what ends in the root is left.
  expect(await storages.n2.certificates([HOST, 'b.example.com'])).toHaveLength(2);
});

/** Has n2 issue anew; nobody who trusts both roots is turned away meanwhile. Tells how often Caddy was led elsewhere. */
async function reissueVisited(failsAt = 0): Promise<{ outcome: unknown; loads: number }> {
  const { n2 } = nodes;
  const root = await rootOf('n2');
  let loads = 0;
  const reissue = createReissuer({
    storage: storages.n2,
    detour: (work) =>
      n2.caddy.detour((live, go) =>
        work(live, async (to) => {
          if (++loads === failsAt) throw new Error('it fails');
          await go(to);
        }),
      ),
    reload: () => undefined,
    logger,
  });
  const ended = new AbortController();
  const visiting = async (host: string) => {
    const failed: unknown[] = [];
    for (let count = 1; ; count++) {
      const page = await n2.visitTls(host, [former, root.certificate]).catch((error: Error) => error.message);
      if (typeof page === 'string' || page.status !== 200) failed.push(page);
      if (ended.signal.aborted) return { count, failed };
    }
  };
  const visitors = Promise.all(
    ['b.example.com', 'c.example.com'].flatMap((host) => [visiting(host), visiting(host)]),
  );
  const outcome = await reissue(root, signal).catch((error: Error) => error.message);
  ended.abort();
  for (const { count, failed } of await visitors) {
    expect(count).toBeGreaterThan(loads > 0 ? 5 : 0);
    expect(failed).toEqual([]);
  }
  // Nothing is left with Caddy of what it was given.
  expect(JSON.stringify(await n2.caddyConfig())).not.toContain('PRIVATE KEY');
  return { outcome, loads };
}

it('where what it had issued before cannot be issued anew, all is as it was', async () => {
  expect(await reissueVisited(2)).toEqual({ outcome: 'it fails', loads: 2 });
  await nodes.n2.visitTls('b.example.com', [former]);
  expect(await storages.n2.certificates(['b.example.com'])).toHaveLength(1);
});

it('what it had issued before is issued anew, and no visitor is turned away meanwhile', async () => {
  const before = await served('n2', 'c.example.com', 'n1');
  expect(await reissueVisited()).toEqual({ outcome: true, loads: 2 });
  await served('n2', 'b.example.com', 'n1');
  // What was of this root already is as it was, and so it is over.
  expect(await served('n2', 'c.example.com', 'n1')).toBe(before);
  expect(await reissueVisited()).toEqual({ outcome: true, loads: 0 });
});

it('what Caddy signs by after the change is its own, and of the root', async () => {
  const [one] = await storages.n1.certificates([HOST]);
  const [other] = await storages.n2.certificates(['c.example.com']);
  const signer = (chain = '') =>
    new X509Certificate(chain.slice(chain.indexOf('-----END CERTIFICATE-----') + 25).trim());
  expect(signer(one?.certificate).serialNumber).not.toBe(signer(other?.certificate).serialNumber);
  expect(signer(other?.certificate).issuer).toBe(signer(one?.certificate).issuer);
});

it('a Caddy whose root is taken away makes itself a new one when it starts again, and serves on', async () => {
  const before = await rootOf('n2');
  await nodes.n2.caddy.idle();
  await rm(path.join(nodes.n2.data, 'caddy/pki/authorities/local'), { recursive: true });
  await nodes.n2.kill('caddy');
  await nodes.n2.start('caddy');
  expect((await rootOf('n2')).fingerprint).not.toBe(before.fingerprint);
  expect(await nodes.n2.visitTls('c.example.com', [before.certificate])).toMatchObject({ status: 200 });
});
