import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteCertificate } from '../../src/proxy/certificates/names.ts';
import { type Root, rootOf } from '../../src/proxy/certificates/x509.ts';
import { initCa, issue } from '../../src/rpc/ca.ts';

export const DAY = 24 * 3_600_000;

/** A root, and certificates of sites that it has issued, as Caddy would keep them. */
export interface Authority {
  root: Root;
  /** Two years valid, from `age` milliseconds ago. */
  certificate(host: string, options?: { age?: number; issuer?: string }): Promise<SiteCertificate>;
}

export async function makeAuthority(): Promise<Authority> {
  const dir = await mkdtemp(join(tmpdir(), 'covey-authority-'));
  try {
    const { cert, key } = await initCa({ dir });
    const texts = { certificate: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
    const root = rootOf(texts);
    if (root === undefined) throw new Error('no root was made');
    return { root, certificate: (host, options) => certificateOf(texts, host, options) };
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function certificateOf(
  root: { certificate: string; key: string },
  host: string,
  { age = 0, issuer = 'local' }: { age?: number; issuer?: string } = {},
): Promise<SiteCertificate> {
  const dir = await mkdtemp(join(tmpdir(), 'covey-authority-'));
  try {
    await writeRoot(dir, root);
    const now = new Date(Date.now() - age);
    const made = await issue({ name: host, role: 'peer', dir, out: dir, now });
    const [certificate, key] = await Promise.all([made.cert, made.key].map((path) => readFile(path, 'utf8')));
    const metadata = JSON.stringify({ sans: [host] });
    return { issuer, host, certificate: certificate ?? '', key: key ?? '', metadata };
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function writeRoot(
  dir: string,
  { certificate, key }: { certificate: string; key: string },
): Promise<void> {
  await writeFile(join(dir, 'ca.pem'), certificate);
  await writeFile(join(dir, 'ca.key'), key, { mode: 0o600 });
}
