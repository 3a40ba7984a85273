import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Log } from './run.ts';

const waiters = new Set<Socket>();

/**
 * Runs something that two processes of this host may not do at once. The lock is a listening socket in the kernel's abstract
 * namespace: it goes with its process, however that ends. Whoever finds it taken waits until the holder closes it.
 */
export async function exclusive<T>(
  name: string,
  log: Log,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const server = await acquire(`\0${name}`, () => log(`waiting for another ${name} command to end`), signal);
  try {
    return await work();
  } finally {
    server.close();
    for (const waiter of waiters) waiter.destroy();
  }
}

async function acquire(path: string, onWait: () => void, signal?: AbortSignal): Promise<Server> {
  for (let first = true; ; first = false) {
    signal?.throwIfAborted();
    const server = await tryListen(path);
    if (server) return server;
    if (first) onWait();
    // Held open by whoever has the lock; its end is our turn to try.
    const socket = connect(path);
    socket.on('error', () => socket.destroy());
    await once(socket, 'close', signal && { signal });
  }
}

async function tryListen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => {
    waiters.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => waiters.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}
