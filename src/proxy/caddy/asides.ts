import { ASIDE_MARK } from '../../render/caddy.ts';
import { holdSocket } from '../../render/haproxy/hold.ts';
import { asideName } from '../cutover/asides.ts';

/** What a configuration has of it besides its sites. */
export interface AsidePaths {
  /** Folder of the sockets, as Caddy sees it. */
  run: string;
  /** Folder of the maintenance page. */
  pages: string;
}

/** A JSON object of Caddy's. */
interface Json {
  readonly handler?: unknown;
  readonly handle?: unknown;
  readonly routes?: unknown;
  readonly [key: string]: unknown;
}

/**
 * Tells how often a request was passed on, a `1` for each time that it left a site: two nodes that believe each other the one that serves must
 * not play with it. Three times is well: it may have waited, and a connection that is kept may still be at what a node served before.
 */
const PASSED = 'Covey-Passed-On';
const TOO_OFTEN = '1111*';

/** HAProxy listens before requests are led there; its old process may let go of the socket a moment before the new one has it. */
const UNTIL_HAPROXY_LISTENS = { try_duration: '2s', try_interval: '50ms' };

/** Name of the route by which requests leave a site. */
const ROUTE = 'covey-aside';

/** A server of a configuration. */
interface Server {
  routes: readonly unknown[];
  named_routes?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Puts a way out in front of each app's sites: where there is a file of the app's that says so (`proxy/cutover/asides.ts`), requests are led aside. Caddy
 * looks for each request, so it takes neither a load to begin with it nor one to end it, and nobody's connections are closed for it.
 */
export function withAsides(
  server: Server,
  scheme: 'http' | 'https',
  paths: AsidePaths,
): { routes: unknown[]; named_routes: Readonly<Record<string, unknown>> } {
  const routes = server.routes.map((route) => {
    if (!isObject(route) || !Array.isArray(route.handle)) return route;
    return { ...route, handle: listOf(route.handle).map(withAside) };
  });
  return { routes, named_routes: { ...server.named_routes, [ROUTE]: aside(scheme, paths) } };
}

/** The mark of its app may stand anywhere among what a site does; it goes to the front, and the way out comes next. */
function withAside(site: Json): Json {
  const inner = listOf(site.routes);
  const mark = inner.flatMap(({ handle }) => listOf(handle)).find(isMark);
  if (mark === undefined) return site;
  const others = inner.map((route) => ({
    ...route,
    handle: listOf(route.handle).filter((one) => one !== mark),
  }));
  const first = { handle: [mark, { handler: 'invoke', name: ROUTE }] };
  return { ...site, routes: [first, ...others.filter(({ handle }) => handle.length > 0)] };
}

const isMark = (handler: Json): boolean => handler.handler === 'vars' && ASIDE_MARK in handler;

function aside(scheme: 'http' | 'https', { run, pages }: AsidePaths): Json {
  const id = `{http.vars.${ASIDE_MARK}}`;
  const passed = { header: { [PASSED]: [TOO_OFTEN] } };
  const proxy = {
    handler: 'reverse_proxy',
    upstreams: [{ dial: `unix/${holdSocket(run, id, scheme)}` }],
    load_balancing: UNTIL_HAPROXY_LISTENS,
    headers: {
      request: {
        set: {
          // For an upstream with TLS Caddy would name that one.
          Host: ['{http.request.host}'],
          [PASSED]: [`{http.request.header.${PASSED}}1`],
        },
      },
    },
    // It comes back by the scheme that the visitor has, so that the app's own site sees the same one; the PROXY protocol tells it the same client.
    transport: {
      protocol: 'http',
      proxy_protocol: 'v2',
      keep_alive: { enabled: false },
      versions: ['1.1'],
      ...(scheme === 'https' && {
        tls: { insecure_skip_verify: true, server_name: '{http.request.host}' },
      }),
    },
  };
  return {
    match: [{ file: { root: run, try_files: [`/${asideName(id)}`] } }],
    handle: [
      {
        handler: 'subroute',
        routes: [
          {
            match: [passed],
            handle: [{ handler: 'error', error: 'passed on too often', status_code: 503 }],
          },
          { handle: [proxy] },
        ],
        errors: { routes: unavailable(pages) },
      },
    ],
    terminal: true,
  };
}

/** What visitors get where there is nobody, or who have waited for too long: the maintenance page, or words where that is missing. */
function unavailable(pages: string): Json[] {
  const comeBack = { set: { 'Retry-After': ['60'], 'Cache-Control': ['no-store'] } };
  // A file server would answer these with 304, 412 or 206.
  const conditional = ['If-Modified-Since', 'If-None-Match', 'If-Match', 'If-Unmodified-Since', 'Range'];
  const page = [
    { handler: 'headers', request: { delete: conditional } },
    { handler: 'rewrite', method: 'GET', uri: '/index.html' },
    { handler: 'file_server', root: pages, status_code: 503 },
  ];
  return [
    { handle: [{ handler: 'headers', response: comeBack }] },
    {
      match: [{ file: { root: pages, try_files: ['/index.html'] } }],
      handle: [{ handler: 'subroute', routes: [{ handle: page }] }],
      terminal: true,
    },
    { handle: [{ handler: 'static_response', body: 'This site is under maintenance.', status_code: 503 }] },
  ];
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
