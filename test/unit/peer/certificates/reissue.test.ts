import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { CoveyError } from '../../../../src/errors.ts';
import { createLogger } from '../../../../src/logger.ts';
import { createReissuer } from '../../../../src/peer/certificates/reissue.ts';
import type { CaddyConfig } from '../../../../src/proxy/caddy/config.ts';
import { openCaddyStorage } from '../../../../src/proxy/certificates/storage.ts';
import { type Authority, makeAuthority } from '../../../support/certificates.ts';

const { signal } = new AbortController();
let ours: Authority;
let other: Authority;
beforeAll(async () => {
  ours = await makeAuthority();
  other = await makeAuthority();
});

const certificates = z.object({
  certificates: z.object({ automate: z.array(z.string()), load_pem: z.array(z.unknown()) }),
});

/** The hosts that Caddy's own authority issues certificates for. */
const internal = (...subjects: string[]): CaddyConfig => ({
  apps: { tls: { automation: { policies: [{ subjects, issuers: [{ module: 'internal' }] }] } } },
});

/** A node whose Caddy has loaded `live`, and issues what it is told to get and has no file of. */
async function start(live: CaddyConfig | undefined, { retry = 60_000, longest = 20_000 } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'covey-reissue-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const storage = openCaddyStorage(folder);
  const steps: { automate: string[]; given: number }[] = [];
  const said: string[] = [];
  let reloads = 0;
  const caddy = { issues: true, refuses: false };
  // A second later than what it replaces: what is put back must not take its place.
  const issued = await ours.certificate('x.org', { age: -1_000 });
  const go = async ({ apps }: CaddyConfig) => {
    if (caddy.refuses) throw new CoveyError('unavailable', 'Caddy is off.');
    const { automate, load_pem } = certificates.parse(apps?.tls).certificates;
    steps.push({ automate, given: load_pem.length });
    for (const host of caddy.issues ? automate : []) {
      const there = (await storage.certificates([host])).some((each) => each.issuer === 'local');
      if (!there) await storage.keep({ ...issued, host, metadata: JSON.stringify({ sans: [host] }) });
    }
  };
  const reissue = createReissuer({
    storage,
    detour: async (work) => {
      if (live === undefined) return false;
      await work(live, go);
      return true;
    },
    reload: () => {
      reloads++;
    },
    logger: createLogger({ level: 'info' }, { write: (line: string) => said.push(line) }),
    times: { every: 2, longest, retry },
  });
  const issuer = async (host: string) => {
    const [found] = await storage.certificates([host]);
    const others = (await storage.ofOtherRoots(ours.root)).map(({ name }) => name);
    return found === undefined ? undefined : others.includes(host) ? 'other' : 'ours';
  };
  return { storage, reissue, steps, said, caddy, issuer, reloads: () => reloads };
}

it('what is served and ends in another root is issued anew, and all else stays', async () => {
  const node = await start(internal('a.org', 'b.org'));
  for (const host of ['a.org', 'gone.org']) await node.storage.keep(await other.certificate(host));
  await node.storage.keep(await ours.certificate('b.org'));
  await node.storage.keep(await other.certificate('a.org', { issuer: 'acme.example.com' }));
  expect(await node.reissue(ours.root, signal)).toBe(true);
  expect(node.steps).toEqual([
    { automate: [], given: 1 },
    { automate: ['a.org'], given: 1 },
  ]);
  expect(await node.issuer('b.org')).toBe('ours');
  expect(await node.issuer('gone.org')).toBe('other');
  const kept = await node.storage.certificates(['a.org']);
  expect(kept.map(({ issuer }) => issuer)).toEqual(['acme.example.com', 'local']);
  expect(node.said.join('')).toContain('Reissued certificates');
  expect(node.said.join('')).not.toContain('PRIVATE KEY');
});

it('where nothing ends in another root, or it is not for Caddy to issue, nothing is done', async () => {
  const node = await start(internal('a.org'));
  await node.storage.keep(await ours.certificate('a.org'));
  expect(await node.reissue(ours.root, signal)).toBe(true);
  await node.storage.keep(await other.certificate('x.org'));
  expect(await node.reissue(ours.root, signal)).toBe(true);
  expect([node.steps, node.reloads()]).toEqual([[], 0]);
});

it('of very many one part is issued after the other', async () => {
  const hosts = Array.from({ length: 201 }, (_, index) => `h${index}.org`);
  const node = await start(internal(...hosts));
  const one = await other.certificate('h.org');
  for (const host of hosts)
    await node.storage.keep({ ...one, host, metadata: JSON.stringify({ sans: [host] }) });
  expect(await node.reissue(ours.root, signal)).toBe(false);
  expect(await node.storage.ofOtherRoots(ours.root)).toHaveLength(1);
  expect(await node.reissue(ours.root, signal)).toBe(true);
  expect(await node.storage.ofOtherRoots(ours.root)).toEqual([]);
});

it('where Caddy has been given no sites yet there is more to do', async () => {
  const node = await start(undefined);
  await node.storage.keep(await other.certificate('a.org'));
  expect(await node.reissue(ours.root, signal)).toBe(false);
});

it('what Caddy does not issue is put back, Caddy loads what it had, and it is not tried again at once', async () => {
  const node = await start(internal('a.org'), { longest: 20 });
  await node.storage.keep(await other.certificate('a.org'));
  node.caddy.issues = false;
  await expect(node.reissue(ours.root, signal)).rejects.toMatchObject({
    code: 'failed',
    message: 'Caddy does not issue certificates anew: a.org.',
  });
  expect([await node.issuer('a.org'), node.reloads(), node.steps.length]).toEqual(['other', 1, 2]);
  expect(await node.reissue(ours.root, signal)).toBe(true);
  expect(node.steps).toHaveLength(2);
});

it('a Caddy that takes nothing has all it had, and is asked again later', async () => {
  const node = await start(internal('a.org'), { retry: 0 });
  await node.storage.keep(await other.certificate('a.org'));
  node.caddy.refuses = true;
  await expect(node.reissue(ours.root, signal)).rejects.toMatchObject({ message: 'Caddy is off.' });
  expect([await node.issuer('a.org'), node.reloads()]).toEqual(['other', 1]);
  node.caddy.refuses = false;
  expect(await node.reissue(ours.root, signal)).toBe(true);
  expect(await node.issuer('a.org')).toBe('ours');
});

it('a peer that stops meanwhile leaves all as it was', async () => {
  const node = await start(internal('a.org'));
  await node.storage.keep(await other.certificate('a.org'));
  node.caddy.issues = false;
  const stop = new AbortController();
  const running = node.reissue(ours.root, stop.signal);
  await expect.poll(() => node.steps.length, { interval: 2 }).toBe(2);
  stop.abort();
  await expect(running).rejects.toThrow();
  expect(await node.issuer('a.org')).toBe('other');
});
