import { createHash } from 'node:crypto';
import { type HaproxyParts, section } from './parts.ts';
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

/** Where Caddy brings requests that are to wait. A short name, since paths of sockets have a limit. */
export function holdSocket(run: string, app: string, scheme: Scheme): string {
  return `${run}/hold-${digestOf(app).toString('hex', 0, 6)}-${scheme}.sock`;
}

/**
 * Where requests of an app wait: in HAProxy, since its old process keeps its connections over a reload, while each load of Caddy
 * ends what waits there. They are tried at an address of loopback, the app's own, where nobody listens before they may go on.
 * Not at a socket's path: what fails there fails at once, and HAProxy uses up all its tries in a moment. Bounded in number, in bytes by
 * HAProxy's buffers, and in time; then Caddy answers with the maintenance page.
 */
export function holdSections(
  app: string,
  waits: Waits,
  { hold, exits, paths }: HaproxySettings,
): HaproxyParts['sections'] {
  const digest = digestOf(app);
  const id = digest.toString('hex', 0, 6);
  const address = `127.${digest.readUInt8(0)}.${digest.readUInt8(1)}.${1 + (digest.readUInt8(2) % 254)}`;
  const frontend = (name: string, lines: readonly string[]) =>
    ({ kind: 'frontend', name, text: section(`frontend ${name}`, ['mode tcp', ...lines]) }) as const;
  const backend = (name: string, lines: readonly string[]) =>
    ({ kind: 'backend', name, text: section(`backend ${name}`, ['mode tcp', ...lines]) }) as const;
  return SCHEMES.flatMap((scheme) => {
    const [name, exit] = [`hold-${id}-${scheme}`, `exit-${id}-${scheme}`];
    const at = `${address}:${exits[scheme]}`;
    const waiting = [
      frontend(name, [
        `bind unix@${holdSocket(paths.run, app, scheme)} mode 600 accept-proxy`,
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
    if (waits === 'closed') return waiting;
    const caddy = scheme === 'http' ? paths.caddyHttp : paths.caddyHttps;
    return [
      ...waiting,
      frontend(exit, [`bind ${at} accept-proxy`, `default_backend ${exit}`]),
      backend(exit, [`server caddy unix@${caddy} send-proxy-v2`]),
    ];
  });
}
