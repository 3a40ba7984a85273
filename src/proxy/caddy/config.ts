import { basename } from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../../errors.ts';
import { STREAM_DOT } from '../../render/caddyfile/streams.ts';
import type { Answer } from './admin.ts';
import { type AsidePaths, withAsides } from './asides.ts';
import { type Slot, slotOf, socketOf } from './sockets.ts';

/** A configuration of Caddy's, as far as we look into it. */
const config = z.looseObject({
  apps: z
    .looseObject({
      http: z
        .looseObject({
          servers: z
            .record(
              z.string(),
              z.looseObject({
                listen: z.array(z.string()).default([]),
                routes: z.array(z.unknown()).default([]),
                named_routes: z.record(z.string(), z.unknown()).optional(),
              }),
            )
            .default({}),
        })
        .optional(),
      tls: z.unknown().optional(),
    })
    .optional(),
});

export type CaddyConfig = z.output<typeof config>;

/** What `/adapt` answers; there are `warnings` too. */
const adaptation = z.object({ result: config });

/** @throws CoveyError `unavailable` where it is none */
export function configOf({ body }: Answer): CaddyConfig {
  try {
    return adaptation.parse(JSON.parse(body)).result;
  } catch (cause) {
    throw new CoveyError('unavailable', 'Caddy does not answer with a configuration.', {
      cause,
      hint: 'Look at the log of its container.',
    });
  }
}

/** Where the first of its servers listens: the Caddyfile adapter calls it so, and there is one, of the redirects. */
export const FIRST_LISTEN = '/config/apps/http/servers/srv0/listen';

const listened = z
  .array(z.string())
  .nullable()
  .transform((value) => value ?? []);

/** The slot of what Caddy runs, by its answer to `FIRST_LISTEN`; undefined where it has none. */
export function slotIn({ status, body }: Answer): Slot | undefined {
  if (status >= 300) return undefined; // it has no servers
  return listened.parse(JSON.parse(body)).flatMap((address) => slotOf(address) ?? [])[0];
}

/** Where its servers listen. */
export function addressesOf({ apps }: CaddyConfig): string[] {
  return Object.values(apps?.http?.servers ?? {}).flatMap(({ listen }) => listen);
}

/**
 * A server that is about to go tells so with each answer: HTTP/1.1 clients come back by a new connection, HTTP/2 ones too, after what they
 * have begun. Not where the connection becomes something else, such as a websocket.
 */
const leaving = {
  match: [{ vars: { '{http.shutting_down}': ['true'] } }],
  handle: [
    {
      handler: 'headers',
      response: { deferred: true, require: { status_code: [2, 3, 4, 5] }, set: { Connection: ['close'] } },
    },
  ],
};

/**
 * Which requests are streams: they are open for as long as the visitor likes, and whoever has one opens it again by himself when it ends. So
 * neither a POST, nor what takes another answer as well, nor an upgrade to HTTP/2, which is one request like any other.
 */
const streams = {
  match: [
    { header: { Upgrade: ['websocket', 'WebSocket'] } },
    { method: ['GET'], header: { Accept: ['text/event-stream'] } },
  ],
  handle: [{ handler: 'vars', [STREAM_DOT]: '.' }],
};

/** What proxies of ours dial of these addresses is moved along: a configuration that asks itself is to reach itself. */
function dialling(routes: unknown[], listen: readonly string[], slot: Slot): unknown[] {
  const own = new Set(listen.map((address) => address.replace(/\|\d+$/, '')));
  return JSON.parse(JSON.stringify(routes), (key, value) =>
    key === 'dial' && own.has(value) ? socketOf(value, slot) : value,
  );
}

/** Where a configuration of ours is to live. */
export interface Whereabouts {
  slot: Slot;
  /** How long servers stay once they are replaced, in milliseconds. */
  delay: number;
  /** The socket for TLS, as Caddyfiles name it. */
  https: string;
  asides: AsidePaths;
}

/** The same configuration at the sockets of a slot, with old servers that stay for a while, and with the way out of its sites. */
export function atSlot(given: CaddyConfig, { slot, delay, https, asides }: Whereabouts): CaddyConfig {
  const http = given.apps?.http;
  if (http === undefined) return given;
  const own = addressesOf(given);
  const servers = Object.entries(http.servers).map(([name, server]) => {
    const scheme = server.listen.some((address) => address.includes(basename(https))) ? 'https' : 'http';
    const moved = { ...server, routes: dialling(server.routes, own, slot) };
    const { routes, named_routes } = withAsides(moved, scheme, asides);
    const listen = server.listen.map((address) => socketOf(address, slot));
    return [name, { ...server, listen, routes: [leaving, streams, ...routes], named_routes }];
  });
  const moved = { ...http, shutdown_delay: `${delay}ms`, servers: Object.fromEntries(servers) };
  return { ...given, apps: { ...given.apps, http: moved } };
}
