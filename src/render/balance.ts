import { parseAddress } from './caddyfile/address.ts';
import { type Directive, directive, type Site, word } from './caddyfile/ast.ts';
import { checkHost, hostCheck, TLS_CHECK } from './haproxy/balance.ts';

/** What Caddy of a node needs to know of an app that runs on several. */
export interface CaddyBalance {
  /** Hosts of the sites that go to all of these nodes. */
  readonly hosts: readonly string[];
  /** Those of them that are served over TLS, and that requests may already be for. */
  readonly tlsHosts: readonly string[];
  /** `container:port` of what answers for them. */
  readonly upstreams: readonly string[];
  /** The node is the app's master, which serves its other sites too. */
  readonly isMaster: boolean;
  /** Of a node that is being taken out: its checks say so, and then what it still answers too. Absent: it takes part. */
  readonly out?: 'leaving' | 'gone' | undefined;
}

const isBalanced = ({ addresses }: Site, { hosts }: CaddyBalance): boolean =>
  addresses.some((address) => hosts.includes(parseAddress(address).host));

/** Which sites of the app the node has. */
export function isServedHere(site: Site, balance: CaddyBalance): boolean {
  return balance.isMaster || isBalanced(site, balance);
}

/**
 * What a site says besides, on a node that is out for all that have asked: who comes late is answered, and told to come back by another
 * connection. The site stays, since without its certificate connections that have something under way would count as lost.
 */
export function partingOf(site: Site, balance: CaddyBalance | undefined): Directive[] {
  if (balance?.out !== 'gone' || !isBalanced(site, balance)) return [];
  return [
    // of a connection that becomes something else the header says what
    directive(['@covey-out', 'not', 'header', 'Upgrade', '*']),
    directive(['header', '@covey-out', 'Connection', 'close']),
  ];
}

/**
 * Longest waits of a check, in milliseconds: until the container takes the connection, and, of all containers together, until they
 * answer. A check of HAProxy's waits for 750.
 */
const PATIENCE = { dial: 400, answer: 300 };

/**
 * Without an answer. A container that has taken the connection, or is there and has its queue full, is slow: that is not lost, and
 * with its work to do for them the others would be slow next. Else there is no container; or, over TLS, no certificate.
 */
const unanswered = directive(
  ['handle_errors'],
  [
    directive(['@slow', 'expression', isSlow()]),
    directive(['@bare', 'expression', `{err.status_code} == 502 && path('${TLS_CHECK}', '${TLS_CHECK}/*')`]),
    directive(['respond', '@slow', '204']),
    directive(['respond', '@bare', '404']),
    directive(['respond', '502']),
  ],
);

/** The answer did not come in time, or the connection; where that is for a name that nobody knows, it says `dial tcp: lookup`. */
function isSlow(): string {
  const dialled = `{err.message}.startsWith('dial tcp ') && {err.message}.endsWith('i/o timeout')`;
  return `{err.status_code} == 504 || (${dialled})`;
}

/** Caddy goes on behind a proxy whose answer is handled by nothing that answers. */
const next = directive(['handle_response'], [directive(['vars', 'answered', 'yes'])]);

/**
 * The site that HAProxy's checks ask. `/0` and so on: 204 if that container takes requests, whatever it says and however late, 502 if
 * it does not. `/tls`: 204 if Caddy has certificates for all hosts, 404 if not; `/tls/HOST` says so of one, and is 404 for a host that
 * this Caddy does not know yet. And 404 while the node is taken out, which HAProxy takes
 * for "nothing new, but what is under way goes on".
 * @param sockets where Caddy takes HTTP, as a directive, and TLS
 */
export function checkSite(
  app: string,
  { hosts, tlsHosts, upstreams, out }: CaddyBalance,
  sockets: { http: Directive; https: string },
): Site {
  const dial = directive(['dial_timeout', `${PATIENCE.dial}ms`]);
  const patience = Math.floor(PATIENCE.answer / Math.max(1, upstreams.length));
  const ask = (upstream: string) =>
    directive(
      ['reverse_proxy', upstream],
      [
        directive(['header_up', 'Host', hosts[0] ?? '']),
        directive(['transport', 'http'], [dial, directive(['response_header_timeout', `${patience}ms`])]),
        directive(['handle_response'], [directive(['respond', '204'])]),
      ],
    );
  // As a visitor does, but for no site, so that no app is asked. The connection is kept until Caddy has another configuration.
  const shake = (host: string) =>
    directive(
      ['reverse_proxy', `unix/${sockets.https}`],
      [
        directive(
          ['transport', 'http'],
          [
            dial,
            directive(['response_header_timeout', `${PATIENCE.answer}ms`]),
            directive(['tls']),
            directive(['tls_insecure_skip_verify']),
            directive(['tls_server_name', host]),
            directive(['versions', '1.1']),
          ],
        ),
        next,
      ],
    );
  const asked = upstreams.map((upstream, index) => directive(['handle', `/${index}`], [ask(upstream)]));
  const shaken = (path: string, all: readonly string[]) =>
    directive(['handle', path], [directive(['route'], [...all.map(shake), directive(['respond', '204'])])]);
  const secure = [
    ...(tlsHosts.length === 0 ? [] : [shaken(TLS_CHECK, tlsHosts)]),
    ...tlsHosts.map((host) => shaken(hostCheck(host), [host])),
    directive(['handle', `${TLS_CHECK}/*`], [directive(['respond', '404'])]),
  ];
  return {
    addresses: [word(`http://${checkHost(app)}`)],
    directives: [
      sockets.http,
      ...(out === undefined
        ? [...asked, ...secure, directive(['respond', '204']), unanswered]
        : [directive(['respond', '404'])]),
    ],
  };
}
