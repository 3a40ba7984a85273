import { domainToASCII } from 'node:url';
import type { Caddyfile, Site, Word } from './ast.ts';
import { caddyfileError } from './lexer.ts';

/** A site address. `host` is in lower case and in ASCII (punycode); a `path` begins with `/`. */
export interface Address {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** Undefined where it is the scheme's own port. */
  readonly port?: number;
  readonly path?: string;
}

const label = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?';
const hostname = new RegExp(`^${label}(\\.${label})*$`);
const ownPort = { http: 80, https: 443 } as const;

/**
 * Reads `http://host`, `https://host:8443/path`, `host` (https), `host:80` (http) and `host:8443` (https).
 * @throws CoveyError `invalid` for what no site of a shared cluster may claim: every host, a pattern, a placeholder
 */
export function parseAddress({ text, position }: Pick<Word, 'text' | 'position'>): Address {
  const fail = (why: string, hint?: string) =>
    caddyfileError(position, `the site address "${text}" ${why}`, hint);
  if (text.includes('{')) throw fail('holds a placeholder', 'Write the host out.');
  const match = /^(?:([^:/]*):\/\/)?(\[[^\]]*\]|[^:/]*)(?::([^/]*))?(\/.*)?$/s.exec(text);
  if (match === null) throw fail('is none');
  const [, written, rawHost = '', rawPort, path] = match;
  const named = written?.toLowerCase();
  if (named !== undefined && named !== 'http' && named !== 'https')
    throw fail('is neither http:// nor https://');
  const port = rawPort === undefined ? undefined : Number(rawPort);
  if (port !== undefined && !(/^\d{1,5}$/.test(rawPort ?? '') && port > 0 && port < 65536)) {
    throw fail(`has no usable port: "${rawPort}"`, 'A port is a number from 1 to 65535.');
  }
  const scheme = named ?? (port === 80 ? 'http' : 'https');
  if (port === ownPort[scheme === 'http' ? 'https' : 'http']) throw fail(`joins ${scheme} with port ${port}`);
  return {
    scheme,
    host: readHost(rawHost, fail),
    ...(port === undefined || port === ownPort[scheme] ? {} : { port }),
    ...(path === undefined || path === '/' ? {} : { path }),
  };
}

function readHost(raw: string, fail: (why: string, hint?: string) => Error): string {
  if (raw === '' || raw === '*') throw fail("would take every host's traffic", 'Name the host.');
  if (raw.includes('*')) throw fail('is a pattern', 'Name each host: routes are by exact name.');
  const lower = raw.toLowerCase();
  // the URL standard's conversion drops line ends and decodes "%", so it sees only names that need it
  const isAscii = /^[\x20-\x7e]*$/.test(lower);
  const host = isAscii || /[\s%]/.test(lower) ? lower : domainToASCII(lower);
  if (/^\[[0-9a-f:.]+\]$/.test(host)) return host;
  if (host.length > 253 || !hostname.test(host)) throw fail(`has no valid host name: "${raw}"`);
  return host;
}

/** The address in its one canonical form; two addresses claim the same traffic if and only if these are equal. */
export function formatAddress({ scheme, host, port, path }: Address): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${path ?? ''}`;
}

/**
 * The traffic that an address claims. HAProxy brings all of it to one socket of Caddy's, where a site is found by its host and
 * not by its port: `https://a` and `https://a:8443` are the same there.
 */
function claimOf({ scheme, host, path }: Address): Address {
  return { scheme, host, ...(path === undefined ? {} : { path }) };
}

/**
 * Each site's addresses as Caddy is given them: without ports, so that it refuses what two apps claim. Of those of one file that
 * are the same then, the one that had no port counts, else the first.
 */
export function servedAddresses(sites: readonly Site[]): Address[][] {
  const parsed = sites.map(({ addresses }) => addresses.map(parseAddress));
  const all = parsed.flat();
  const byPort = [
    ...all.filter(({ port }) => port === undefined),
    ...all.filter(({ port }) => port !== undefined),
  ];
  const chosen = new Map<string, Address>();
  for (const address of byPort) {
    const claim = formatAddress(claimOf(address));
    if (!chosen.has(claim)) chosen.set(claim, address);
  }
  const counts = new Set(chosen.values());
  return parsed.map((addresses) => addresses.filter((address) => counts.has(address)).map(claimOf));
}

/** All site addresses of a file, in order, each once. Errors as `parseAddress`. */
export function siteAddresses(file: Caddyfile): Address[] {
  const all = file.sites.flatMap((site) => site.addresses.map(parseAddress));
  return [...new Map(all.map((address) => [formatAddress(address), address])).values()];
}

/** The record's `urls`, as a list: `http://host`, `https://host:8443`, `http://host/path` for `http://host/path*`. */
export function urlsOf(addresses: readonly Address[]): string[] {
  return addresses.map((address) => formatAddress(address).replace(/\*$/, ''));
}

/** The record's `domains`: host[:port], each once, in order. */
export function domainsOf(addresses: readonly Address[]): string[] {
  return [...new Set(addresses.map(({ host, port }) => (port === undefined ? host : `${host}:${port}`)))];
}
