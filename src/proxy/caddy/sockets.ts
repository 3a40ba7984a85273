import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../../errors.ts';

/**
 * Each configuration listens at sockets of its own, which this number tells from all others: one that Caddy has let go of
 * takes connections, and answers none, until Go collects its garbage.
 */
export type Slot = string;

/** Where HAProxy brings HTTP and TLS: two links, each to a socket of a slot. */
export interface CaddySockets {
  /** Removes the sockets of all slots but these. */
  clear(keep: readonly Slot[]): Promise<void>;
  /**
   * Resolves once Caddy listens at all of these addresses of its configuration.
   * @throws CoveyError `unavailable` when the signal aborts
   */
  opened(addresses: readonly string[], signal: AbortSignal): Promise<void>;
  /** Whether it does now. */
  areOpen(addresses: readonly string[]): Promise<boolean>;
  /**
   * From now on new connections come to this slot. It is done when the call returns: the servers before have so long to live and no longer,
   * and on a busy machine each wait for a turn takes some of that.
   */
  point(slot: Slot): void;
}

/** How often is looked whether Caddy listens, in milliseconds. */
const EVERY = 3;

/** A slot that no configuration has had: what Caddy starts with may be older than what it had last. */
export const newSlot = (): Slot => String(Date.now());

/** The slot of an address of Caddy's; undefined where it is of none. */
export function slotOf(address: string): Slot | undefined {
  return /\.(\d+)\.sock(\|\d+)?$/.exec(address)?.[1];
}

/** An address of Caddy's, `unix//run/covey/caddy-http.sock|0600`, moved to a slot; any other one as it is. */
export function socketOf(address: string, slot: Slot): string {
  return address.replace(/^((?:unix)?\/.*)\.sock(\|\d+)?$/, `$1.${slot}.sock$2`);
}

export interface CaddySocketPaths {
  /** The sockets as Caddyfiles name them, each with `.sock` at its end; those of a slot lie beside them. */
  http: string;
  https: string;
  /** The links, where HAProxy looks. They outlive a reboot, as the configuration does that Caddy starts with. */
  links: { http: string; https: string };
  /** Folder of the sockets as HAProxy and Caddy see it. Default: theirs */
  seen?: string;
}

export function caddySockets({ http, https, links, seen = dirname(http) }: CaddySocketPaths): CaddySockets {
  const areOpen = async (addresses: readonly string[]) => {
    const names = new Set(addresses.flatMap((address) => /([^/|]+\.sock)(\|\d+)?$/.exec(address)?.[1] ?? []));
    const looked = await Promise.all([...names].map((name) => accepts(join(dirname(http), name))));
    return looked.every((each) => each);
  };
  const point = (slot: Slot) => {
    pointTo(join(seen, basename(socketOf(http, slot))), links.http);
    pointTo(join(seen, basename(socketOf(https, slot))), links.https);
  };
  return {
    point,
    areOpen,
    clear: async (keep) => {
      const folder = dirname(http);
      for (const name of await readdir(folder)) {
        const slot = slotOf(name);
        const isOurs = [http, https].some((path) => slot && name === basename(socketOf(path, slot)));
        if (slot && isOurs && !keep.includes(slot)) await rm(join(folder, name), { force: true });
      }
    },
    opened: async (addresses, signal) => {
      while (!(await areOpen(addresses))) await next(signal);
    },
  };
}

/** Makes a link, or leads one elsewhere, at once. */
function pointTo(target: string, path: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    symlinkSync(target, temporary);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new CoveyError('failed', `Can't lead HAProxy to Caddy by ${path}: ${String(cause)}`, { cause });
  }
}

async function next(signal: AbortSignal): Promise<void> {
  try {
    await pause(EVERY, undefined, { signal });
  } catch (cause) {
    throw notOpen(cause);
  }
}

export function notOpen(cause?: unknown): CoveyError {
  return new CoveyError('unavailable', 'Caddy does not listen at its sockets.', {
    cause,
    hint: 'Look at the log of its container.',
  });
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
