import { isIP } from 'node:net';
import { CoveyError } from '../../errors.ts';
import type { HaproxyDefinition } from './definition.ts';
import { compare, nodeBackend, type RoutedApp, type RoutedSwarm, swarmBackend } from './domains.ts';
import { type HaproxyParts, renderParts, section } from './parts.ts';

/** What haproxy.cfg needs to know of an app. */
export interface HaproxyApp extends RoutedApp {
  /** Address of the master, as in the record. */
  readonly ip: string;
  /** In maintenance the app's HAPROXY parts are left out; its domains stay. */
  readonly maintenance: boolean;
  readonly haproxy?: HaproxyDefinition;
}

export interface HaproxySwarm extends RoutedSwarm {
  /** As of an app: `maintenance/<key>` is there. */
  readonly maintenance?: boolean;
  readonly haproxy?: HaproxyDefinition;
}

export interface HaproxySettings {
  /** Where the peer answers names of containers, `address:port`. */
  readonly nameserver: string;
  readonly ports: {
    readonly http: number;
    readonly https: number;
    readonly peerHttp: number;
    readonly peerHttps: number;
  };
  readonly paths: {
    readonly domainMap: string;
    readonly serverState: string;
    /** The runtime API. */
    readonly socket: string;
    readonly caddyHttp: string;
    readonly caddyHttps: string;
  };
}

/** A node as `docker-compose.yml` makes it. */
export const haproxyDefaults: HaproxySettings = {
  nameserver: '127.0.0.1:7753',
  ports: { http: 80, https: 443, peerHttp: 1080, peerHttps: 1443 },
  paths: {
    domainMap: '/var/lib/covey/haproxy/domains.map',
    serverState: '/var/lib/covey/haproxy/server-state',
    socket: '/run/covey/haproxy.sock',
    caddyHttp: '/run/covey/caddy-http.sock',
    caddyHttps: '/run/covey/caddy-https.sock',
  },
};

export interface HaproxyInput {
  /** The node that the text is for. */
  readonly node: string;
  /** All nodes that may be a master, `node` included; failed ones too, so that a failure is no reload. */
  readonly members: readonly { readonly name: string; readonly address: string }[];
  readonly apps: readonly HaproxyApp[];
  readonly swarm?: readonly HaproxySwarm[];
  readonly settings?: HaproxySettings;
  /** What one app adds on this node: `renderHaproxyApp`, or what remembers it. */
  readonly part?: (app: HaproxyApp) => HaproxyParts;
}

/**
 * The text of haproxy.cfg on one node. It depends on no domain: those are in the map (`renderDomainMap`), so a moved or
 * a new domain needs no reload.
 * @throws CoveyError `invalid` for a name that HAProxy can't take
 */
export function renderHaproxy(input: HaproxyInput): string {
  const settings = input.settings ?? haproxyDefaults;
  const { part = (app: HaproxyApp) => renderHaproxyApp(app, input.node) } = input;
  const parts = [
    ...input.apps.toSorted((a, b) => compare(a.name, b.name)).map(part),
    ...(input.swarm ?? []).toSorted((a, b) => compare(a.key, b.key)).map(renderHaproxySwarm),
  ];
  const members = input.members.toSorted((a, b) => compare(a.name, b.name));
  return [
    base(settings),
    httpIn(
      settings,
      input.node,
      parts.flatMap((part) => part.httpRules),
    ),
    httpsIn(
      settings,
      input.node,
      parts.flatMap((part) => part.httpsRules),
    ),
    ...members.flatMap((member) => nodeSections(member, input.node, settings)),
    ...((input.swarm ?? []).some(({ domains }) => domains.length > 0) ? swarmSections() : []),
    ...parts.flatMap((part) => part.sections.map(({ text }) => text)),
  ].join('\n');
}

/** What one app adds to haproxy.cfg of a node; nothing in maintenance. Errors as `renderParts`. */
export function renderHaproxyApp(app: HaproxyApp, node: string): HaproxyParts {
  nodeBackend(app.master);
  return renderParts({
    definition: app.maintenance ? {} : (app.haproxy ?? {}),
    swarm: false,
    server: app.master,
    target: ({ ct, port, peer_port }) =>
      app.master === node ? `${ct}:${port}` : `${hostOf(app.ip, app.name)}:${peer_port}`,
  });
}

/** What one swarm key adds to haproxy.cfg, the same on every node. Errors as `renderParts`. */
export function renderHaproxySwarm({ haproxy, maintenance = false }: HaproxySwarm): HaproxyParts {
  return renderParts({
    definition: maintenance ? {} : (haproxy ?? {}),
    swarm: true,
    server: 'swarm_service',
    target: ({ ct, port }) => `${ct}:${port}`,
  });
}

