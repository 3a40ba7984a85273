import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { CoveyError } from '../errors.ts';
import { readIfThere, writeNew } from '../files.ts';
import type { Role } from './handler.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 60 * 60 * 1000;
const caLifetime = 10 * 365 * day;
const leafLifetime = 2 * 365 * day;
// Machines whose clocks differ a little must accept a certificate made a moment ago.
const clockSkew = 5 * 60 * 1000;

const nodeName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Paths that `initCa` or `issue` wrote. */
export interface Written {
  cert: string;
  key: string;
}

/**
 * Makes the cluster's certificate authority: `ca.pem` (10 years) and `ca.key` (mode 0600) in `dir`.
 * @throws CoveyError `conflict` where one of them exists and `force` is not set.
 */
export async function initCa(options: { dir: string; force?: boolean; now?: Date }): Promise<Written> {
  const { dir, force = false, now = new Date() } = options;
  const paths = { cert: join(dir, 'ca.pem'), key: join(dir, 'ca.key') };
  await refuseExisting([paths.cert, paths.key], force);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`covey CA ${randomBytes(4).toString('hex')}`] }],
    keys,
    signingAlgorithm: algorithm,
    serialNumber: serialNumber(),
    notBefore: new Date(now.getTime() - clockSkew),
    notAfter: new Date(now.getTime() + caLifetime),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeNew(paths.key, await privatePem(keys.privateKey), { mode: 0o600, overwrite: force });
  await writeNew(paths.cert, pem(cert), { mode: 0o644, overwrite: force });
  return paths;
}

/** What a certificate is issued for and by. */
export interface IssueOptions {
  name: string;
  role: Role;
  /** Folder of the certificate authority. */
  dir: string;
  /** Folder to write to. */
  out: string;
  /** Further names or IP addresses of the node. */
  san?: string[];
  force?: boolean;
  now?: Date;
}

/**
 * Issues a certificate (2 years) signed by the CA in `dir`, and writes it to `out` with its key (mode 0600) and `ca.pem`:
 * `node.pem` and `node.key` for a peer, `operator.pem` and `operator.key` for an operator.
 * A peer's is valid for its name, localhost and the loopback addresses, and `san` (names or IP addresses); an operator's
 * is good for clients only.
 * @throws CoveyError `invalid` for a bad name, `not-found` without a CA, `conflict` where a file exists and `force` is not set.
 */
export async function issue(options: IssueOptions): Promise<Written> {
  const { name, role, dir, out, san = [], force = false, now = new Date() } = options;
  for (const each of [name, ...san.filter((entry) => isIP(entry) === 0)]) {
    if (!nodeName.test(each)) {
      throw new CoveyError('invalid', `"${each}" can't be the name in a certificate`, {
        hint: 'Use letters, digits, ".", "_" and "-", at most 63.',
      });
    }
  }
  const ca = await readCa(dir, now);
  const base = role === 'peer' ? 'node' : 'operator';
  const paths = { cert: join(out, `${base}.pem`), key: join(out, `${base}.key`) };
  await refuseExisting([paths.cert, paths.key], force);

  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = role === 'peer' ? [name, 'localhost', '127.0.0.1', '::1', ...san] : [name, ...san];
  const cert = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [name] }, { OU: [role] }],
    issuer: ca.cert.subjectName,
    publicKey: keys.publicKey,
    signingKey: ca.key,
    signingAlgorithm: algorithm,
    serialNumber: serialNumber(),
    notBefore: new Date(now.getTime() - clockSkew),
    notAfter: new Date(Math.min(now.getTime() + leafLifetime, ca.cert.notAfter.getTime())),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      // Without serverAuth an operator's certificate can't pose as a node.
      new x509.ExtendedKeyUsageExtension(
        role === 'peer'
          ? [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]
          : [x509.ExtendedKeyUsage.clientAuth],
      ),
      new x509.SubjectAlternativeNameExtension(
        [...new Set(names)].map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.cert),
    ],
  });
  await copyCa(join(out, 'ca.pem'), pem(ca.cert), force);
  await writeNew(paths.key, await privatePem(keys.privateKey), { mode: 0o600, overwrite: force });
  await writeNew(paths.cert, pem(cert), { mode: 0o644, overwrite: force });
  return paths;
}

/** The CA of a folder, checked: key and certificate belong together and it is still valid. */
async function readCa(
  dir: string,
  now: Date,
): Promise<{ cert: x509.X509Certificate; key: webcrypto.CryptoKey }> {
  const [certText, keyText] = await Promise.all([
    readIfThere(join(dir, 'ca.pem')),
    readIfThere(join(dir, 'ca.key')),
  ]);
  if (certText === undefined || keyText === undefined) {
    const missing = certText === undefined ? 'ca.pem' : 'ca.key';
    throw new CoveyError('not-found', `No certificate authority in ${dir}: ${missing} is missing`, {
      hint: `Make one with: covey ca init --dir ${dir}`,
    });
  }
  let cert: x509.X509Certificate;
  let key: webcrypto.CryptoKey;
  let matches: boolean;
  try {
    cert = new x509.X509Certificate(certText);
    const privateKey = createPrivateKey(keyText);
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    const proof = randomBytes(32);
    const signature = await webcrypto.subtle.sign(algorithm, key, proof);
    matches = await webcrypto.subtle.verify(algorithm, await cert.publicKey.export(), signature, proof);
  } catch (cause) {
    throw new CoveyError('invalid', `Can't read the certificate authority in ${dir}: ${String(cause)}`, {
      cause,
    });
  }
  if (!matches)
    throw new CoveyError('invalid', `ca.key is not the key of ca.pem in ${dir}`, {
      hint: 'Put both back from one backup, or make a new authority (covey ca init --force) and all certificates anew.',
    });
  if (cert.notAfter <= now) {
    throw new CoveyError(
      'invalid',
      `The certificate authority in ${dir} expired on ${cert.notAfter.toISOString()}`,
      {
        hint: 'Make a new one (covey ca init --force), and with it new certificates for all nodes and operators.',
      },
    );
  }
  return { cert, key };
}

/** A folder that already has the same CA is fine: a node's and an operator's certificate share it. */
async function copyCa(path: string, text: string, force: boolean): Promise<void> {
  const present = await readIfThere(path);
  if (present === text) return;
  if (present !== undefined && !force) {
    throw new CoveyError('conflict', `${path} is the certificate of another authority`, {
      hint: 'Use --force to replace it, or write to another folder with --out.',
    });
  }
  await writeNew(path, text, { mode: 0o644, overwrite: force });
}

async function refuseExisting(paths: string[], force: boolean): Promise<void> {
  if (force) return;
  for (const path of paths) {
    if ((await readIfThere(path)) === undefined) continue;
    throw new CoveyError('conflict', `${path} exists already`, { hint: 'Use --force to replace it.' });
  }
}

function pem(cert: x509.X509Certificate): string {
  return `${cert.toString('pem')}\n`;
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

/** 16 random bytes; the first bit is 0, since a serial number must be positive. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
