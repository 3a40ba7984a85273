import { parseAddress } from '../address.ts';
import { type Caddyfile, type Directive, directive, type Site, type Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { expandAll } from '../snippets.ts';
import { convertBasicauth } from './basicauth.ts';
import { convertErrors } from './errors.ts';
import { convertFastcgi } from './fastcgi.ts';
import { convertExt, convertRoot, fileServer, indexPages } from './files.ts';
import { convertGzip } from './gzip.ts';
import { convertHeaders, convertMime } from './header.ts';
import { accelLines, convertInternal } from './internal.ts';
import { prefix } from './matching.ts';
import { convertProxies } from './proxy.ts';
import { convertRedirs } from './redir.ts';
import { convertRewrites } from './rewrite.ts';
import type { Convert, V1Site } from './site.ts';
import { convertStatus } from './status.ts';
import { convertTimeouts } from './timeouts.ts';
import { convertTls } from './tls.ts';

/** What stands outside of the order of requests. */
const settings: Record<string, Convert> = { tls: convertTls, gzip: convertGzip, root: convertRoot };

/** What answers, or changes the request, in the order of v1, which never was that of the file. */
const before: Record<string, Convert> = {
  rewrite: convertRewrites,
  ext: convertExt,
  // what stands first is set last, and so counts
  mime: convertMime,
  header: convertHeaders,
  basicauth: convertBasicauth,
  redir: convertRedirs,
  status: convertStatus,
  internal: convertInternal,
};
const serving: Record<string, Convert> = { proxy: convertProxies, fastcgi: convertFastcgi };

/** Read by `readSite` and `convertErrors`; every site has an access log of ours. */
const elsewhere = ['timeouts', 'index', 'errors', 'log'];

const supported = new Set([settings, before, serving].flatMap(Object.keys).concat(elsewhere));

/**
 * A v1 file as a v2 file that serves the same. Snippets are put in their places, for the order is that of the whole site.
 * @throws CoveyError `invalid` naming line and directive where that is not possible
 */
export function convertV1(file: Caddyfile): Caddyfile {
  const perHost = file.sites.some(({ addresses }) =>
    addresses.some((address) => parseAddress(address).path !== undefined),
  );
  return {
    snippets: [],
    sites: file.sites.flatMap((site) => {
      const directives = expandAll(site.directives, file.snippets);
      for (const { name } of directives) {
        if (!supported.has(name.text)) throw unsupported(name);
      }
      checkTlsOff(site, directives);
      return byPath(site.addresses, perHost).map(({ path, addresses }) => ({
        addresses,
        directives: convertSite(addresses, path, directives),
      }));
    }),
  };
}

function unsupported({ text, position }: Word): Error {
  return caddyfileError(
    position,
    `the v1 directive "${text}" is not supported`,
    'Write the CADDYFILE for Caddy 2; a first line "# caddy v2" says that it is.',
  );
}

/** `tls off` made a site one of plain HTTP; nowadays its address says so, for the routes are made of addresses. */
function checkTlsOff({ addresses }: Site, directives: readonly Directive[]): void {
  const off = directives.find(({ name, args }) => name.text === 'tls' && args[0]?.text === 'off');
  const secure = addresses.find((address) => parseAddress(address).scheme === 'https');
  if (off === undefined || secure === undefined) return;
  throw caddyfileError(off.name.position, `"tls off" needs http:// in front of "${secure.text}"`);
}

/**
 * A path in an address is a prefix that v1 took off, so that a block with several is several sites. Caddy 2 tries the site
 * with the longest host first, and only then the longest path: where there are paths, each host is a site of its own.
 */
function byPath(
  addresses: readonly Word[],
  perHost: boolean,
): { path: string | undefined; addresses: Word[] }[] {
  const groups = new Map<string, { path: string | undefined; addresses: Word[] }>();
  for (const address of addresses) {
    const { path, host } = parseAddress(address);
    if (path !== undefined) prefix({ text: path, position: address.position });
    const key = `${perHost ? host : ''}${path ?? ''}`;
    const group = groups.get(key) ?? { path, addresses: [] };
    group.addresses.push(path === undefined ? address : { ...address, text: `${address.text}*` });
    groups.set(key, group);
  }
  return [...groups.values()];
}

function convertSite(
  addresses: readonly Word[],
  path: string | undefined,
  directives: readonly Directive[],
): Directive[] {
  const all = (name: string) => directives.filter((item) => item.name.text === name);
  const run = (table: Record<string, Convert>, site: V1Site) =>
    Object.entries(table).flatMap(([name, convert]) => convert(all(name), site));
  const serve = (site: V1Site) => {
    const lines = [...run(serving, site), ...(site.root === undefined ? [] : [fileServer(site)])];
    return lines.some(takesAll) ? lines : [...lines, directive(['error', '404'])];
  };
  const plain = readSite(addresses, all);
  const site = all('internal').length === 0 ? plain : { ...plain, accel: accelLines(serve(plain)) };
  const outside = run(settings, site);
  const first = run(before, site);
  const lines = [
    ...(path === undefined ? [] : [directive(['uri', 'strip_prefix', path])]),
    ...first,
    ...(first.some(takesAll) ? [] : serve(site)),
  ];
  const isHandler = ({ name }: Directive) => !name.text.startsWith('@');
  const ordered = lines.filter(isHandler).length > 1 ? [directive(['route'], lines)] : lines;
  return [...outside, ...ordered, ...convertErrors(all('errors'), site, convertHeaders(all('header'), site))];
}

function readSite(addresses: readonly Word[], all: (name: string) => Directive[]): V1Site {
  const counts = new Map<string, number>();
  const index = all('index').flatMap(({ args }) => args.map(({ text }) => text));
  const [address] = addresses;
  return {
    host: address === undefined ? '' : parseAddress(address).host,
    root: all('root').at(-1)?.args[0],
    index: index.length === 0 ? indexPages : index,
    timeouts: all('timeouts').flatMap(convertTimeouts),
    accel: [],
    name(kind) {
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return `@${kind}-${count}`;
    },
  };
}

/** Whether nothing gets past a directive, so that what v1 had for the rest is not needed. */
function takesAll({ name, args }: Directive): boolean {
  const first = args[0]?.text ?? '';
  if (name.text === 'file_server') return true;
  if (name.text === 'redir') return first === '*';
  if (name.text === 'error' || name.text === 'respond') return args.length === 1;
  if (name.text === 'handle') return args.length === 0;
  return name.text === 'reverse_proxy' && !/^[@/]/.test(first);
}