function base({ nameserver, paths }: HaproxySettings): string {
  return `# Written by covey from the records in Consul; changes made here are lost.
global
    log stdout format raw local0 notice
    stats socket ${paths.socket} mode 600 level admin expose-fd listeners
    stats timeout 2m
    server-state-file ${paths.serverState}
    # old processes keep their connections after a reload, but not for ever
    hard-stop-after 30m
    mworker-max-reloads 50

# The peer answers names of containers. While it is down, the last answers hold.
resolvers dns
    nameserver covey ${nameserver}
    resolve_retries 3
    timeout resolve 500ms
    timeout retry 500ms
    hold valid 500ms
    hold obsolete 0s
    hold nx 2s
    hold timeout 20d
    hold refused 20d
    hold other 20d

defaults
    mode tcp
    log global
    option dontlognull
    timeout connect 5s
    timeout client 15m
    timeout server 15m
    timeout tunnel 1h
    timeout http-request 30s
    timeout http-keep-alive 60s
    timeout queue 30s
    timeout check 5s
    # an app's port leaves connections to all others, whatever happens on it; its own options may say more
    maxconn 2000
    load-server-state-from-file global
    # a name that nobody knows yet may not keep HAProxy from starting
    default-server resolvers dns resolve-prefer ipv4 init-addr last,none
`;
}

/**
 * What another node has passed on goes to this node's own Caddy or nowhere. A node that boots with what it knew before may
 * believe another one the master that believes it to be it, and a request that goes round between the two takes all of
 * their connections within a second. The listeners for nodes are told from the others by this id.
 */
const FROM_NODE = 2;
const goesRound = (node: string) =>
  `{ so_id ${FROM_NODE} } { var(txn.to) -m beg node- } !{ var(txn.to) -m str ${nodeBackend(node)} }`;

/** The built-in frontends take what HAProxy as a whole can take, which is less. */
const ALL = 'maxconn 1000000';

function httpIn({ ports, paths }: HaproxySettings, node: string, rules: readonly string[]): string {
  return section('frontend http-in', [
    'mode http',
    ALL,
    `bind *:${ports.http}`,
    `bind *:${ports.peerHttp} accept-proxy id ${FROM_NODE}`,
    'option socket-stats',
    'option httplog',
    `http-request set-var(txn.to) req.hdr(host),host_only,lower,map_str(${paths.domainMap})`,
    `http-request deny deny_status 503 if ${goesRound(node)}`,
    'use_backend %[var(txn.to)]-http if { var(txn.to) -m found }',
    ...rules,
  ]);
}

function httpsIn({ ports, paths }: HaproxySettings, node: string, rules: readonly string[]): string {
  return section('frontend https-in', [
    'mode tcp',
    ALL,
    `bind *:${ports.https}`,
    `bind *:${ports.peerHttps} accept-proxy id ${FROM_NODE}`,
    'option socket-stats',
    'option tcplog',
    'tcp-request inspect-delay 5s',
    `tcp-request content set-var(txn.to) req.ssl_sni,lower,map_str(${paths.domainMap}) if { req.ssl_hello_type 1 }`,
    `tcp-request content reject if ${goesRound(node)}`,
    'tcp-request content accept if { req.ssl_hello_type 1 }',
    'use_backend %[var(txn.to)]-https if { var(txn.to) -m found }',
    ...rules,
  ]);
}

/** Traffic for a node's apps: on that node to its Caddy, elsewhere to its HAProxy. The visitor's address goes along. */
function nodeSections(
  { name, address }: { name: string; address: string },
  node: string,
  settings: HaproxySettings,
): string[] {
  const backend = nodeBackend(name);
  const { ports, paths } = settings;
  const host = hostOf(address, name);
  const here = name === node;
  const server = (socket: string, port: number) =>
    here ? `server caddy unix@${socket} send-proxy-v2` : `server ${name} ${host}:${port} send-proxy-v2`;
  return [
    section(`backend ${backend}-http`, ['mode http', server(paths.caddyHttp, ports.peerHttp)]),
    section(`backend ${backend}-https`, ['mode tcp', server(paths.caddyHttps, ports.peerHttps)]),
  ];
}

/** An IP address as it stands before a port. */
function hostOf(address: string, owner: string): string {
  const version = isIP(address);
  if (version === 0) throw new CoveyError('invalid', `${owner}: "${address}" is no IP address`);
  return version === 6 ? `[${address}]` : address;
}

/** §6: the proxy of a swarm, which finds the service by host itself. */
function swarmSections(): string[] {
  const checks = 'resolvers dns check inter 3s';
  return [
    section(`backend ${swarmBackend}-http`, ['mode http', `server swarm_service swarm_reverse:80 ${checks}`]),
    section(`backend ${swarmBackend}-https`, [
      'mode tcp',
      `server swarm_service swarm_reverse:443 ${checks}`,
    ]),
  ];
}
