import { CoveyError } from '../errors.ts';
import { challengeHost, withAuthority } from './acme.ts';
import { type CaddyBalance, checkSite, isServedHere, partingOf } from './balance.ts';
import { type Address, formatAddress, servedAddresses } from './caddyfile/address.ts';
import { readCaddyfile } from './caddyfile/app.ts';
import { type Caddyfile, type Directive, directive, type Site, word } from './caddyfile/ast.ts';
import { withDefaults, withProxyDefaults } from './caddyfile/defaults.ts';
import { withoutHealthChecks } from './caddyfile/health.ts';
import { nameLoggers, renameLoggers } from './caddyfile/loggers.ts';
import { printCaddyfile } from './caddyfile/printer.ts';
import { expand, renameSnippets } from './caddyfile/snippets.ts';
import { markStreams } from './caddyfile/streams.ts';
import { compare } from './haproxy/domains.ts';
import { holdId } from './haproxy/hold.ts';

/** What Caddy needs to know of an app. */
export interface CaddyApp {
  readonly name: string;
  /** The node whose Caddy has the site. */
  readonly master: string;
  /** As in the record: `$CONTAINER` is replaced, v1 or v2. Empty where the app has no site. */
  readonly caddyfile: string;
  /** The hosts by which it reaches the app's containers. Absent: none is known. */
  readonly containers?: readonly string[];
  /** The app's addresses answer with the maintenance page. */
  readonly maintenance: boolean;
  /** It runs on several nodes, and the node that this is for is one of them. */
  readonly balance?: CaddyBalance | undefined;
  /** Its requests are led aside on the node that this is for. */
  readonly isAside?: boolean | undefined;
}

/**
 * By this variable, in front of a site, `proxy/caddy/asides.ts` knows the app: there its requests leave the site while they are to wait. No
 * directive can do that, since what a CADDYFILE says may come before each.
 */
export const ASIDE_MARK = 'covey_aside';

export interface CaddySettings {
  /** Sites that say nothing of TLS get a certificate of Caddy's internal CA; otherwise by ACME. */
  readonly internalCa: boolean;
  readonly acme?: {
    readonly email?: string;
    /** URL of the directory. Default: Caddy's own choice. */
    readonly ca?: string;
    /** Path of a root certificate to trust for it. */
    readonly caRoot?: string;
  };
  readonly paths?: CaddyPaths;
}

export interface CaddyPaths {
  readonly admin: string;
  /** Where HAProxy brings HTTP, and TLS, both with the PROXY protocol. */
  readonly http: string;
  readonly https: string;
  /** Folder of the maintenance page, `index.html`. */
  readonly pages: string;
}

/** A node as `docker-compose.yml` makes it. */
export const caddyPaths: CaddyPaths = {
  admin: '/run/covey/caddy-admin.sock',
  http: '/run/covey/caddy-http.sock',
  https: '/run/covey/caddy-https.sock',
  pages: '/srv',
};

export interface CaddyInput {
  /** The node that the text is for. */
  readonly node: string;
  readonly apps: readonly CaddyApp[];
  readonly settings: CaddySettings;
  /** Writes one app's part: `renderCaddyPart`, or what remembers it. */
  readonly part?: (app: CaddyApp) => string;
}

/**
 * The whole Caddyfile of one node: what is common, then each app whose master it is, in order of name, each one
 * contiguous part behind a line `# app NAME`. No app's part depends on another's.
 * @throws CoveyError `invalid` naming the app whose CADDYFILE can't be served
 */
export function renderCaddy({
  node,
  apps,
  settings,
  part = (app) => renderCaddyPart(app, settings),
}: CaddyInput): string {
  const own = apps.filter(({ master, caddyfile }) => master === node && caddyfile.trim() !== '');
  const parts = own.toSorted((a, b) => compare(a.name, b.name)).map(part);
  return [renderGlobals(settings), ...parts].join('\n');
}

/** A whole Caddyfile with this app alone, whoever is its master: to validate it. Errors as `renderCaddy`. */
export function renderCaddyApp(app: CaddyApp, settings: CaddySettings): string {
  return [renderGlobals(settings), renderCaddyPart(app, settings)].join('\n');
}

/** One app's part of the Caddyfile. Errors as `renderCaddy`. */
export function renderCaddyPart(app: CaddyApp, settings: CaddySettings): string {
  // the comment is one line, and no word of ours is a placeholder, whatever the record's key was
  if (/[\r\n{}]/.test(app.name))
    throw new CoveyError('invalid', `an app's name holds a line end or a brace: ${JSON.stringify(app.name)}`);
  const read = readCaddyfile(app.caddyfile);
  const asked = app.isAside ? withoutHealthChecks(read) : read;
  const file = markStreams(ownNames(asked, app.name), app.containers ?? []);
  const paths = settings.paths ?? caddyPaths;
  const addresses = servedAddresses(file.sites);
  const rendered: Caddyfile = {
    snippets: file.snippets.map((item) => ({
      ...item,
      directives: withAuthority(withProxyDefaults(item.directives), settings.acme?.ca),
    })),
    sites: [
      ...file.sites.flatMap((site, index) =>
        app.balance && !isServedHere(site, app.balance)
          ? []
          : renderSite(
              { ...site, addresses: addresses[index] ?? [], parting: partingOf(site, app.balance) },
              file,
              app,
              settings,
              paths,
            ),
      ),
      ...(app.balance
        ? [checkSite(app.name, app.balance, { http: bind(paths.http), https: paths.https })]
        : []),
    ],
  };
  return `# app ${app.name}\n${printCaddyfile(rendered)}`;
}

