import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CoveyError } from '../../errors.ts';

/** A certificate, or a chain that begins with it, and its key; PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

/** A root that may sign. */
export interface Root extends KeyPair {
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` writes it. */
  fingerprint: string;
}

/** The first certificate of a chain, if the key is its own; undefined for anything else. */
export function leafOf({ certificate, key }: KeyPair): X509Certificate | undefined {
  try {
    const leaf = new X509Certificate(certificate);
    return leaf.checkPrivateKey(createPrivateKey(key)) ? leaf : undefined;
  } catch {
    return undefined; // half written, or something else altogether: no certificate in either case
  }
}

/** The pair as a root, if it is one. */
export function rootOf({ certificate, key }: KeyPair): Root | undefined {
  const found = leafOf({ certificate, key });
  return found?.ca ? { certificate, key, fingerprint: found.fingerprint256 } : undefined;
}

/**
 * What came from another node, if it is the root with that fingerprint.
 * @throws CoveyError `invalid`; no word of the texts is in it
 */
export function checkedRoot(pair: KeyPair, fingerprint: string): Root {
  const found = rootOf(pair);
  if (found?.fingerprint === fingerprint) return found;
  throw new CoveyError('invalid', `It is not the root with the fingerprint ${fingerprint}, and its key.`);
}

/** Whether the last certificate of a chain was signed by the root; false for what cannot be read. */
export function endsIn(chain: string, root: string): boolean {
  const last = chain.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs)?.at(-1);
  try {
    return last !== undefined && new X509Certificate(last).verify(new X509Certificate(root).publicKey);
  } catch {
    return false; // what is no certificate ends in none
  }
}
