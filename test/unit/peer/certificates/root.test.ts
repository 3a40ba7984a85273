import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { parseInternalRoot } from '../../../../src/app/internal-root.ts';
import { INTERNAL_ROOT_KEY } from '../../../../src/app/keys.ts';
import type { KvEntry } from '../../../../src/consul/kv.ts';
import type { Member } from '../../../../src/consul/members.ts';
import { CoveyError } from '../../../../src/errors.ts';
import { createLogger } from '../../../../src/logger.ts';
import { followRoot } from '../../../../src/peer/certificates/root.ts';
import type { SiteCertificate } from '../../../../src/proxy/certificates/names.ts';
import { openCaddyStorage } from '../../../../src/proxy/certificates/storage.ts';
import { type Authority, makeAuthority } from '../../../support/certificates.ts';

let first: Authority;
let second: Authority;
beforeAll(async () => {
  first = await makeAuthority();
  second = await makeAuthority();
});

/** The cluster as its nodes see it: one key, and who gives what. */
function cluster() {
  const kv: { entry: KvEntry | undefined } = { entry: undefined };
  const lost = new Set<string>();
  const asked: string[] = [];
  const roots = new Map<string, () => Promise<Authority['root'] | undefined>>();
  const live = { caddyfile: '' };

  async function start(
    node: string,
    { own, path, keeps = [] }: { own?: Authority; path?: string; keeps?: SiteCertificate[] } = {},
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'covey-root-'));
    const storage = openCaddyStorage(path ?? folder);
    if (own) await storage.placeRoot(own.root);
    for (const each of keeps) await storage.keep(each);
    roots.set(node, storage.root);
    const said: string[] = [];
    const logger = createLogger({ level: 'info' }, { write: (line: string) => said.push(line) });
    const stop = new AbortController();
    let reloads = 0;
    const reissued: string[] = [];
    const running = followRoot(
      {
        node,
        kv: {
          get: async () => kv.entry,
          cas: async (key, value, index) => {
            expect([key, index]).toEqual([INTERNAL_ROOT_KEY, 0]);
            if (kv.entry) return undefined;
            kv.entry = { key, value, modifyIndex: 1, createIndex: 1 };
            return 1;
          },
        },
        members: async () => [...roots.keys()].map((name) => ({ name, state: 'alive' }) as Member),
        storage,
        givers: {
          root: async (name, fingerprint) => {
            asked.push(name);
            if (lost.has(name)) throw new CoveyError('unavailable', 'it is off');
            const root = await roots.get(name)?.();
            if (root?.fingerprint === fingerprint) return root;
            throw new CoveyError('not-found', 'another root');
          },
        },
        live: async () => live.caddyfile,
        reissue: async (root) => {
          reissued.push(root.fingerprint);
          return true;
        },
        reload: () => {
          reloads++;
        },
        logger,
        times: { again: 10, first: 2 },
      },
      stop.signal,
    );
    const end = async () => {
      stop.abort();
      await running;
    };
    onTestFinished(async () => {
      await end();
      await rm(folder, { recursive: true });
    });
    return { folder, storage, said, end, reissued, reloads: () => reloads };
  }
  return { kv, lost, asked, live, start };
}
const agreed = ({ kv }: ReturnType<typeof cluster>) => parseInternalRoot(kv.entry?.value ?? '');
const has = (node: { storage: ReturnType<typeof openCaddyStorage> }, authority: Authority) =>
  expect.poll(() => node.storage.root(), { interval: 5 }).toEqual(authority.root);

it("the first node's own root is that of the cluster, and the key is not in Consul", async () => {
  const world = cluster();
  const node = await world.start('node1', { own: first });
  await expect.poll(() => world.kv.entry, { interval: 5 }).toBeDefined();
  const { fingerprint, certificate } = first.root;
  expect(agreed(world)).toMatchObject({ fingerprint, certificate, node: 'node1' });
  expect(world.kv.entry?.value).not.toContain('PRIVATE KEY');
  expect([node.reloads(), world.asked]).toEqual([0, []]);
});

