import { parseAddress } from '../address.ts';
import type { Caddyfile, Directive, Site } from '../ast.ts';
import { directive } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { expand } from '../snippets.ts';
import { convertProxy, type Timeouts } from './proxy.ts';
import { convertRedir } from './redir.ts';
import { convertErrors, convertRoot, convertTimeouts, convertTls } from './site.ts';

/** @param timeouts what the site says of timeouts, for its proxies */
type Convert = (from: Directive, timeouts: Timeouts) => readonly Directive[];

/** Each v1 directive that has a meaning for one site alone. */
const conversions: Record<string, Convert> = {
  proxy: convertProxy,
  redir: convertRedir,
  gzip: (from) => [directive(['encode', 'zstd', 'gzip'], undefined, from.name.position)],
  // the site's proxies carry them
  timeouts: () => [],
  // every site has an access log
  log: () => [],
  errors: convertErrors,
  tls: convertTls,
  root: convertRoot,
  import: (from) => [from],
};

/**
 * A v1 file as a v2 file that serves the same.
 * @throws CoveyError `invalid` naming line and directive where that is not possible
 */
export function convertV1(file: Caddyfile): Caddyfile {
  const convert = (directives: readonly Directive[], snippets: Caddyfile['snippets']): Directive[] => {
    const timeouts = expand(directives, snippets)
      .filter(({ name }) => name.text === 'timeouts')
      .flatMap(convertTimeouts);
    return once(directives.flatMap((item) => convertDirective(item, timeouts)));
  };
  return {
    snippets: file.snippets.map((item, index) => ({
      ...item,
      directives: convert(item.directives, file.snippets.slice(0, index)),
    })),
    sites: file.sites.map((site) => {
      checkTlsOff(site, file);
      return { ...site, directives: convert(site.directives, file.snippets) };
    }),
  };
}

/** `tls off` made a site one of plain HTTP; nowadays its address says so, for the routes are made of addresses. */
function checkTlsOff({ addresses, directives }: Site, { snippets }: Caddyfile): void {
  const off = expand(directives, snippets).find(
    ({ name, args }) => name.text === 'tls' && args[0]?.text === 'off',
  );
  const secure = addresses.find((address) => parseAddress(address).scheme === 'https');
  if (off === undefined || secure === undefined) return;
  throw caddyfileError(off.name.position, `"tls off" needs http:// in front of "${secure.text}"`);
}

function convertDirective(item: Directive, timeouts: Timeouts): readonly Directive[] {
  const convert = conversions[item.name.text];
  if (convert !== undefined) return convert(item, timeouts);
  throw caddyfileError(
    item.name.position,
    `the v1 directive "${item.name.text}" is not supported`,
    'Write the CADDYFILE for Caddy 2; a first line "# caddy v2" says that it is.',
  );
}

/** Several v1 directives may ask for the same thing (`gzip` twice, two with a file server): one line is enough. */
function once(directives: readonly Directive[]): Directive[] {
  const alone = new Set(['encode', 'file_server']);
  return directives.filter(
    ({ name }, index) =>
      !alone.has(name.text) || directives.findIndex((other) => other.name.text === name.text) === index,
  );
}
