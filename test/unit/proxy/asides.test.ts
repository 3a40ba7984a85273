import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asideName, asidesIn } from '../../../src/proxy/cutover/asides.ts';
import type { HaproxyApp } from '../../../src/render/haproxy/config.ts';
import { holdId } from '../../../src/render/haproxy/hold.ts';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'covey-asides-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

const app = (name: string, more: Partial<HaproxyApp> = {}): HaproxyApp => ({
  ...{ name, master: 'n1', ip: '192.0.2.1', domains: [], maintenance: false },
  ...more,
});
const names = async () => new Set(await readdir(run));
const aside = (name: string) => asideName(holdId(name));
const sockets = (name: string) => ['http', 'https'].map((scheme) => `hold-${holdId(name)}-${scheme}.sock`);

it('there is a file for each app whose requests are led aside, until that ends', async () => {
  const asides = asidesIn(run);
  await asides.set(['a']);
  expect(await names()).toEqual(new Set([aside('a')]));
  await asides.set(['a', 'c']);
  expect(await names()).toEqual(new Set([aside('a'), aside('c')]));
  await asides.set(['c']);
  expect(await names()).toEqual(new Set([aside('c')]));
  await asides.clear([]);
  expect(await names()).toEqual(new Set([aside('c')]));
  await asides.set([]);
  expect(await names()).toEqual(new Set());
});

it('the sockets of an app go when none of its requests waits or is passed on, and nothing else does', async () => {
  const others = ['caddy-http.7.sock', 'haproxy.sock', 'hold-on.txt', 'aside-what.txt'];
  for (const name of [...['a', 'b', 'gone', 'p'].flatMap(sockets), ...others])
    await writeFile(join(run, name), '');
  await asidesIn(run).set([]);
  expect((await names()).size).toBe(12);
  await asidesIn(run).clear([app('a', { waits: 'open' }), app('b'), app('p', { passesTo: '192.0.2.2' })]);
  expect(await names()).toEqual(new Set([...['a', 'p'].flatMap(sockets), ...others]));
});

it('says where nothing can be led aside', async () => {
  await rm(run, { recursive: true });
  const failed = {
    code: 'failed',
    message: expect.stringContaining(`Can't lead requests aside, or clear up after it, in ${run}: `),
  };
  await expect(asidesIn(run).set(['a'])).rejects.toMatchObject(failed);
  await expect(asidesIn(run).clear([])).rejects.toMatchObject(failed);
});
