import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { folderOf } from '../../../../src/proxy/certificates/names.ts';
import { type CaddyStorage, openCaddyStorage } from '../../../../src/proxy/certificates/storage.ts';
import { type Authority, DAY, makeAuthority } from '../../../support/certificates.ts';

const HOST = 'a.example.com';
let ca: Authority;
let other: Authority;
let folder: string;
let storage: CaddyStorage;

beforeAll(async () => {
  ca = await makeAuthority();
  other = await makeAuthority();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-storage-'));
  storage = openCaddyStorage(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...path: string[]) => join(folder, ...path);
const site = (issuer = 'local', host = HOST) => at('certificates', issuer, host);
const mode = async (path: string) => (await stat(path)).mode & 0o777;

describe('a certificate', () => {
  it('is kept as Caddy keeps it, and found again', async () => {
    const given = await ca.certificate(HOST);
    expect(await storage.keep(given)).toBe('kept');
    expect(await storage.certificates([HOST, 'b.example.com'])).toEqual([given]);
    const files = ['crt', 'json', 'key'].map((end) => `${HOST}.${end}`);
    expect((await readdir(site())).sort()).toEqual(files);
    for (const file of files) expect(await mode(join(site(), file))).toBe(0o600);
    for (const each of [at('certificates'), at('certificates/local'), site()])
      expect(await mode(each)).toBe(0o700);
    expect(await readFile(join(site(), `${HOST}.key`), 'utf8')).toBe(given.key);
    // Nothing is left of how it was made.
    expect(await readdir(at('.covey'))).toEqual([]);
  });

  it('is found of each issuer, and where its host is written otherwise', async () => {
    const directory = 'acme.example.com-directory';
    await storage.keep(await ca.certificate(HOST));
    await storage.keep(await ca.certificate(HOST, { issuer: directory }));
    const found = await storage.certificates(['A.EXAMPLE.com', HOST]);
    expect(found.map(({ issuer }) => issuer)).toEqual([directory, 'local']);
  });

  it.each([
    ['ends later', 0, 'kept'],
    ['ends at the same time', 10 * DAY, 'is here'],
    ['ends earlier', 20 * DAY, 'is here'],
    ['has ended', 3 * 365 * DAY, 'is of no use'],
  ])('that %s: the one that ends later stays', async (_, age, outcome) => {
    const present = await ca.certificate(HOST, { age: 10 * DAY });
    await storage.keep(present);
    const given = age === 10 * DAY ? present : await ca.certificate(HOST, { age });
    expect(await storage.keep(given)).toBe(outcome);
    expect(await storage.certificates([HOST])).toEqual([outcome === 'kept' ? given : present]);
  });

  it('whose key is not its own is of no use', async () => {
    const { key } = await ca.certificate(HOST);
    expect(await storage.keep({ ...(await ca.certificate(HOST)), key })).toBe('is of no use');
    expect(await storage.keep({ ...(await ca.certificate(HOST)), certificate: 'x' })).toBe('is of no use');
    expect(await storage.certificates([HOST])).toEqual([]);
  });

  it('that is not whole is not given, and gives way', async () => {
    const given = await ca.certificate(HOST);
    await storage.keep(given);
    await writeFile(join(site(), `${HOST}.crt`), 'half');
    expect(await storage.certificates([HOST])).toEqual([]);
    await rm(join(site(), `${HOST}.json`));
    expect(await storage.certificates([HOST])).toEqual([]);
    expect(await storage.keep(given)).toBe('kept');
    expect(await storage.certificates([HOST])).toEqual([given]);
  });

  it('that Caddy is just replacing is waited for', async () => {
    const [before, after] = [await ca.certificate(HOST, { age: DAY }), await ca.certificate(HOST)];
    await storage.keep(before);
    await writeFile(join(site(), `${HOST}.key`), after.key);
    const asked = storage.certificates([HOST]);
    await writeFile(join(site(), `${HOST}.crt`), after.certificate);
    expect((await asked)[0]?.certificate).toBe(after.certificate);
  });

  it('is looked for nowhere else', async () => {
    await storage.keep(await ca.certificate(HOST));
    await writeFile(at('secret'), 'secret');
    expect(await storage.certificates(['..', '.', '', '../../secret', '/', 'local'])).toEqual([]);
  });
});

describe('the root', () => {
  const put = async (name: string, text: string) => {
    await mkdir(at('pki/authorities/local'), { recursive: true });
    await writeFile(at('pki/authorities/local', name), text);
  };

  it('is known once it is there with its key', async () => {
    expect(await storage.root()).toBeUndefined();
    await put('root.crt', ca.root.certificate);
    expect(await storage.root()).toBeUndefined();
    await put('root.key', other.root.key);
    expect(await storage.root()).toBeUndefined();
    await put('root.key', ca.root.key);
    expect(await storage.root()).toEqual(ca.root);
    const { certificate, key } = await ca.certificate(HOST);
    await put('root.crt', certificate);
    await put('root.key', key);
    expect(await storage.root()).toBeUndefined();
  });

  it('takes the place of another one with all that was signed by for that', async () => {
    await put('root.crt', other.root.certificate);
    await put('root.key', other.root.key);
    expect(await storage.isConsistent()).toBe(true);
    await put('intermediate.crt', (await ca.certificate('x')).certificate);
    expect(await storage.isConsistent()).toBe(false);
    await put('intermediate.crt', 'no certificate');
    expect(await storage.isConsistent()).toBe(false);
    await put('intermediate.crt', (await other.certificate('x')).certificate);
    expect(await storage.isConsistent()).toBe(true);

    await storage.placeRoot(ca.root);
    expect(await storage.root()).toEqual(ca.root);
    expect((await readdir(at('pki/authorities/local'))).sort()).toEqual(['root.crt', 'root.key']);
    expect(await mode(at('pki/authorities/local/root.key'))).toBe(0o600);
    expect(await mode(at('pki/authorities/local'))).toBe(0o700);
    expect(await storage.isConsistent()).toBe(true);
  });

  it('leaves of what it has not signed only the hosts that are served', async () => {
    await storage.keep(await ca.certificate('own.example.com'));
    await storage.keep(await other.certificate('served.example.com'));
    await storage.keep(await other.certificate('gone.example.com'));
    await storage.keep({ ...(await other.certificate('x')), host: folderOf('[2001:db8::1]') });
    for (const host of ['wildcard_.served.example.com', 'wildcard_.gone.example.com'])
      await storage.keep({ ...(await other.certificate('x')), host });
    await storage.keep(await other.certificate('gone.example.com', { issuer: 'acme.example.com' }));
    await storage.dropOfOtherRoots(
      ca.root,
      '# app x\nhttps://Served.example.com, https://[2001:db8::1], https://*.served.example.com {\n}\n',
    );
    expect((await readdir(at('certificates/local'))).sort()).toEqual([
      '2001-db8--1',
      'own.example.com',
      'served.example.com',
      'wildcard_.served.example.com',
    ]);
    expect(await readdir(at('certificates/acme.example.com'))).toEqual(['gone.example.com']);
  });

  it('tells what it has not signed, of its own authority alone, and with the name that it is for', async () => {
    const stray = await other.certificate('stray.example.com');
    await storage.keep(stray);
    await storage.keep(await ca.certificate('own.example.com'));
    await storage.keep(await other.certificate('half.example.com'));
    await rm(join(site('local', 'half.example.com'), 'half.example.com.key'));
    await storage.keep(await other.certificate('public.example.com', { issuer: 'acme.example.com' }));
    expect(await storage.ofOtherRoots(ca.root)).toEqual([{ ...stray, name: 'stray.example.com' }]);
    await storage.remove(stray);
    expect(await storage.ofOtherRoots(ca.root)).toEqual([]);
    expect(await readdir(at('certificates/acme.example.com'))).toEqual(['public.example.com']);
  });
});

describe('the folder', () => {
  it('is made where the one above is there', async () => {
    await mkdir(at('data'));
    const fresh = openCaddyStorage(at('data/caddy'));
    expect(await fresh.isThere()).toBe(true);
    expect(await fresh.keep(await ca.certificate(HOST))).toBe('kept');
    expect(await mode(at('data/caddy'))).toBe(0o700);
  });

  it('need not be there', async () => {
    const none = openCaddyStorage(at('none/caddy'));
    expect(await storage.isThere()).toBe(true);
    expect(await none.isThere()).toBe(false);
    expect(await none.certificates([HOST])).toEqual([]);
    expect(await none.root()).toBeUndefined();
    await expect(none.keep(await ca.certificate(HOST))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(
        /^Can't write .*none\/caddy\/certificates\/local\/a\.example\.com: Error: ENOENT/,
      ),
    });
    await none.sweep();
  });

  it('is rid of what a killed peer had begun', async () => {
    await mkdir(at('.covey/new-x'), { recursive: true });
    await storage.sweep();
    expect(await readdir(folder)).toEqual([]);
  });

  it('that cannot be read is an error that names it', async () => {
    await writeFile(at('certificates'), 'a file');
    const message = expect.stringMatching(/^Can't read .*certificates: Error: ENOTDIR/);
    await expect(storage.certificates([HOST])).rejects.toMatchObject({ code: 'failed', message });
    await mkdir(at('pki/authorities/local/root.crt'), { recursive: true });
    await expect(storage.root()).rejects.toMatchObject({ code: 'failed' });
  });
});
