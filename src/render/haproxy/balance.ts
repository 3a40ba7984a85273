import { CoveyError } from '../../errors.ts';
import { isIdentifier } from './line.ts';
import { hostOf, section } from './parts.ts';
import type { HaproxySettings } from './settings.ts';

/** What balances the sites of an app over the nodes that run them. */
export interface Balance {
  /** Names of the nodes, the master first. */
  readonly nodes: readonly string[];
  /** Hosts of the sites, without ports, in lower case. */
  readonly hosts: readonly string[];
  /** Those of them that are served over TLS. */
  readonly tlsHosts: readonly string[];
  /** How many containers have to answer: Caddy's check site has a path for each, `/0` and so on. */
  readonly checks: number;
}

export interface BalancedApp {
  readonly name: string;
  readonly master: string;
  readonly balance?: Balance | undefined;
}

/** How names of backends of balanced apps begin; those of HAPROXY begin otherwise. */
const BALANCED = 'app-';

/** The server of each such backend that is not checked: where requests go if no node answers, and those of an ACME CA always. */
const LAST = ':last';

/** Where checks ask; nobody's domain. */
const CHECKS = '.check.covey';

/** There Caddy says whether it has certificates for all hosts, and below it for each of them. */
export const TLS_CHECK = '/tls';

/** The check of one host. */
export const hostCheck = (host: string): string => `${TLS_CHECK}/${host}`;

/** Up to so many hosts over TLS each has a backend of its own: for each, every node asks every container once more in 0.8 s. */
const APART = 4;

/**
 * The beginning of the names of an app's backends.
 * @throws CoveyError `invalid` where that is too long
 */
export function balancedBackend(app: string): string {
  const name = `${BALANCED}${escaped(app, /[^A-Za-z0-9_.-]/g, ':')}`;
  if (isIdentifier(`${name}-https`)) return name;
  throw new CoveyError('invalid', `${app}: the name is too long for a backend of HAProxy`);
}

/**
 * The hosts of an app whose HTTPS is balanced apart from that of its others, so that a certificate that a node lacks costs it that host
 * alone: host -> beginning of the backend's name.
 */
function hostBackends({ name, balance }: BalancedApp): Map<string, string> {
  const hosts = balance?.tlsHosts ?? [];
  if (hosts.length < 2 || hosts.length > APART) return new Map();
  const own = hosts.map((host) => [host, `${balancedBackend(name)}:${host}`] as const);
  return new Map(own.every(([, backend]) => isIdentifier(`${backend}-https`)) ? own : []);
}

/** Backends that a line asks for at most: HAProxy takes 64 words. */
const NAMES = 40;

/** For the built-in frontend of HTTPS: what leads to these backends. A visitor of another host, or of a node, goes by the map alone. */
export function hostRules(apps: readonly BalancedApp[]): { before: string[]; rules: string[] } {
  const names = apps.flatMap((app) => [...hostBackends(app).values()]);
  const chunks = Array.from({ length: Math.ceil(names.length / NAMES) }, (_, index) =>
    names.slice(index * NAMES, (index + 1) * NAMES),
  );
  const own = 'var(txn.to),concat(:,txn.sni)';
  return {
    before: names.length === 0 ? [] : ['tcp-request content set-var(txn.sni) req.ssl_sni,lower'],
    rules: chunks.map((chunk) => `use_backend %[${own}]-https if { ${own} -m str ${chunk.join(' ')} }`),
  };
}

/** The host by which Caddy of a node says whether the app answers there. */
export function checkHost(app: string): string {
  return `${escaped(app, /[^a-z0-9.]/g, '-')}${CHECKS}`;
}

/** Each other character by its number, which begins and ends with a sign that is escaped itself: two names never get alike. */
function escaped(text: string, others: RegExp, sign: string): string {
  return text.replace(others, (char) => `${sign}${char.codePointAt(0)?.toString(16)}${sign}`);
}

/**
 * What of balanced apps comes from another node is for this one: its own Caddy answers, or nobody. Else it could go round between
 * nodes. The lines are for the two built-in frontends.
 * @param isFromNode a condition
 */
export function ownShare(self: string, isFromNode: string): { http: string; https: string } {
  const isBalanced = `${isFromNode} { var(txn.to) -m beg ${BALANCED} }`;
  const isCheck = `${isFromNode} { req.hdr(host),host_only,lower -m end ${CHECKS} }`;
  return {
    http: `http-request set-var(txn.to) str(${self}) if ${isBalanced} or ${isCheck}`,
    https: `tcp-request content set-var(txn.to) str(${self}) if ${isBalanced}`,
  };
}

/**
 * A node that does not answer is out after 2.6 s at the latest: 0.8 s until the next check, which may take 0.75 s, and one more
 * 0.25 s later. One that has something under way there is told at once: it is a node or a container that is gone, since of what is
 * slow, and of what has no certificate yet, Caddy says something else.
 */
