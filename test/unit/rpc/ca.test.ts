import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initCa, issue } from '../../../src/rpc/ca.ts';
import { loadTls } from '../../../src/rpc/tls.ts';

const year = 365 * 24 * 3600 * 1000;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'covey-ca-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const at = (...parts: string[]) => join(dir, ...parts);
const read = async (...parts: string[]) => new X509Certificate(await readFile(at(...parts)));
const files = (folder: string, base = 'node') => ({
  ca: at(folder, 'ca.pem'),
  cert: at(folder, `${base}.pem`),
  key: at(folder, `${base}.key`),
});

async function cluster(now?: Date): Promise<void> {
  const clock = now === undefined ? {} : { now };
  await initCa({ dir: at('ca'), ...clock });
  await issue({
    name: 'node1',
    role: 'peer',
    dir: at('ca'),
    out: at('n1'),
    san: ['10.0.0.1', 'n1.lan'],
    ...clock,
  });
}

describe('initCa', () => {
  test('makes an authority for ten years whose key only its owner reads', async () => {
    await initCa({ dir: at('ca') });
    const ca = await read('ca', 'ca.pem');
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    const years = (ca.validToDate.getTime() - Date.now()) / (365 * 24 * 3600 * 1000);
    expect(years).toBeCloseTo(10, 2);
    expect((await stat(at('ca', 'ca.key'))).mode & 0o777).toBe(0o600);
  });

  test('replaces one only by force', async () => {
    await initCa({ dir: at('ca') });
    const before = await readFile(at('ca', 'ca.key'), 'utf8');
    await expect(initCa({ dir: at('ca') })).rejects.toMatchObject({ code: 'conflict' });
    expect(await readFile(at('ca', 'ca.key'), 'utf8')).toBe(before);
    await initCa({ dir: at('ca'), force: true });
    expect(await readFile(at('ca', 'ca.key'), 'utf8')).not.toBe(before);
  });
});

describe('issue', () => {
  test('makes a certificate for a node and all its names', async () => {
    await cluster();
    const cert = await read('n1', 'node.pem');
    expect(cert.subject).toBe('CN=node1\nOU=peer');
    for (const name of ['node1', 'localhost', 'n1.lan']) expect(cert.checkHost(name)).toBe(name);
    for (const ip of ['127.0.0.1', '10.0.0.1']) expect(cert.checkIP(ip)).toBe(ip);
    expect(cert.checkHost('node2')).toBeUndefined();
    expect((await stat(at('n1', 'node.key'))).mode & 0o777).toBe(0o600);
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  test("makes an operator's, good for clients only, beside a node's", async () => {
    await cluster();
    await issue({ name: 'alice', role: 'operator', dir: at('ca'), out: at('n1') });
    const cert = await read('n1', 'operator.pem');
    expect(cert.subject).toBe('CN=alice\nOU=operator');
    expect(cert.checkHost('localhost')).toBeUndefined();
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(await loadTls(files('n1', 'operator'))).toMatchObject({ name: 'alice', role: 'operator' });
  });

  test('replaces nothing unless forced', async () => {
    await cluster();
    await initCa({ dir: at('other') });
    const node1 = { name: 'node1', role: 'peer', out: at('n1') } as const;
    await expect(issue({ ...node1, dir: at('ca') })).rejects.toMatchObject({ code: 'conflict' });
    const alice = { name: 'alice', role: 'operator', dir: at('other'), out: at('n1') } as const;
    await expect(issue(alice)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('another'),
    });
    await issue({ ...node1, dir: at('other'), force: true });
    expect(await loadTls(files('n1'))).toMatchObject({ name: 'node1' });
  });

  test.each(['', 'a b', '-a', '../x', 'x'.repeat(64), 'a,OU=peer'])('refuses the name "%s"', async (name) => {
    await initCa({ dir: at('ca') });
    await expect(issue({ name, role: 'peer', dir: at('ca'), out: at('x') })).rejects.toMatchObject({
      code: 'invalid',
      message: `"${name}" can't be the name in a certificate`,
    });
  });

  test('says how to get an authority where there is none, or a broken one', async () => {
    const request = { name: 'n', role: 'peer', dir: at('ca'), out: at('x') } as const;
    await expect(issue(request)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('ca init'),
    });
    await initCa({ dir: at('ca') });
    await initCa({ dir: at('other') });
    await writeFile(at('ca', 'ca.key'), await readFile(at('other', 'ca.key')));
    await expect(issue(request)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('not the key'),
    });
    await writeFile(at('ca', 'ca.key'), 'nonsense');
    await expect(issue(request)).rejects.toMatchObject({ code: 'invalid' });
    await expect(
      issue({ ...request, dir: at('other'), now: new Date(Date.now() + 11 * year) }),
    ).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/The certificate authority in .* expired on/),
    });
  });
});

describe('loadTls', () => {
  test('tells whose certificates they are', async () => {
    await cluster();
    const loaded = await loadTls(files('n1'), { expect: { role: 'peer', name: 'node1' } });
    expect(loaded).toMatchObject({ name: 'node1', role: 'peer' });
    expect(loaded.key).toContain('PRIVATE KEY');
  });

  test.each([
    ['another name', { expect: { name: 'node2' } }, 'node.pem is for the node "node1"'],
    ['another role', { expect: { role: 'operator' } }, 'node.pem is for the role "peer"'],
    ['an expired certificate', { now: new Date(Date.now() + 3 * year) }, 'node.pem expired on 20'],
    ['an expired authority', { now: new Date(Date.now() + 11 * year) }, 'ca.pem expired on'],
    ['a clock that is behind', { now: new Date(Date.now() - year) }, 'ca.pem is valid only from'],
  ] as const)('refuses %s', async (_, options, message) => {
    await cluster();
    await expect(loadTls(files('n1'), options)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
  });

  test('refuses a certificate of another authority, another key, and what is no PEM', async () => {
    await cluster();
    await initCa({ dir: at('other') });
    await issue({ name: 'node1', role: 'peer', dir: at('other'), out: at('n2') });
    const mixed = (change: object) => loadTls({ ...files('n1'), ...change });
    await expect(mixed({ ca: at('n2', 'ca.pem') })).rejects.toThrow(/not issued by the authority/);
    await expect(mixed({ key: at('n2', 'node.key') })).rejects.toThrow(/is not the key of/);
    await expect(mixed({ ca: at('n1', 'node.pem') })).rejects.toThrow(/not the certificate of an authority/);
    await writeFile(at('junk'), 'junk');
    await expect(mixed({ cert: at('junk') })).rejects.toThrow(/junk holds no readable certificate in PEM/);
    await expect(mixed({ key: at('junk') })).rejects.toThrow(/junk holds no readable private key in PEM/);
    await expect(mixed({ key: at('none') })).rejects.toMatchObject({
      code: 'not-found',
      message: `${at('none')} is missing`,
    });
    await expect(mixed({ cert: at('n1', 'ca.pem'), ca: at('n1', 'ca.pem') })).rejects.toThrow(
      /says no name \(CN\) and role|is not the key of/,
    );
  });
});
