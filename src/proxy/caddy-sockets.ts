import { randomUUID } from 'node:crypto';
import { rename, rm, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../errors.ts';

/** Each configuration listens at other sockets than the one before: at those of the other pair. */
export type Pair = 'a' | 'b';

/** Where HAProxy brings HTTP and TLS: two links, each to a socket of a pair. */
export interface CaddySockets {
  /**
   * The pair at which the next configuration can listen, since nobody does. The links lead to the other one, if that is
   * what Caddy has.
   * @throws CoveyError `unavailable` where Caddy holds on to both
   */
  free(signal: AbortSignal): Promise<Pair>;
  /** Resolves once Caddy listens at all of these addresses of its configuration. */
  opened(addresses: readonly string[], signal: AbortSignal): Promise<void>;
  /** From now on new connections come to this pair. */
  point(pair: Pair): Promise<void>;
}

/** How often is looked whether Caddy listens, in milliseconds. */
const EVERY = 3;

/** An address of Caddy's, `unix//run/covey/caddy-http.sock|0600`, moved to a pair; any other one as it is. */
export function socketOf(address: string, pair: Pair): string {
  return address.replace(/^(unix\/.*)\.sock(\|\d+)?$/, `$1.${pair}.sock$2`);
}

export interface CaddySocketPaths {
  /** The sockets as Caddyfiles name them, each with `.sock` at its end; those of a pair lie beside them. */
  http: string;
  https: string;
  /** The links, where HAProxy looks. They outlive a reboot, as the configuration does that Caddy starts with. */
  links: { http: string; https: string };
  /** Folder of the sockets as HAProxy sees it. Default: theirs */
  seen?: string;
}

export function caddySockets({ http, https, links, seen = dirname(http) }: CaddySocketPaths): CaddySockets {
  const listens = async (pair: Pair) =>
    (await Promise.all([http, https].map((path) => accepts(pathOf(path, pair))))).some((each) => each);
  const point = async (pair: Pair) => {
    await pointTo(join(seen, basename(pathOf(http, pair))), links.http);
    await pointTo(join(seen, basename(pathOf(https, pair))), links.https);
  };
  return {
    point,
    free: async (signal) => {
      for (;;) {
        const [a, b] = await Promise.all([listens('a'), listens('b')]);
        if (a !== b) await point(a ? 'a' : 'b');
        if (!a) return 'a';
        if (!b) return 'b';
        // an earlier peer has gone away in the middle of a load, which is about to end
        await next(signal, 'Caddy listens at the sockets of two configurations, and does not let go of one.');
      }
    },
    opened: async (addresses, signal) => {
      const names = new Set(
        addresses.flatMap((address) => /([^/|]+\.sock)(\|\d+)?$/.exec(address)?.[1] ?? []),
      );
      const wanted = [...names].map((name) => join(dirname(http), name));
      while (!(await Promise.all(wanted.map(accepts))).every((each) => each))
        await next(signal, 'Caddy does not listen at its sockets.');
    },
  };
}

function pathOf(path: string, pair: Pair): string {
  return path.replace(/\.sock$/, `.${pair}.sock`);
}

/** Makes a link, or leads one elsewhere, at once. */
async function pointTo(target: string, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await symlink(target, temporary);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // why there is no link tells more
    throw new CoveyError('failed', `Can't lead HAProxy to Caddy by ${path}: ${String(cause)}`, { cause });
  }
}

async function next(signal: AbortSignal, message: string): Promise<void> {
  try {
    await pause(EVERY, undefined, { signal });
  } catch (cause) {
    throw new CoveyError('unavailable', message, { cause, hint: 'Look at the log of its container.' });
  }
}

/** Whether somebody takes connections there. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
