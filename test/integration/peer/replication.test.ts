import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
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
import { createPurger } from '../../../src/volumes/purge.ts';
import { openReplicas, type Replicas } from '../../../src/volumes/replicas.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';
import { createCertificates, createCleanup, logger, startServer } from './support.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const MB = 1024 * 1024;
const patient = { timeout: 20_000 };

let disks: BtrfsMount[];
let consul: TestConsul;
let kv: Kv;
let locks: Locks;
let certificates: Awaited<ReturnType<typeof createCertificates>>;
let tls: Record<'node1' | 'node2', TlsMaterial>;
let count = 0;
const cleanup = createCleanup();

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

interface Slave {
  store: Store;
  transfers: Transfers;
  port: number;
  stop(): Promise<void>;
}

/** A node that only receives, on a port of its own or on that of one that has stopped. */
async function startSlave(root: string, port = 0): Promise<Slave> {
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
async function setUp() {
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
    const replicas = await openReplicas(state);
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

describe('a volume is replicated by schedule', () => {
  it('in full, then what changed, and not at all while nothing changes', async () => {
    const { store, slave, start, bytes, write, snapshots, row } = await setUp();
    const { replicas } = await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    expect(bytes[0]).toBeGreaterThan(8 * MB);
    const first = replicas.of('db', 'node2');
    expect(await snapshots(slave.store)).toEqual([first.snapshot]);

    // Some rounds without a change: the time goes on, and nothing else does.
    await expect.poll(() => bytes.length, patient).toBeGreaterThanOrEqual(3);
    expect(bytes.slice(1).every((sent) => sent === 0)).toBe(true);
    expect(await snapshots(store)).toEqual([first.snapshot]);
    expect(replicas.of('db', 'node2').equalAt).toBeGreaterThan(first.equalAt);

    await write('two');
    await expect.poll(() => row(slave.store), patient).toBe('two');
    const sizes = () => bytes.filter((sent) => sent > 0);
    await expect.poll(sizes, patient).toHaveLength(2);
    expect(sizes()[1]).toBeLessThan(10_000);
    expect(await snapshots(slave.store)).toHaveLength(2);
  });

  it('and sent again to a slave that has lost it, though it has not changed', async () => {
    const { slave, start, bytes, snapshots } = await setUp();
    await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    const [snapshot = ''] = await snapshots(slave.store);
    await slave.store.removeSnapshot(snapshot);
    await expect.poll(() => snapshots(slave.store), patient).toEqual([snapshot]);
  });

  it('in the rhythm of before after a restart', async () => {
    const { start, bytes } = await setUp();
    const before = await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    await before.stop();
    const { equalAt } = before.replicas.of('db', 'node2');
    const rounds = bytes.length;
    const { replicas } = await start();
    expect(replicas.of('db', 'node2').equalAt).toBe(equalAt);
    await expect.poll(() => bytes.length, patient).toBeGreaterThan(rounds);
    expect(replicas.of('db', 'node2').equalAt).toBeGreaterThanOrEqual(equalAt + 990);
  });

  it('but not while an operation has the lock of its app', async () => {
    const { name, slave, start, bytes, snapshots } = await setUp();
    const holder = { node: 'node3', operation: 'deploy', requestId: 'r', since: new Date().toISOString() };
    const options = { wait: false, signal: AbortSignal.timeout(30_000) };
    const lock = await locks.acquire(`lock/app/${name}`, holder, options);
    cleanup.add(() => lock.release());
    const asked = vi.spyOn(locks, 'holder');
    cleanup.add(() => asked.mockRestore());
    await start();
    await expect.poll(() => asked.mock.calls.length, patient).toBeGreaterThanOrEqual(2);
    expect(bytes).toEqual([]);
    expect(await snapshots(slave.store)).toEqual([]);
    await lock.release();
    await expect.poll(() => bytes, patient).toHaveLength(1);
  });
});

describe('a replication fails', () => {
  it('where the record names another master, and goes on when it does not any more', async () => {
    const { name, slave, put, start, snapshots } = await setUp();
    await put({ master: 'node3' });
    const { replicas } = await start();
    await expect
      .poll(() => replicas.of('db', 'node2').failure?.error, patient)
      .toBe(`node2: The master of ${name} is node3, not node1`);
    expect(await snapshots(slave.store)).toEqual([]);
    await put();
    await expect.poll(() => replicas.of('db', 'node2').failure, patient).toBeNull();
    expect(await snapshots(slave.store)).toHaveLength(1);
  });

  it('while the slave is away, is told and tried again', async () => {
    const { store, slave, second, start, write, row, snapshots } = await setUp();
    const { replicas } = await start();
    await expect.poll(() => replicas.of('db', 'node2').equalAt, patient).toBeGreaterThan(0);
    await slave.stop();
    await write('two');
    await expect.poll(() => replicas.of('db', 'node2').failure?.error, patient).toMatch(/node2/);
    const failures = async (count: number) => {
      for (let seen = 0; seen < count; seen++) {
        const { at } = replicas.of('db', 'node2').failure ?? { at: 0 };
        await expect.poll(() => replicas.of('db', 'node2').failure?.at, patient).toBeGreaterThan(at);
      }
    };
    // The first one may have seen the file half written.
    await failures(1);
    const made = await snapshots(store);
    await failures(2);
    expect(await snapshots(store)).toEqual(made);
    const back = await startSlave(second, slave.port);
    await expect.poll(() => row(back.store), patient).toBe('two');
    await expect.poll(() => replicas.of('db', 'node2').failure, patient).toBeNull();
  });

  it('for a volume that is not there', async () => {
    const { store, start } = await setUp();
    await store.remove('db');
    const { replicas } = await start();
    await expect.poll(() => replicas.of('db', 'node2').failure?.error, patient).toMatch(/db is not there/);
  });
});

describe('a purge of both ends', () => {
  /** By a pattern so short that everything goes that may. */
  const purge = async (
    store: Store,
    { pins, guard }: Transfers,
    replicas: Pick<Replicas, 'snapshots'>,
    partner: string,
  ) => {
    const removed: string[] = [];
    const order = { volume: 'db', ages: [1, 1], partner, releases: [] };
    const signal = AbortSignal.timeout(30_000);
    const done = await createPurger({ store, pins, replicas, guard }).purge(order, {
      signal,
      removed: (name) => removed.push(name),
    });
    return { ...done, removed };
  };

  it('leaves what the next increment starts from, also where newer ones came since', async () => {
    const { store, transfers, slave, start, bytes, write, snapshots, row } = await setUp();
    const { replicas, stop } = await start();
    await expect.poll(() => bytes, patient).toHaveLength(1);
    for (const text of ['two', 'three']) {
      await write(text);
      await expect.poll(() => row(slave.store), patient).toBe(text);
    }
    // It is on the slave a moment before this end knows.
    const arrived = (await slave.store.newest('db'))?.name;
    await expect.poll(() => transfers.pins.common('db', 'node2'), patient).toEqual([arrived]);
    await stop();
    const [common = ''] = transfers.pins.common('db', 'node2');
    // Newer ones than the parent, on either side.
    await write('four');
    const newest = await store.snapshot('db');
    await slave.store.create('db');
    const theirs = await slave.store.snapshot('db');

    const before = { here: await snapshots(store), there: await snapshots(slave.store) };
    const here = await purge(store, transfers, replicas, 'node2');
    const there = await purge(slave.store, slave.transfers, { snapshots: () => [] }, 'node1');
    expect([here.done, there.done]).toEqual([true, true]);
    expect(await snapshots(store)).toEqual([common, newest]);
    expect(await snapshots(slave.store)).toEqual([common, theirs]);
    expect(here.removed).toHaveLength(before.here.length - 2);
    expect(there.removed).toHaveLength(before.there.length - 2);
    await slave.store.removeSnapshot(theirs);

    bytes.length = 0;
    await start();
    await expect.poll(() => row(slave.store), patient).toBe('four');
    expect(Math.max(...bytes)).toBeLessThan(1 * MB);
  });

  it('removes nothing before both are known to have one in common', async () => {
    const { store, transfers, write, snapshots } = await setUp();
    await store.snapshot('db');
    await write('two');
    await store.snapshot('db');
    const replicas = { snapshots: () => [] };
    expect(await purge(store, transfers, replicas, 'node2')).toEqual({
      done: true,
      held: 'no snapshot is known yet that node2 has too',
      removed: [],
    });
    expect(await snapshots(store)).toHaveLength(2);
  });
});

describe('a volume that was restored', () => {
  const signal = () => AbortSignal.timeout(30_000);
  /** A state that both have, and one that was given up for it and had not arrived. */
  async function restored() {
    const made = await setUp();
    const { name, store, transfers, write } = made;
    const job = { volume: 'db', to: 'node2', every: 3_600_000 };
    const replicate = (pending: { snapshot: string; at: number } | null) => {
      const mandate = { app: name, fence: null, operation: 'replicate-x' };
      const onSnapshot = async () => undefined;
      return transfers.replicate({ ...job, mandate, pending }, { onSnapshot, signal: signal() });
    };
    await write('good');
    const { snapshot: good } = await replicate(null);
    await write('bad');
    const bad = await store.snapshot('db');
    await store.restore('db', good);
    return { ...made, good, bad, replicate };
  }

  it('is sent as it is now, and never as it was when that had not arrived', async () => {
    const { slave, bad, replicate, row, snapshots } = await restored();
    await replicate({ snapshot: bad, at: Date.now() });
    expect(await row(slave.store)).toBe('good');
    expect(await snapshots(slave.store)).not.toContain(bad);
  });

  it('is the newest on the slave too once its state was promoted and sent, which costs next to nothing', async () => {
    const { name, store, slave, transfers, good, replicate, row } = await restored();
    const snapshot = await store.promote(good);
    const mandate = { app: name, fence: 1, operation: 'restore' };
    const options = { mandate, signal: signal(), report: () => undefined, snapshot };
    expect((await transfers.handOff('db', 'node2', options)).bytes).toBeLessThan(10_000);
    expect([(await slave.store.newest('db'))?.name, await row(slave.store)]).toEqual([snapshot, 'good']);
    expect((await replicate(null)).bytes).toBeLessThan(10_000);
    expect(await row(slave.store)).toBe('good');
  });
});