const CHECKED = [
  'timeout check 750ms',
  'default-server inter 800ms fastinter 250ms downinter 800ms fall 2 rise 1 on-marked-down shutdown-sessions',
];

/** Another node is tried where one does not take the connection; what may have changed something is not asked twice. */
const ELSEWHERE = ['balance roundrobin', 'timeout connect 1s', 'retries 3', 'option redispatch 1'];

/** The backends of an app that runs on several nodes, as seen from `node`. */
export function balanceSections(
  app: BalancedApp,
  members: readonly { readonly name: string; readonly address: string }[],
  node: string,
  { ports, paths }: HaproxySettings,
): string[] {
  const { balance, master } = app;
  if (balance === undefined) return [];
  const backend = balancedBackend(app.name);
  const there = members.filter(({ name }) => balance.nodes.includes(name));
  const apart = hostBackends(app);
  const target = ({ name, address }: (typeof there)[number], socket: string, port: number) =>
    `${name === node ? `unix@${socket}` : `${hostOf(address, name)}:${port}`} send-proxy-v2`;
  const last = (socket: string, port: number) =>
    there
      .filter(({ name }) => name === master)
      .map((member) => `server ${LAST} ${target(member, socket, port)} backup`);
  const servers = (socket: string, port: number) => {
    const checked = there.map((member) => {
      const addr = member.name === node ? 'addr 127.0.0.1 ' : '';
      return `server ${member.name} ${target(member, socket, port)} check ${addr}port ${ports.peerHttp} check-send-proxy`;
    });
    return [...checked, ...last(socket, port)];
  };
  // HAProxy has each question of a check on a connection of its own.
  const ask = (path: string) => [
    'http-check connect default',
    `http-check send meth HEAD uri ${path} ver HTTP/1.1 hdr Host ${checkHost(app.name)} hdr User-Agent covey`,
    'http-check expect status 204',
  ];
  const asked = Array.from({ length: balance.checks }, (_, index) => ask(`/${index}`)).flat();
  const checks = ['option httpchk', 'http-check disable-on-404'];
  // A node that lacks a certificate takes no part. Asked last: a 404 before another answer is forgotten.
  const secure = (name: string, questions: readonly string[]) =>
    section(`backend ${name}-https`, [
      'mode tcp',
      ...ELSEWHERE,
      `use-server ${LAST} if { req.ssl_alpn acme-tls/1 }`,
      ...checks,
      ...asked,
      ...questions,
      ...CHECKED,
      ...servers(paths.caddyHttps, ports.peerHttps),
    ]);
  return [
    section(`backend ${backend}-http`, [
      'mode http',
      ...ELSEWHERE,
      'retry-on conn-failure empty-response 502',
      'http-request disable-l7-retry unless METH_GET',
      `use-server ${LAST} if { path_beg /.well-known/acme-challenge/ }`,
      ...checks,
      ...asked,
      ...CHECKED,
      ...servers(paths.caddyHttp, ports.peerHttp),
    ]),
    ...(apart.size === 0
      ? [secure(backend, balance.tlsHosts.length > 0 ? ask(TLS_CHECK) : [])]
      : // What is left is for hosts that no node has a certificate for.
        [section(`backend ${backend}-https`, ['mode tcp', ...last(paths.caddyHttps, ports.peerHttps)])]),
    ...[...apart].map(([host, own]) => secure(own, ask(hostCheck(host)))),
  ];
}

/**
 * The state of servers of balanced apps for the next HAProxy: what it was, since a reload would begin with all of them up; and one
 * that is new begins as down, until its first check: its Caddy may not know the app yet. Meanwhile the last one answers.
 * @param state as the runtime API prints it
 * @param targets `address:port` of each server of the next configuration, by `backend/server`
 */
export function balancedState(state: string, targets: ReadonlyMap<string, string>): string[] {
  const before = new Map(
    state.split('\n').flatMap((line): [string, string][] => {
      const fields = line.split(' ');
      return fields.length < 19 || !fields[1]?.startsWith(BALANCED)
        ? []
        : [[`${fields[1]}/${fields[3]}`, line]];
    }),
  );
  return [...targets].flatMap(([key, target]) => {
    const [backend = '', server = ''] = key.split('/');
    if (!backend.startsWith(BALANCED) || server === LAST) return [];
    const { address, port } = placeOf(target);
    const line = before.get(key);
    const fields = line?.split(' ') ?? [];
    if (line !== undefined && fields[4] === address && fields[18] === port) return [line];
    return [`0 ${backend} 0 ${server} ${address} 0 0 1 1 0 1 0 0 6 0 0 0 - ${port} - 0 0 - - 0`];
  });
}

/** As the state writes it: sockets have neither. */
function placeOf(target: string): { address: string; port: string } {
  if (target.startsWith('unix@')) return { address: '-', port: '0' };
  const [, address = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(target) ?? [];
  return { address, port };
}
