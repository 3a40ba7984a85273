import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { run } from '../../../src/command.ts';
import { CoveyError } from '../../../src/errors.ts';
import { acceptStreams, openStream, volumeProtocol } from '../../../src/rpc/streams.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { volumeGuard } from '../../../src/volumes/transfer/guard.ts';
import { handOff } from '../../../src/volumes/transfer/handoff.ts';
import { openPins, type Pins } from '../../../src/volumes/transfer/pins.ts';
import type { TransferProgress } from '../../../src/volumes/transfer/progress.ts';
import { openReceiver } from '../../../src/volumes/transfer/receive.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { createCertificates, createCleanup, logger, startServer } from '../peer/support.ts';

export const MB = 1024 * 1024;
export const times = { idle: 1_500, linger: 1_000 };
export let disks: BtrfsMount[];
let certificates: Awaited<ReturnType<typeof createCertificates>>;
export let tls: Record<'node1' | 'node2' | 'operator', TlsMaterial>;
export let count = 0;
export const cleanup = createCleanup();

/** A node as far as volumes go: its store, its pins and its port. */
export interface Node {
  name: string;
  store: Store;
  pins: Pins;
  port: number;
  /** Fencing numbers below it are refused. */
  fence: number;
  /** How often it was asked whether a transfer may be. */
  asked: number;
  stop(): Promise<void>;
}

export async function startNode(name: 'node1' | 'node2', root: string): Promise<Node> {
  await mkdir(root, { recursive: true });
  const state = await mkdtemp(path.join(tmpdir(), 'covey-state-'));
  const store = await openStore(root);
  const pins = await openPins(state, logger);
  const node: Node = { name, store, pins, port: 0, fence: 0, asked: 0, stop: async () => {} };
  const acceptor = acceptStreams({
    name: volumeProtocol,
    logger,
    take: await openReceiver({
      store,
      pins,
      guard: volumeGuard(),
      times,
      log: logger,
      admit: async ({ fence }) => {
        node.asked += 1;
        if ((fence ?? 0) < node.fence) throw new CoveyError('refused', 'Another operation has begun');
      },
    }),
  });
  const server = await startServer(tls[name], {}, { protocols: { [volumeProtocol]: acceptor.protocol } });
  node.port = server.port;
  node.stop = () => acceptor.close();
  cleanup.add(async () => {
    await acceptor.close();
    await server.stop(0);
    await rm(state, { recursive: true });
  });
  return node;
}

/** Two nodes with fresh stores on the two disks. */
export async function pair(): Promise<{ one: Node; two: Node }> {
  const folder = `test${++count}`;
  const [first = '', second = ''] = disks.map((disk) => path.join(disk.path, folder));
  return { one: await startNode('node1', first), two: await startNode('node2', second) };
}

interface More {
  port?: number;
  as?: TlsMaterial;
  signal?: AbortSignal;
  snapshot?: string;
  passing?: boolean;
  fence?: number;
  onProgress?: (progress: TransferProgress) => void;
  open?: () => Promise<Duplex>;
}

export function hand(from: Node, to: Node, { port = to.port, as, fence = 7, ...more }: More = {}) {
  const own = as ?? tls[from.name as 'node1' | 'node2'];
  return handOff({
    store: from.store,
    pins: from.pins,
    volume: 'db',
    to: to.name,
    app: 'shop',
    fence,
    operation: 'op-1',
    times,
    open: (name, signal) =>
      openStream({ host: '127.0.0.1', port, name }, { tls: own, protocol: volumeProtocol, signal }),
    ...more,
  });
}

/** Writes a file that does not compress, and syncs, so that a snapshot's stream has all of it. */
export async function fill(node: Node, name: string, bytes: number): Promise<void> {
  await run('dd', [
    'if=/dev/urandom',
    `of=${path.join(node.store.volumePath('db'), name)}`,
    'bs=1M',
    `count=${bytes / MB}`,
  ]);
}

export const digest = async (folder: string) =>
  (await run('sh', ['-c', 'cd "$0" && find . -type f | sort | xargs -r sha256sum', folder])).stdout;

/** The snapshots of a node by name, and that nothing is there that they do not name. */
export async function names(node: Node): Promise<string[]> {
  const listed = (await node.store.snapshots()).map(({ name }) => name);
  expect((await readdir(path.join(node.store.root, 'snapshots'))).sort()).toEqual([...listed].sort());
  return listed;
}

/** A TCP proxy that calls back with the bytes that went to the server, and can cut everything. */
export async function proxy(
  target: number,
  onBytes: (total: number, cut: () => void) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  let total = 0;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()).once('close', () => other.destroy());
    }
    client.on('data', (bytes) => {
      if (!upstream.write(bytes)) client.pause();
      total += bytes.length;
      onBytes(total, cut);
    });
    upstream.on('drain', () => client.resume());
    upstream.on('data', (bytes) => client.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.add(() => {
    server.close();
    cut();
  });
  return (server.address() as AddressInfo).port;
}

/** For a file of tests: stores and certificates before all, and what a test started ends after it. */
export function useStores(): void {
  beforeAll(async () => {
    disks = [await makeBtrfs('1G'), await makeBtrfs('1G')];
    certificates = await createCertificates();
    tls = {
      node1: await certificates.of('node1'),
      node2: await certificates.of('node2'),
      operator: await certificates.of('someone', 'operator'),
    };
  });
  afterEach(() => cleanup.run());
  afterAll(async () => {
    for (const disk of disks) await disk.dispose();
    await certificates.remove();
  });
}
