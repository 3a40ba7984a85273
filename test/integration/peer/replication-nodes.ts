import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { type AppRecord, formatRecord, parseRecord } from '../../../src/app/record.ts';
import { run } from '../../../src/command.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { createKv, type Kv } from '../../../src/consul/kv.ts';
import { createLocks, type Locks } from '../../../src/consul/lock.ts';
import { replicateBySchedule } from '../../../src/peer/replication.ts';
import { startTransfers, type Transfers } from '../../../src/peer/transfers.ts';
import { openFences } from '../../../src/plan/fences.ts';
import { type View, viewOf } from '../../../src/proxy/view.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { openReplicas, type Replicas } from '../../../src/volumes/replicas.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';
import { createCertificates, createCleanup, logger, startServer } from './support.ts';

export const MB = 1024 * 1024;
export const patient = { timeout: 20_000 };
let disks: BtrfsMount[];
let consul: TestConsul;
let kv: Kv;
export let locks: Locks;
let certificates: Awaited<ReturnType<typeof createCertificates>>;
let tls: Record<'node1' | 'node2', TlsMaterial>;
let count = 0;
export const cleanup = createCleanup();

interface Slave {
  store: Store;
  transfers: Transfers;
  port: number;
  stop(): Promise<void>;
}

/** A node that only receives, on a port of its own or on that of one that has stopped. */
export async function startSlave(root: string, port = 0): Promise<Slave> {
  const { store, transfers } = await volumesOf('node2', root, 1);
  const server = await startServer(
    tls.node2,
    {},
    {
      config: { listen: { host: '127.0.0.1', port }, insecure: false },
      protocols: transfers.protocols,
    },
  );
  const stop = async () => {
    await transfers.close();
    await server.stop(0);
  };
  cleanup.add(stop);
  return { store, transfers, port: server.port, stop };
}

/** The volumes of a node as the peer wires them. `port`: where it finds the other node. */
async function volumesOf(node: 'node1' | 'node2', root: string, port: number) {
  await mkdir(root, { recursive: true });
  const state = await mkdtemp(path.join(tmpdir(), 'covey-state-'));
  cleanup.add(() => rm(state, { recursive: true, force: true }));
  const store = await openStore(root);
  const transfers = await startTransfers({
    config: loadConfig({
      env: { COVEY_NODE: node, COVEY_STATE: state, COVEY_LISTEN_PORT: String(port) },
      readFile: () => undefined,
    }),
    store,
    fences: await openFences(state),
    kv,
    address: async () => '127.0.0.1',
    tls: tls[node],
    logger,
  });
  return { store, transfers, state };
}

/** The master with a volume `db`, its slave, and the app's record in Consul. */
export async function setUp() {
  const name = `shop${++count}`;
  const [first = '', second = ''] = disks.map((disk) => path.join(disk.path, name));
  const slave = await startSlave(second);
  const { store, transfers, state } = await volumesOf('node1', first, slave.port);
  await store.create('db');
  await run('dd', ['if=/dev/urandom', `of=${store.volumePath('db')}/big`, 'bs=1M', 'count=8']);

  const base = { repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2', volumes: ['db'] };
  const schedules = [{ volume: 'db', replicate: '1s' }];
  const record = parseRecord(name, JSON.stringify({ ...base, schedules }));
  const put = (more: Partial<AppRecord> = {}) => kv.put(`app/${name}`, formatRecord({ ...record, ...more }));
  await put();
  /** What the master believes, which need not be what Consul says. */
  const view: View = viewOf({
    apps: [{ key: `app/${name}`, value: formatRecord(record), modifyIndex: 1 }],
    maintenance: [],
    members: [],
  });

  const bytes: number[] = [];
  async function start(): Promise<{ replicas: Replicas; stop: () => Promise<void> }> {
    const replicas = await openReplicas(state, logger);
    const controller = new AbortController();
    const ended = replicateBySchedule(
      {
        node: 'node1',
        view: () => view,
        outdated: () => new AbortController().signal,
        replicas,
        locks,
        replicate: async (job, options) => {
          const sent = await transfers.replicate(job, options);
          bytes.push(sent.bytes);
          return sent;
        },
        logger,
      },
      controller.signal,
    );
    const stop = async () => {
      controller.abort();
      await ended;
    };
    cleanup.add(stop);
    return { replicas, stop };
  }
  const write = (text: string) => writeFile(path.join(store.volumePath('db'), 'row'), text);
  const snapshots = async (of: Store) => (await of.snapshots('db')).map(({ name: snapshot }) => snapshot);
  const row = async (of: Store) => {
    const newest = await of.newest('db');
    return newest && (await run('cat', [`${of.snapshotPath(newest.name)}/row`], { accept: [0, 1] })).stdout;
  };
  return { name, store, transfers, slave, second, put, start, bytes, write, snapshots, row };
}

/** For a file of tests: disks, a Consul and certificates for all; what a test started ends after it. */
export function useNodes(): void {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
  beforeAll(async () => {
    consul = await startConsul();
    kv = createKv(consul.client);
    locks = createLocks(consul.client);
    disks = [await makeBtrfs(), await makeBtrfs()];
    certificates = await createCertificates();
    tls = { node1: await certificates.of('node1'), node2: await certificates.of('node2') };
  });
  afterEach(() => cleanup.run());
  afterAll(async () => {
    for (const disk of disks) await disk.dispose();
    await certificates.remove();
    await consul.stop();
  });
}
