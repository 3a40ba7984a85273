import { createHash } from 'node:crypto';
import { type HaproxyParts, hostOf, section } from './parts.ts';
import type { HaproxySettings } from './settings.ts';

/** Whether the requests of an app that wait on a node, or the connections to its ports, may go on. */
export type Waits = 'closed' | 'open';

/** From one try to the next of a request that waits, in milliseconds: HAProxy waits as long as it would for a connection. */
export const RETRY = 200;

/** How often it is tried until the time is over. */
export const retriesFor = ({ seconds }: HaproxySettings['hold']): number =>
  Math.ceil((seconds * 1_000) / RETRY);

/** So many may be on their way out at a time, beyond those that wait. */
const TURNING_AWAY = 1_000;

const SCHEMES = ['http', 'https'] as const;
type Scheme = (typeof SCHEMES)[number];

const digestOf = (app: string): Buffer => createHash('sha256').update(app).digest();

/** What stands for an app in names of sockets: short, since their paths have a limit. */
export const holdId = (app: string): string => digestOf(app).toString('hex', 0, 6);

/** Where Caddy brings requests that are to wait, or to be passed on. @param id `holdId` of the app */
export const holdSocket = (run: string, id: string, scheme: Scheme): string =>
  `${run}/hold-${id}-${scheme}.sock`;

/** What becomes of requests for an app's sites that its containers on this node are not to get. */
export interface Hold {
  /** They wait on this node, or have waited a moment ago. */
  readonly waits?: Waits;
  /** Address of the node to which those that come are passed on. */
  readonly passesTo?: string;
}

/**
 * Where requests of an app wait: in HAProxy, since its old process keeps its connections over a reload, while each load of Caddy
 * ends what waits there. They are tried at an address of loopback, the app's own, where nobody listens before they may go on.
 * Not at a socket's path: what fails there fails at once, and HAProxy uses up all its tries in a moment. Bounded in number, in bytes by
 * HAProxy's buffers, and in time; then Caddy answers with the maintenance page. What is passed on goes to the other node with the
 * visitor's address, and its TLS goes through.
 */
export function holdSections(
  app: string,
  { waits, passesTo }: Hold,
  { hold, exits, paths, ports }: HaproxySettings,
): HaproxyParts['sections'] {
  const digest = digestOf(app);
  const id = holdId(app);
  const address = `127.${digest.readUInt8(0)}.${digest.readUInt8(1)}.${1 + (digest.readUInt8(2) % 254)}`;
  const frontend = (name: string, lines: readonly string[]) =>
    ({ kind: 'frontend', name, text: section(`frontend ${name}`, ['mode tcp', ...lines]) }) as const;
  const backend = (name: string, lines: readonly string[]) =>
    ({ kind: 'backend', name, text: section(`backend ${name}`, ['mode tcp', ...lines]) }) as const;
  return SCHEMES.flatMap((scheme) => {
    const [name, exit] = [`hold-${id}-${scheme}`, `exit-${id}-${scheme}`];
    const at = `${address}:${exits[scheme]}`;
    const bind = `bind unix@${holdSocket(paths.run, id, scheme)} mode 600 accept-proxy`;
    const passing = (to: string) => [
      frontend(name, ['maxconn 1000000', bind, `default_backend ${name}`]),
      backend(name, [
        `server node ${hostOf(to, app)}:${scheme === 'http' ? ports.peerHttp : ports.peerHttps} send-proxy-v2`,
      ]),
    ];
    const waiting = [
      frontend(name, [
        bind,
        // Turned away by a rule: what the kernel would keep of those beyond a `maxconn` waits without an end that anybody knows, and with
        // a short queue there it turns away who comes while HAProxy has no processor for a moment.
        `maxconn ${hold.queue + TURNING_AWAY}`,
        `tcp-request connection reject if { fe_conn gt ${hold.queue} }`,
        `default_backend ${name}`,
      ]),
      backend(name, [
        `timeout connect ${RETRY}ms`,
        `retries ${retriesFor(hold)}`,
        `server exit ${at} send-proxy-v2`,
      ]),
    ];
    const coming = passesTo === undefined ? waiting : passing(passesTo);
    if (waits !== 'open') return coming;
    const caddy = scheme === 'http' ? paths.caddyHttp : paths.caddyHttps;
    return [
      ...coming,
      frontend(exit, [`bind ${at} accept-proxy`, `default_backend ${exit}`]),
      backend(exit, [`server caddy unix@${caddy} send-proxy-v2`]),
    ];
  });
}