it('another node takes it in place of its own, has Caddy load it, and is content', async () => {
  const world = cluster();
  await world.start('node1', { own: first });
  await expect.poll(() => world.kv.entry, { interval: 5 }).toBeDefined();
  world.live.caddyfile = 'https://served.example.com {\n}\n';
  const keeps = [
    await second.certificate('served.example.com'),
    await second.certificate('gone.example.com'),
  ];
  const node = await world.start('node2', { own: second, keeps });
  await has(node, first);
  await expect.poll(() => node.reloads(), { interval: 5 }).toBe(1);
  const left = await node.storage.certificates(['served.example.com', 'gone.example.com']);
  expect(left.map(({ host }) => host)).toEqual(['served.example.com']);
  expect(node.said.join('')).toContain("issues ends in the cluster's root now");
  // What ends in another one is looked for at once, and whenever it looks again.
  await expect.poll(() => node.reissued.length, { interval: 5 }).toBeGreaterThan(1);
  expect(new Set(node.reissued)).toEqual(new Set([first.root.fingerprint]));
  expect(node.said.join('')).not.toMatch(/PRIVATE KEY|redacted/);
  const { length } = world.asked;
  // It looks again, and asks nobody.
  await world.start('node3', { own: first });
  expect([world.asked.length, node.reloads()]).toEqual([length, 1]);
});

it('a node that has a root of its own goes on with it while nobody gives that of the cluster, and says so once', async () => {
  const world = cluster();
  const giver = await world.start('node1', { own: first });
  await expect.poll(() => world.kv.entry, { interval: 5 }).toBeDefined();
  await giver.end();
  world.lost.add('node1');
  await world.start('node3', { own: second });
  const node = await world.start('node2', { own: second });
  await expect.poll(() => world.asked.filter((name) => name === 'node3').length).toBeGreaterThan(2);
  expect(await node.storage.root()).toEqual(second.root);
  expect(node.said.filter((line) => line.includes('Nobody gives'))).toHaveLength(1);
  expect(node.said.join('')).toContain(
    "Nobody gives the cluster's internal root: node1: it is off; node3: another root.",
  );
  // Whoever had it first is asked first.
  expect(world.asked[0]).toBe('node1');
  world.lost.clear();
  await has(node, first);
});

it('a node that is alone waits for another one', async () => {
  const world = cluster();
  await (await world.start('node1', { own: first })).end();
  await expect.poll(() => world.kv.entry, { interval: 5 }).toBeDefined();
  const { kv } = world;
  const alone = cluster();
  alone.kv.entry = kv.entry;
  const node = await alone.start('node2', { own: second });
  await expect
    .poll(() => node.said.join(''), { interval: 5 })
    .toContain("Nobody gives the cluster's internal root: no other node is alive.");
});

it('what Caddy signed by for another root goes', async () => {
  const world = cluster();
  const node = await world.start('node1', { own: first });
  await expect.poll(() => world.kv.entry, { interval: 5 }).toBeDefined();
  const signer = join(node.folder, 'pki/authorities/local/intermediate.crt');
  await writeFile(signer, (await second.certificate('x')).certificate);
  await expect.poll(() => node.reloads(), { interval: 5 }).toBe(1);
  expect([world.asked, existsSync(signer)]).toEqual([[], false]);
});

it('a node without a root waits for its Caddy to make one', async () => {
  const world = cluster();
  const node = await world.start('node1');
  await node.storage.placeRoot(first.root);
  await expect.poll(() => world.kv.entry, { interval: 5 }).toBeDefined();
  expect(agreed(world).fingerprint).toBe(first.root.fingerprint);
});

it('a key that is not what covey writes is told of', async () => {
  const world = cluster();
  world.kv.entry = { key: INTERNAL_ROOT_KEY, value: '{}', modifyIndex: 1, createIndex: 1 };
  const node = await world.start('node1', { own: first });
  await expect
    .poll(() => node.said.join(''), { interval: 5 })
    .toContain('The key covey/internal-root in Consul is not what covey writes there.');
});

it("a peer that does not see Caddy's folder says so, and does nothing", async () => {
  const world = cluster();
  const node = await world.start('node1', { path: '/no/such/folder' });
  await expect
    .poll(() => node.said.join(''), { interval: 5 })
    .toContain(
      "Internal certificates may end in another root than that of the cluster: The peer does not see the folder of Caddy's certificates.",
    );
  expect(world.kv.entry).toBeUndefined();
});