/** Snippets and loggers are of the whole Caddyfile: each app's have its name in front. */
function ownNames(file: Caddyfile, app: string): Caddyfile {
  const own = (name: string) => `${app}/${name}`;
  return nameLoggers(renameLoggers(renameSnippets(file, own), own), (index) => own(`(${index})`));
}

/** HTTP and HTTPS come by different sockets, so a site with addresses of both kinds is written twice. */
function renderSite(
  site: {
    addresses: readonly Address[];
    directives: readonly Directive[];
    parting: readonly Directive[];
  },
  file: Caddyfile,
  app: CaddyApp,
  settings: CaddySettings,
  paths: CaddyPaths,
): Site[] {
  const { maintenance: isDown } = app;
  return (['http', 'https'] as const).flatMap((scheme) => {
    const addresses = site.addresses.filter((address) => address.scheme === scheme);
    if (addresses.length === 0) return [];
    const defaults = { logger: app.name, internalCa: settings.internalCa, scheme };
    const own =
      scheme === 'http' ? site.directives.filter(({ name }) => name.text !== 'tls') : site.directives;
    const served = isDown ? [...tlsOf(own, file), ...maintenance(paths)] : own;
    const directives = [
      bind(paths[scheme], challengeHost(expand(served, file.snippets))),
      ...(isDown ? [] : [directive(['vars', ASIDE_MARK, holdId(app.name)])]),
      ...site.parting,
      ...withAuthority(withDefaults(served, file.snippets, defaults), settings.acme?.ca),
    ];
    return [{ addresses: addresses.map(addressWord), directives }];
  });
}

function addressWord(address: Address) {
  return word(formatAddress(address));
}

function bind(socket: string, before: readonly string[] = []): Directive {
  return directive(['bind', ...before, `unix/${socket}|0600`]);
}

/** In maintenance a site keeps its certificate. */
function tlsOf(directives: readonly Directive[], file: Caddyfile): Directive[] {
  return expand(directives, file.snippets).filter(({ name }) => name.text === 'tls');
}

const comeBack = [
  directive(['header', 'Retry-After', '60']),
  directive(['header', 'Cache-Control', 'no-store']),
];

const inWords = directive(['respond', word('This site is under maintenance.'), '503']);

/** The page, for every path and method. */
function page({ pages }: CaddyPaths): Directive[] {
  const conditional = ['If-Modified-Since', 'If-None-Match', 'If-Match', 'If-Unmodified-Since', 'Range'];
  return [
    // a file server would answer these with 304, 412 or 206
    ...conditional.map((name) => directive(['request_header', `-${name}`])),
    directive(['rewrite', '*', '/index.html']),
    directive(['method', 'GET']),
    directive(['file_server'], [directive(['root', pages]), directive(['status', '503'])]),
  ];
}

/** 503, Retry-After and the page, also if the page itself is missing. */
function maintenance(paths: CaddyPaths): Directive[] {
  return [
    directive(['route'], [...comeBack, ...page(paths)]),
    directive(['handle_errors'], [...comeBack, inWords]),
  ];
}

function renderGlobals({ acme = {}, paths = caddyPaths }: CaddySettings): string {
  const options = [
    directive(['admin', `unix/${paths.admin}|0600`]),
    // our own redirects, below, come by the socket
    directive(['auto_https', 'disable_redirects']),
    directive(['skip_install_trust']),
    ...(acme.email === undefined ? [] : [directive(['email', acme.email])]),
    ...(acme.ca === undefined ? [] : [directive(['acme_ca', acme.ca])]),
    ...(acme.caRoot === undefined ? [] : [directive(['acme_ca_root', acme.caRoot])]),
    directive(
      ['servers'],
      [
        directive(['listener_wrappers'], [directive(['proxy_protocol']), directive(['tls'])]),
        directive(['protocols', 'h1', 'h2']),
      ],
    ),
  ];
  // HAProxy brings only hosts that some app declares: what has no http:// site here has an https:// one
  const redirect: Site = {
    addresses: [word('http://')],
    directives: [
      bind(paths.http),
      directive(['redir', 'https://{http.request.host}{http.request.uri}', '308']),
    ],
  };
  const text = printCaddyfile({ options, snippets: [], sites: [redirect] });
  return `# Written by covey from the records in Consul; changes made here are lost.\n${text}`;
}
