import { once } from 'node:events';
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { CoveyError } from '../errors.ts';

/** Where Docker looks for drivers that are not installed as a plugin of its own. */
const DOCKER_PLUGINS = '/run/docker/plugins';

/** The driver, listening. */
export interface DriverSocket {
  readonly socket: string;
  /** Takes no new call, waits for those that run, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves `listener` under the driver's name, `anybox/buttervolume:latest` say; its slash makes a folder.
 * The socket that a crashed peer left is replaced. Errors: `invalid` (the name), `conflict` (somebody else is
 * serving that name, or something that is no socket lies there).
 */
export async function serveDriver(
  name: string,
  listener: RequestListener,
  { folder = DOCKER_PLUGINS }: { folder?: string } = {},
): Promise<DriverSocket> {
  const socket = driverSocketPath(name, folder);
  await mkdir(path.dirname(socket), { recursive: true, mode: 0o755 });
  await clearStale(socket, name);
  const server = createServer(listener);
  server.listen(socket);
  await once(server, 'listening');
  // Whoever may write here may delete volumes.
  await chmod(socket, 0o600);
  return {
    socket,
    async close() {
      const closed = once(server, 'close');
      server.close();
      // Docker keeps connections open for the next call.
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** Errors: `invalid` for a name that Docker could not look up, or that leaves the folder. */
export function driverSocketPath(name: string, folder: string = DOCKER_PLUGINS): string {
  const parts = name.split('/');
  if (parts.length > 2 || !parts.every((part) => /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/.test(part))) {
    throw new CoveyError(
      'invalid',
      `${JSON.stringify(name)} cannot be the name of a volume driver (name or owner/name:tag)`,
    );
  }
  const socket = path.join(folder, `${name}.sock`);
  // The kernel's limit for the path of a unix socket, its closing zero included.
  if (Buffer.byteLength(socket) > 107)
    throw new CoveyError('invalid', `${socket} is too long for the path of a socket`);
  return socket;
}

async function clearStale(socket: string, name: string): Promise<void> {
  const stat = await lstat(socket).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (stat === null) return;
  if (!stat.isSocket())
    throw new CoveyError('conflict', `${socket} is in the way: it is not a socket`, {
      hint: 'Move it away, and start again.',
    });
  if (await answers(socket)) {
    throw new CoveyError(
      'conflict',
      `Another process already serves the volume driver ${name} on ${socket}`,
      {
        hint: 'Stop the other peer, or Buttervolume (docker plugin disable), and start again',
      },
    );
  }
  await unlink(socket);
}

async function answers(socket: string): Promise<boolean> {
  const client = connect(socket);
  try {
    await once(client, 'connect', { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return false;
    // Listening but too busy to accept is alive all the same.
    if (name === 'AbortError' || code === 'EAGAIN') return true;
    throw error;
  } finally {
    client.destroy();
  }
}
