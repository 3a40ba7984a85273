import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { CoveyError } from '../errors.ts';
import { readIfThere } from '../files.ts';
import type { Caller, Role } from './handler.ts';

/** Certificates of this process, checked: PEM texts, and whose they are. */
export interface TlsMaterial extends Caller {
  ca: string;
  cert: string;
  key: string;
  notAfter: Date;
}

const reissue = 'Issue a new one with: covey ca issue NAME --dir DIR --out DIR';

/**
 * Loads the CA's certificate, our own and its key, and checks that they belong together and are valid now.
 * `expect` refuses a certificate of another role or name: peers know each other by the name.
 * @throws CoveyError `not-found` or `invalid`, naming the file.
 */
export async function loadTls(
  paths: { ca: string; cert: string; key: string },
  options: { expect?: { role?: Role; name?: string }; now?: Date } = {},
): Promise<TlsMaterial> {
  const { expect = {}, now = new Date() } = options;
  // One after the other: of several that are missing the same one is named each time.
  const ca = await mustRead(paths.ca);
  const cert = await mustRead(paths.cert);
  const key = await mustRead(paths.key);
  const authority = parse(paths.ca, 'certificate', () => new X509Certificate(ca));
  const own = parse(paths.cert, 'certificate', () => new X509Certificate(cert));
  const privateKey = parse(paths.key, 'private key', (): KeyObject => createPrivateKey(key));

  if (!authority.ca) throw invalid(`${paths.ca} is not the certificate of an authority`);
  checkDates(paths.ca, authority, now);
  checkDates(paths.cert, own, now);
  if (!own.checkIssued(authority) || !own.verify(authority.publicKey)) {
    throw invalid(`${paths.cert} was not issued by the authority in ${paths.ca}`);
  }
  if (!own.checkPrivateKey(privateKey)) throw invalid(`${paths.key} is not the key of ${paths.cert}`);
  const caller = identity(own.toLegacyObject());
  if (caller === undefined) {
    throw invalid(`${paths.cert} says no name (CN) and role (OU "peer" or "operator")`);
  }
  if (expect.role !== undefined && expect.role !== caller.role) {
    throw invalid(`${paths.cert} is for the role "${caller.role}", but "${expect.role}" is needed`);
  }
  if (expect.name !== undefined && expect.name !== caller.name) {
    throw invalid(`${paths.cert} is for the node "${caller.name}", but this node is "${expect.name}"`);
  }
  return { ca, cert, key, ...caller, notAfter: own.validToDate };
}

/** Name and role of a certificate that TLS has already verified; undefined where it says none that we know. */
export function identity(certificate: { subject: PeerCertificate['subject'] }): Caller | undefined {
  const { CN: name, OU: role } = certificate.subject ?? {};
  if (typeof name !== 'string' || name === '') return undefined;
  if (role !== 'peer' && role !== 'operator') return undefined;
  return { name, role };
}

async function mustRead(path: string): Promise<string> {
  const text = await readIfThere(path);
  if (text === undefined) throw new CoveyError('not-found', `${path} is missing`, { hint: reissue });
  return text;
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalid(`${path} holds no readable ${what} in PEM`, cause);
  }
}

function checkDates(path: string, certificate: X509Certificate, now: Date): void {
  if (certificate.validToDate <= now) {
    throw invalid(`${path} expired on ${certificate.validToDate.toISOString()}`);
  }
  if (certificate.validFromDate > now) {
    throw invalid(
      `${path} is valid only from ${certificate.validFromDate.toISOString()}; the clock says ${now.toISOString()}`,
    );
  }
}

function invalid(message: string, cause?: unknown): CoveyError {
  return new CoveyError('invalid', message, { cause, hint: reissue });
}
