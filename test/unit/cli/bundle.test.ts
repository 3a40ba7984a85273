import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBundle } from '../../../src/cli/bundle.ts';
import { initCa } from '../../../src/rpc/ca.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const ENV = `NAME=node1
ADDRESS=10.0.0.1
JOIN=10.0.0.2,10.0.0.4
EXPECT=3
ENCRYPT=${KEY}
CERTIFICATES=internal
INSECURE=
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-bundle-test-'));
  await initCa({ dir: folder });
});
afterAll(() => rm(folder, { recursive: true }));

/** A bundle for node4 of a cluster whose node1 has these settings. */
async function bundled(env: string, options: { address?: string; out?: string; force?: boolean } = {}) {
  const like = join(folder, 'node1.env');
  await writeFile(like, env);
  const { address = '10.0.0.4', out = 'node4.join', force = true } = options;
  return makeBundle({ name: 'node4', address, like, dir: folder, out: join(folder, out), force });
}

const settingsOf = (text: string) =>
  Object.fromEntries([...text.matchAll(/^([A-Z]+)=(.*)$/gm)].map(([, key, value]) => [key, value]));

it('is all that a new node joins with, and nobody else may read it', async () => {
  const file = await bundled(ENV);
  const text = await readFile(file, 'utf8');
  expect(settingsOf(text)).toEqual({
    NAME: 'node4',
    ADDRESS: '10.0.0.4',
    JOIN: '10.0.0.1,10.0.0.2',
    EXPECT: '3',
    ENCRYPT: KEY,
    CERTIFICATES: 'internal',
  });
  const [, ca = '', node = '', key = ''] = text.split(/^== .*\n/m);
  expect(text.match(/^== .*$/gm)).toEqual(['== ca.pem', '== node.pem', '== node.key']);
  const certificate = new X509Certificate(node);
  expect(certificate.checkIssued(new X509Certificate(ca))).toBe(true);
  expect(certificate.subject).toContain('CN=node4');
  expect(certificate.subjectAltName).toContain('10.0.0.4');
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('of a cluster of one lets the new node wait for it, not elect itself', async () => {
  const text = await readFile(
    await bundled('NAME=node1\nADDRESS=10.0.0.1\nJOIN=\nEXPECT=\nENCRYPT=\n'),
    'utf8',
  );
  expect(settingsOf(text)).toMatchObject({ JOIN: '10.0.0.1', EXPECT: '2', ENCRYPT: '', CERTIFICATES: '' });
});

it('is not made over one that is there', async () => {
  await bundled(ENV, { out: 'once' });
  await expect(bundled(ENV, { out: 'once', force: false })).rejects.toMatchObject({ code: 'conflict' });
});

it('is not made of what is no settings of a node, and their key is in no error', async () => {
  await expect(bundled('hello')).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/node1.env is no node.env of a node: ADDRESS: /),
  });
  const secret = 'no base64!';
  const error: unknown = await bundled(ENV.replace(KEY, secret)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid', message: expect.stringContaining('ENCRYPT: ') });
  expect(String(error)).not.toContain(secret);
  await expect(bundled(ENV, { address: 'node4' })).rejects.toMatchObject({
    code: 'invalid',
    message: '"node4" is no IPv4 address',
  });
  const options = { name: 'node4', address: '10.0.0.4', dir: folder, out: join(folder, 'x'), force: false };
  await expect(makeBundle({ ...options, like: join(folder, 'none') })).rejects.toMatchObject({
    code: 'not-found',
    message: `${join(folder, 'none')} is missing`,
  });
});
