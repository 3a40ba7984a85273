import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../../src/logger.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import type { HaproxyPart } from '../../../src/proxy/swarm.ts';
import { readHaproxy } from '../../../src/render/haproxy/definition.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-good-'));
});
afterEach(() => rm(folder, { recursive: true }));
const store = () => goodPartsIn(folder, createLogger({ level: 'silent' }));

const app = {
  name: 'foo',
  master: 'n1',
  maintenance: false,
  ip: '10.0.0.1',
  domains: ['a.example.com'],
  haproxy: {},
};
const haproxy = readHaproxy(
  { ssh: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ port: 22, ct: 'x' }] } },
  'swarm',
);

it('keeps the parts of apps and of swarm keys', async () => {
  const caddy = { name: 'foo', master: 'n1', maintenance: false, caddyfile: '' };
  const parts = {
    caddy: new Map([['foo', caddy]]),
    haproxy: new Map<string, HaproxyPart>([
      ['foo', app],
      ['swarm/k', { key: 'k', domains: ['b.example.com'], maintenance: true, haproxy }],
    ]),
    hosts: new Map([['a.example.com', 'foo']]),
  };
  await store().save(parts);
  expect(await store().load()).toEqual(parts);
});

it('keeps what becomes of requests for apps at their cutover', async () => {
  const waits = { leadsTo: 'n2', waits: 'closed', isAside: true } as const;
  const passes = { ...app, name: 'bar', passesTo: '10.0.0.2', isAside: true };
  const parts = {
    caddy: new Map(),
    haproxy: new Map<string, HaproxyPart>([
      ['foo', { ...app, ...waits }],
      ['bar', passes],
    ]),
    hosts: new Map(),
  };
  await store().save(parts);
  expect(await store().load()).toEqual(parts);
});

it('takes what a version kept of a site that another one stood in for as the site itself', async () => {
  const own = { name: 'foo', master: 'n1', maintenance: false, caddyfile: 'http://a.example.com {\n}' };
  const cutover = { hold: { http: '/run/h.sock', https: '/run/s.sock' } };
  const kept = { caddy: [{ ...own, cutover }], sites: [own], haproxy: [app] };
  await writeFile(join(folder, 'good-parts.json'), JSON.stringify(kept));
  expect((await store().load()).caddy).toEqual(new Map([['foo', own]]));
});

it('reads what a version kept that knew neither swarm keys nor whose a host is', async () => {
  await writeFile(join(folder, 'good-parts.json'), JSON.stringify({ caddy: [], haproxy: [app] }));
  expect(await store().load()).toEqual({
    caddy: new Map(),
    haproxy: new Map([['foo', app]]),
    hosts: new Map(),
  });
});

it('begins with nothing where the file is broken, and leaves it there', async () => {
  await writeFile(join(folder, 'good-parts.json'), '{');
  expect(await store().load()).toEqual({ caddy: new Map(), haproxy: new Map(), hosts: new Map() });
  expect(await readFile(join(folder, 'good-parts.json'), 'utf8')).toBe('{');
});
