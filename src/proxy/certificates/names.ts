import { z } from 'zod';
import { CoveyError } from '../../errors.ts';

/** What Caddy keeps of one certificate: the chain, its key, and what it wants to know of it, all as text. */
export interface SiteCertificate {
  /** Name of the folder of who issued it: `local`, or the host and path of an ACME directory. */
  issuer: string;
  /** Name of the folder of the host, as `folderOf` makes it. */
  host: string;
  certificate: string;
  key: string;
  metadata: string;
}

/** The ends of a certificate's files, by what is in them. */
export const KINDS = { certificate: '.crt', key: '.key', metadata: '.json' } as const;

/** Longest text of one file: chains of the largest keys have a tenth of it. */
export const LONGEST = 64 * 1024;

/** Caddy's own rule (`KeyBuilder.Safe` of certmagic) for hosts that a record may have: `[::1]` lies in `--1`. */
export function folderOf(host: string): string {
  return host
    .toLowerCase()
    .replaceAll(':', '-')
    .replaceAll('..', '')
    .replace(/[^\w@.-]/g, '');
}

/** What Caddy writes down of a certificate, as far as we look into it. */
const written = z.object({ sans: z.tuple([z.string()]) });

/** The one name that Caddy manages a certificate for; undefined where it does not say so. */
export function nameOf({ metadata }: Pick<SiteCertificate, 'metadata'>): string | undefined {
  try {
    return written.parse(JSON.parse(metadata)).sans[0];
  } catch {
    return undefined; // not Caddy's: it manages none by it
  }
}

/** Whether it may be the name of a folder of Caddy's: one that leads nowhere else, and is not hidden. */
export function isFolderName(name: string): boolean {
  return /^[\w@-][\w@.-]*$/.test(name) && !name.includes('..') && name.length <= 253;
}

/**
 * What came from another node, if it is about one of the hosts that were asked for and could be nothing but files of Caddy's.
 * @throws CoveyError `invalid`; no word of the texts is in it
 */
export function checkedNames(given: SiteCertificate, hosts: readonly string[]): SiteCertificate {
  const { issuer, host } = given;
  const isAsked = hosts.map(folderOf).includes(host);
  const isShort = [given.certificate, given.key, given.metadata].every(
    ({ length }) => length > 0 && length <= LONGEST,
  );
  if (isFolderName(issuer) && isFolderName(host) && isAsked && isShort) return given;
  const where = JSON.stringify(`${issuer}/${host}`.slice(0, 100));
  throw new CoveyError(
    'invalid',
    `What another node gave for ${where} is no certificate that was asked for.`,
  );
}
