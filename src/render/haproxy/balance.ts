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
  /** Some of them are served over TLS. */
  readonly isSecure: boolean;
  /** How many containers have to answer: Caddy's check site has a path for each, `/0` and so on. */
  readonly checks: number;
}

interface BalancedApp {
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

/** There Caddy says whether it has certificates for all hosts. */
export const TLS_CHECK = '/tls';

/**
 * The beginning of the names of an app's backends.
 * @throws CoveyError `invalid` where that is too long
 */
export function balancedBackend(app: string): string {
  const name = `${BALANCED}${escaped(app, /[^A-Za-z0-9_.-]/g, ':')}`;
  if (isIdentifier(`${name}-https`)) return name;
  throw new CoveyError('invalid', `${app}: the name is too long for a backend of HAProxy`);
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
  const servers = (socket: string, port: number) => {
    const target = ({ name, address }: (typeof there)[number]) =>
      `${name === node ? `unix@${socket}` : `${hostOf(address, name)}:${port}`} send-proxy-v2`;
    const checked = there.map((member) => {
      const addr = member.name === node ? 'addr 127.0.0.1 ' : '';
      return `server ${member.name} ${target(member)} check ${addr}port ${ports.peerHttp} check-send-proxy`;
    });
    const last = there.find(({ name }) => name === master);
    return [...checked, ...(last ? [`server ${LAST} ${target(last)} backup`] : [])];
  };
  // HAProxy has each question of a check on a connection of its own.
  const ask = (path: string) => [
    'http-check connect default',
    `http-check send meth HEAD uri ${path} ver HTTP/1.1 hdr Host ${checkHost(app.name)} hdr User-Agent covey`,
    'http-check expect status 204',
  ];
  const asked = Array.from({ length: balance.checks }, (_, index) => ask(`/${index}`)).flat();
  const checks = ['option httpchk', 'http-check disable-on-404'];
  // A node that has not all certificates yet takes no part in HTTPS. Asked last: a 404 before another answer is forgotten.
  const secure = balance.isSecure ? ask(TLS_CHECK) : [];
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
    section(`backend ${backend}-https`, [
      'mode tcp',
      ...ELSEWHERE,
      `use-server ${LAST} if { req.ssl_alpn acme-tls/1 }`,
      ...checks,
      ...asked,
      ...secure,
      ...CHECKED,
      ...servers(paths.caddyHttps, ports.peerHttps),
    ]),
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
