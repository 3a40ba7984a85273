import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { initCa, issue } from '../../../src/rpc/ca.ts';
import type { Handlers, Role } from '../../../src/rpc/handler.ts';
import { clusterMethods, peerMethods } from '../../../src/rpc/proto.ts';
import { type Served, serve } from '../../../src/rpc/server.ts';
import { loadTls, type TlsMaterial } from '../../../src/rpc/tls.ts';

export const logger = createLogger({ level: 'silent' });

/** What a test made and has to undo, last first. */
export function createCleanup(): { add(undo: () => unknown): void; run(): Promise<void> } {
  const undos: (() => unknown)[] = [];
  return {
    add: (undo) => undos.push(undo),
    run: async () => {
      for (const undo of undos.splice(0).reverse()) await undo();
    },
  };
}

/** Real certificates of one new cluster, in folders as they lie on a node. */
export async function createCertificates(): Promise<{
  dir: (name: string) => string;
  of: (name: string, role?: Role) => Promise<TlsMaterial>;
  remove: () => Promise<void>;
}> {
  const root = await mkdtemp(join(tmpdir(), 'covey-tls-'));
  const dir = (name: string) => join(root, name);
  await initCa({ dir: dir('ca') });
  return {
    dir,
    of: async (name, role = 'peer') => {
      const { cert, key } = await issue({ name, role, dir: dir('ca'), out: dir(name) });
      return await loadTls({ ca: join(dir(name), 'ca.pem'), cert, key });
    },
    remove: () => rm(root, { recursive: true }),
  };
}

/** Handlers that refuse everything but what a test gives. */
export function handlersWith(given: {
  Cluster?: Partial<Handlers['Cluster']>;
  Peer?: Partial<Handlers['Peer']>;
}): Handlers {
  const refuse = async (): Promise<never> => {
    throw new CoveyError('refused', 'not in this test');
  };
  async function* refuseStream(): AsyncGenerator<never, void> {
    yield await refuse();
  }
  const refuseAll = (methods: object): object =>
    Object.fromEntries(
      Object.entries(methods as Record<string, { responseStream: boolean }>).map(
        ([name, { responseStream }]) => [name, responseStream ? refuseStream : refuse],
      ),
    );
  return {
    Cluster: { ...refuseAll(clusterMethods), ...given.Cluster } as Handlers['Cluster'],
    Peer: { ...refuseAll(peerMethods), ...given.Peer } as Handlers['Peer'],
  };
}

/** A real server on a free port of loopback, serving. */
export async function startServer(
  tls: TlsMaterial | undefined,
  given: Parameters<typeof handlersWith>[0],
  more: Partial<Parameters<typeof serve>[0]> = {},
): Promise<Served> {
  const served = await serve({
    config: { listen: { host: '127.0.0.1', port: 0 }, insecure: false },
    tls,
    handlers: handlersWith(given),
    logger,
    ...more,
  });
  served.setServing(true);
  return served;
}

/** A TCP proxy that can go silent without closing anything, as a path that a firewall has forgotten. */
export async function createStallingProxy(target: number): Promise<{
  port: number;
  /** Bytes go nowhere; new connections are accepted and left alone. */
  stall: () => void;
  /** New connections are forwarded again; stalled ones stay dead. */
  resume: () => void;
  /** Connections that the client has not closed. */
  open: () => number;
  close: () => void;
}> {
  const sockets = new Set<Socket>();
  const dead: (() => void)[] = [];
  let stalled = false;
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined).once('close', () => sockets.delete(client));
    // Read and dropped, so that only silence tells, and a FIN is seen.
    if (stalled) return client.resume();
    const upstream = connect(target, '127.0.0.1');
    upstream.on('error', () => client.destroy()).once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
    client.on('data', (bytes) => stalled || upstream.write(bytes));
    upstream.on('data', (bytes) => stalled || client.write(bytes));
    // What was caught by a stall never gets through: half a record would be an error, not silence.
    dead.push(() => {
      client.removeAllListeners('data').resume();
      upstream.removeAllListeners('data').resume();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stall: () => {
      stalled = true;
      for (const cut of dead.splice(0)) cut();
    },
    resume: () => {
      stalled = false;
    },
    open: () => sockets.size,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
