import { type BalancedApp, hostRules, ownShare } from './balance.ts';
import { nodeBackend, swarmBackend } from './domains.ts';
import { hostOf, section } from './parts.ts';
import type { HaproxySettings } from './settings.ts';

/** What comes before all frontends: HAProxy's own settings, and what holds for each section. */
export function base({ nameserver, hardStopAfter, paths }: HaproxySettings): string {
  return `# Written by covey from the records in Consul; changes made here are lost.
global
    log stdout format raw local0 notice
    stats socket ${paths.socket} mode 600 level admin expose-fd listeners
    stats timeout 2m
    server-state-file ${paths.serverState}
    # old processes keep their connections after a reload, but not for ever
    hard-stop-after ${hardStopAfter}
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
const isFromNode = `{ so_id ${FROM_NODE} }`;
const goesRound = (node: string) =>
  `${isFromNode} { var(txn.to) -m beg node- } !{ var(txn.to) -m str ${nodeBackend(node)} }`;

/** The built-in frontends take what HAProxy as a whole can take, which is less. */
const ALL = 'maxconn 1000000';

/** @param isBalancing some app runs on several nodes */
export function httpIn(
  { ports, paths }: HaproxySettings,
  node: string,
  rules: readonly string[],
  isBalancing = false,
): string {
  return section('frontend http-in', [
    'mode http',
    ALL,
    `bind *:${ports.http}`,
    `bind *:${ports.peerHttp} accept-proxy id ${FROM_NODE}`,
    'option socket-stats',
    'option httplog',
    `http-request set-var(txn.to) req.hdr(host),host_only,lower,map_str(${paths.domainMap})`,
    ...(isBalancing ? [ownShare(nodeBackend(node), isFromNode).http] : []),
    `http-request deny deny_status 503 if ${goesRound(node)}`,
    'use_backend %[var(txn.to)]-http if { var(txn.to) -m found }',
    ...rules,
  ]);
}

/** @param balanced the apps that run on several nodes */
export function httpsIn(
  { ports, paths }: HaproxySettings,
  node: string,
  rules: readonly string[],
  balanced: readonly BalancedApp[] = [],
): string {
  const apart = hostRules(balanced);
  return section('frontend https-in', [
    'mode tcp',
    ALL,
    `bind *:${ports.https}`,
    `bind *:${ports.peerHttps} accept-proxy id ${FROM_NODE}`,
    'option socket-stats',
    'option tcplog',
    'tcp-request inspect-delay 5s',
    `tcp-request content set-var(txn.to) req.ssl_sni,lower,map_str(${paths.domainMap}) if { req.ssl_hello_type 1 }`,
    ...(balanced.length > 0 ? [ownShare(nodeBackend(node), isFromNode).https] : []),
    ...apart.before,
    `tcp-request content reject if ${goesRound(node)}`,
    'tcp-request content accept if { req.ssl_hello_type 1 }',
    ...apart.rules,
    'use_backend %[var(txn.to)]-https if { var(txn.to) -m found }',
    ...rules,
  ]);
}

/**
 * When Caddy takes a new configuration it ends connections that are idle, also one by which HAProxy has just sent a request.
 * Such a request is asked once more, unless it may have changed something.
 */
const ASK_AGAIN = ['http-request disable-l7-retry unless METH_GET', 'retry-on conn-failure empty-response'];

/** Traffic for a node's apps: on that node to its Caddy, elsewhere to its HAProxy. The visitor's address goes along. */
export function nodeSections(
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
    section(`backend ${backend}-http`, [
      'mode http',
      ...(here ? ASK_AGAIN : []),
      server(paths.caddyHttp, ports.peerHttp),
    ]),
    section(`backend ${backend}-https`, ['mode tcp', server(paths.caddyHttps, ports.peerHttps)]),
  ];
}

/** §6: the proxy of a swarm, which finds the service by host itself. */
export function swarmSections(): string[] {
  const checks = 'resolvers dns check inter 3s';
  return [
    section(`backend ${swarmBackend}-http`, ['mode http', `server swarm_service swarm_reverse:80 ${checks}`]),
    section(`backend ${swarmBackend}-https`, [
      'mode tcp',
      `server swarm_service swarm_reverse:443 ${checks}`,
    ]),
  ];
}
