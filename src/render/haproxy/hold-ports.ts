import { createHash } from 'node:crypto';
import { RETRY, retriesFor, type Waits } from './hold.ts';
import { type PortBackend, type Section, section } from './parts.ts';
import type { HaproxySettings } from './settings.ts';

/** Lines of a backend that are about its servers, which the exit has. */
const OF_SERVERS = /^\s*(timeout|default-server|source)\s/;

/** Who goes on before HAProxy has asked where a container's name leads, as a new configuration begins, waits so long for it. */
const LOOK_UP = '1s';

/**
 * What a backend of an app's own ports is while they are closed, and what lets go on those that have waited once they are open. They
 * wait as requests do (`holdSections`), but in the backend itself: its rules are applied there, and once. What is about the server
 * belongs to the exit: `send-proxy`, TLS and checks are for the container, which gets the visitor's address as ever.
 */
export function heldPort(
  backend: PortBackend,
  { app, ports }: { app: string; ports: Waits },
  { hold, exits }: Pick<HaproxySettings, 'hold' | 'exits'>,
): Section[] {
  const { name, mode, options, server } = backend;
  const digest = createHash('sha256').update(`${app} ${name}`).digest();
  const exit = `exit-${digest.toString('hex', 0, 6)}-port`;
  const at = `127.${digest.readUInt8(0)}.${digest.readUInt8(1)}.${1 + (digest.readUInt8(2) % 254)}:${exits.port}`;
  const make = (kind: Section['kind'], title: string, lines: readonly string[]): Section => ({
    kind,
    name: title,
    text: section(`${kind} ${title}`, [`mode ${mode}`, ...lines]),
  });
  const beyond = `if { be_conn gt ${hold.queue} }`;
  if (ports === 'closed') {
    return [
      make('backend', name, [
        mode === 'http'
          ? `http-request deny deny_status 503 ${beyond}`
          : `tcp-request content reject ${beyond}`,
        // Before the app's lines, whose defaults are for its own server; and by the same name, which they may use.
        `server ${server.split(' ')[1]} ${at} send-proxy-v2`,
        ...options,
        `timeout connect ${RETRY}ms`,
        `retries ${retriesFor(hold)}`,
      ]),
    ];
  }
  return [
    make('backend', name, [...options, server]),
    make('frontend', exit, [
      // Who waited was bounded, and is timed, where he came in.
      'maxconn 1000000',
      'timeout client 24d',
      `bind ${at} accept-proxy`,
      `tcp-request inspect-delay ${LOOK_UP}`,
      `tcp-request content accept if { nbsrv(${exit}) gt 0 } || WAIT_END`,
      `default_backend ${exit}`,
    ]),
    // HAProxy speaks the app's own protocol with the exit: its server may want another HTTP than that.
    make('backend', exit, [...options.filter((line) => OF_SERVERS.test(line)), server]),
  ];
}
