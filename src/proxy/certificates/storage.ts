import { setTimeout as pause } from 'node:timers/promises';
import { createFolders } from './folders.ts';
import { folderOf, isFolderName, KINDS, LONGEST, nameOf, type SiteCertificate } from './names.ts';
import { endsIn, type KeyPair, leafOf, type Root, rootOf } from './x509.ts';

/** What Caddy calls its own authority: of its folder, and as the issuer of certificates. */
const LOCAL = 'local';
const AUTHORITY = ['pki', 'authorities', LOCAL] as const;

/** Between two looks at files of which Caddy is just writing one after the other, in milliseconds, and how many. */
const SETTLING = { every: 50, looks: 4 };

/** What the node's Caddy keeps on disk. Certificates and keys of sites, and of its own authority. */
export interface CaddyStorage {
  /** False where the peer does not see Caddy's folder. */
  isThere(): Promise<boolean>;
  /** The whole ones of these hosts, of each issuer. */
  certificates(hosts: readonly string[]): Promise<SiteCertificate[]>;
  /**
   * Keeps a certificate, unless the one of that issuer and host that is here ends as late. Caddy loads it when it gets a
   * configuration with that host, and asks nobody for another one.
   */
  keep(given: SiteCertificate): Promise<'kept' | 'is here' | 'is of no use'>;
  /** The root of Caddy's own authority; undefined before Caddy has made one, and where it is not whole. */
  root(): Promise<Root | undefined>;
  /** Whether what Caddy signs by was signed by its root; it makes a new one where there is none. */
  isConsistent(): Promise<boolean>;
  /** Makes it the root. With its next configuration Caddy makes itself something to sign by that ends in it. */
  placeRoot(root: KeyPair): Promise<void>;
  /** Removes certificates of Caddy's own authority that end in another root, but for those of hosts in this Caddyfile. */
  dropOfOtherRoots(root: KeyPair, served: string): Promise<void>;
  /** The whole ones of Caddy's own authority that end in another root, each with the one name that it is for. */
  ofOtherRoots(root: KeyPair): Promise<(SiteCertificate & { name: string })[]>;
  /** Removes a certificate. What Caddy has in its memory without one here it can't renew. */
  remove(of: Pick<SiteCertificate, 'issuer' | 'host'>): Promise<void>;
  /** Removes what a peer that was killed had begun. */
  sweep(): Promise<void>;
}

/** @param path the folder `caddy` of Caddy's data */
export function openCaddyStorage(path: string): CaddyStorage {
  const folders = createFolders(path);

  async function read(issuer: string, host: string): Promise<SiteCertificate | undefined> {
    const text = (kind: keyof typeof KINDS) =>
      folders.read('certificates', issuer, host, `${host}${KINDS[kind]}`);
    const [certificate, key, metadata] = [
      await text('certificate'),
      await text('key'),
      await text('metadata'),
    ];
    if (certificate === undefined || key === undefined || metadata === undefined) return undefined;
    if ([certificate, key, metadata].some(({ length }) => length > LONGEST)) return undefined;
    return { issuer, host, certificate, key, metadata };
  }

  /** Caddy replaces one file after the other. */
  async function settled(issuer: string, host: string): Promise<SiteCertificate | undefined> {
    for (let look = 1; ; look++) {
      const found = await read(issuer, host);
      if (found === undefined || leafOf(found) !== undefined) return found;
      if (look === SETTLING.looks) return undefined;
      await pause(SETTLING.every);
    }
  }

  /** Folders of what Caddy's own authority has issued under another root, or that are not whole. */
  async function othersThan(root: string): Promise<string[]> {
    const others: string[] = [];
    // Hundreds of them end alike.
    const judged = new Map<string, boolean>();
    for (const host of (await folders.list('certificates', LOCAL)).filter(isFolderName)) {
      const chain = (await folders.read('certificates', LOCAL, host, `${host}${KINDS.certificate}`)) ?? '';
      const end = chain.slice(chain.lastIndexOf('-----BEGIN CERTIFICATE-----'));
      const isOfRoot = judged.get(end) ?? endsIn(end, root);
      judged.set(end, isOfRoot);
      if (!isOfRoot) others.push(host);
    }
    return others;
  }

  const authority = (name: string) => folders.read(...AUTHORITY, name);

  async function root(): Promise<Root | undefined> {
    const [certificate, key] = [await authority('root.crt'), await authority('root.key')];
    if (certificate === undefined || key === undefined) return undefined;
    return rootOf({ certificate, key });
  }

  return {
    isThere: folders.isThere,
    certificates: async (hosts) => {
      const found: SiteCertificate[] = [];
      const names = [...new Set(hosts.map(folderOf))].filter(isFolderName);
      for (const issuer of (await folders.list('certificates')).filter(isFolderName).toSorted()) {
        for (const host of names) {
          const certificate = await settled(issuer, host);
          if (certificate !== undefined) found.push(certificate);
        }
      }
      return found;
    },
    keep: async (given) => {
      const { issuer, host, certificate, key, metadata } = given;
      const until = leafOf(given)?.validToDate.getTime() ?? 0;
      if (until <= Date.now()) return 'is of no use';
      const present = await settled(issuer, host);
      const presentUntil = (present && leafOf(present)?.validToDate.getTime()) ?? 0;
      if (presentUntil >= until) return 'is here';
      await folders.put(['certificates', issuer, host], {
        [`${host}${KINDS.certificate}`]: certificate,
        [`${host}${KINDS.key}`]: key,
        [`${host}${KINDS.metadata}`]: metadata,
      });
      return 'kept';
    },
    root,
    isConsistent: async () => {
      const [found, chain] = [await root(), await authority('intermediate.crt')];
      return found === undefined || chain === undefined || endsIn(chain, found.certificate);
    },
    // The whole folder: what signed for the root before would go on to do so.
    placeRoot: ({ certificate, key }) => folders.put(AUTHORITY, { 'root.crt': certificate, 'root.key': key }),
    dropOfOtherRoots: async ({ certificate: root }, served) => {
      // A host that is only part of another one keeps its certificate too, which does no harm.
      const kept = folderOf(served);
      for (const host of await othersThan(root))
        if (!kept.includes(host.replace(/^wildcard_/, ''))) await folders.remove('certificates', LOCAL, host);
    },
    ofOtherRoots: async ({ certificate: root }) => {
      const found: (SiteCertificate & { name: string })[] = [];
      for (const host of await othersThan(root)) {
        const certificate = await settled(LOCAL, host);
        if (certificate === undefined || endsIn(certificate.certificate, root)) continue;
        const name = nameOf(certificate);
        if (name !== undefined) found.push({ ...certificate, name });
      }
      return found;
    },
    remove: ({ issuer, host }) => folders.remove('certificates', issuer, host),
    sweep: folders.sweep,
  };
}
