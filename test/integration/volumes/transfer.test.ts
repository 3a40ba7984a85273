import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Duplex, duplexPair, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { send } from '../../../src/plan/actions/data.ts';
import { acceptStreams, openStream, volumeProtocol } from '../../../src/rpc/streams.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createSubvolume, showSubvolume, snapshotSubvolume } from '../../../src/volumes/btrfs.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { startSend } from '../../../src/volumes/transfer/child.ts';
import { estimateStream } from '../../../src/volumes/transfer/estimate.ts';
import { volumeGuard } from '../../../src/volumes/transfer/guard.ts';
import { handOff } from '../../../src/volumes/transfer/handoff.ts';
import { createLink, type Link } from '../../../src/volumes/transfer/link.ts';
import type { Hello } from '../../../src/volumes/transfer/messages.ts';
import { openPins, type Pins } from '../../../src/volumes/transfer/pins.ts';
import type { TransferProgress } from '../../../src/volumes/transfer/progress.ts';
import { openReceiver } from '../../../src/volumes/transfer/receive.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { createCertificates, createCleanup, logger, startServer } from '../peer/support.ts';

const MB = 1024 * 1024;
const times = { idle: 1_500, linger: 1_000 };

let disks: BtrfsMount[];
let certificates: Awaited<ReturnType<typeof createCertificates>>;
let tls: Record<'node1' | 'node2' | 'operator', TlsMaterial>;
let count = 0;
const cleanup = createCleanup();

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

/** A node as far as volumes go: its store, its pins and its port. */
interface Node {
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

async function startNode(name: 'node1' | 'node2', root: string): Promise<Node> {
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
async function pair(): Promise<{ one: Node; two: Node }> {
  const folder = `test${++count}`;
  const [first = '', second = ''] = disks.map((disk) => path.join(disk.path, folder));
  return { one: await startNode('node1', first), two: await startNode('node2', second) };
}

interface More {
  port?: number;
  as?: TlsMaterial;
  signal?: AbortSignal;
  snapshot?: string;
  fence?: number;
  onProgress?: (progress: TransferProgress) => void;
  open?: () => Promise<Duplex>;
}

function hand(from: Node, to: Node, { port = to.port, as, fence = 7, ...more }: More = {}) {
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
async function fill(node: Node, name: string, bytes: number): Promise<void> {
  await run('dd', [
    'if=/dev/urandom',
    `of=${path.join(node.store.volumePath('db'), name)}`,
    'bs=1M',
    `count=${bytes / MB}`,
  ]);
}

const digest = async (folder: string) =>
  (await run('sh', ['-c', 'cd "$0" && find . -type f | sort | xargs -r sha256sum', folder])).stdout;

/** The snapshots of a node by name, and that nothing is there that they do not name. */
async function names(node: Node): Promise<string[]> {
  const listed = (await node.store.snapshots()).map(({ name }) => name);
  expect((await readdir(path.join(node.store.root, 'snapshots'))).sort()).toEqual([...listed].sort());
  return listed;
}

/** A TCP proxy that calls back with the bytes that went to the server, and can cut everything. */
async function proxy(target: number, onBytes: (total: number, cut: () => void) => void): Promise<number> {
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

describe('a volume is handed over', () => {
  it('in full first, then only what changed, then back', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 32 * MB);
    const reports: TransferProgress[] = [];
    const first = await hand(one, two, { onProgress: (report) => reports.push(report) });
    expect(first.parent).toBeNull();
    expect(first.bytes).toBeGreaterThan(32 * MB);
    expect(reports.at(-1)?.bytes).toBe(first.bytes);
    expect(Number(reports.at(-1)?.total) / first.bytes).toBeCloseTo(1, 2);
    expect(await names(two)).toEqual([first.snapshot]);
    expect(await digest(two.store.snapshotPath(first.snapshot))).toBe(
      await digest(one.store.volumePath('db')),
    );

    await writeFile(path.join(one.store.volumePath('db'), 'row'), 'two');
    const second = await hand(one, two);
    expect(second).toMatchObject({ parent: first.snapshot });
    expect(second.bytes).toBeLessThan(2_000);
    expect(await names(two)).toEqual([first.snapshot, second.snapshot]);
    expect(await digest(two.store.snapshotPath(second.snapshot))).toBe(
      await digest(one.store.volumePath('db')),
    );

    // The other node goes on from it, and sends back its changes alone.
    await two.store.restore('db', null);
    await writeFile(path.join(two.store.volumePath('db'), 'row'), 'three');
    const back = await hand(two, one);
    expect(back).toMatchObject({ parent: second.snapshot });
    expect(back.bytes).toBeLessThan(2_000);
    await one.store.restore('db', null);
    expect(await readFile(path.join(one.store.volumePath('db'), 'row'), 'utf8')).toBe('three');

    for (const [node, other] of [
      [one, 'node2'],
      [two, 'node1'],
    ] as const) {
      expect(node.pins.common('db', other)).toEqual([back.snapshot]);
      expect(node.pins.isPinned(back.snapshot)).toBe(true);
      expect(node.pins.isPinned(first.snapshot)).toBe(false);
    }
  });

  it('in rounds while it is written to, until little is left', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 80 * MB);
    // What is written while a round goes.
    const writes = [24, 2];
    const rounds: Awaited<ReturnType<typeof hand>>[] = [];
    const { run: sendAll } = send({
      handOff: async () => {
        const mib = writes[rounds.length] ?? 0;
        // After the round's snapshot, which is the state that it sends.
        const snapshot = await one.store.snapshot('db');
        if (mib > 0) await fill(one, `more${mib}`, mib * MB);
        const sent = await hand(one, two, { snapshot });
        rounds.push(sent);
        return sent;
      },
    } as unknown as ActionDeps);
    const result = await sendAll(
      { kind: 'send', volumes: ['db'], to: 'node2', rounds: 5 },
      {
        signal: new AbortController().signal,
        report: () => undefined,
        mandate: { app: 'shop', fence: 7, operation: 'o' },
      },
    );
    const [first, second, third, ...more] = rounds;
    expect(more).toEqual([]);
    expect(first).toMatchObject({ parent: null });
    expect(second).toMatchObject({ parent: first?.snapshot });
    expect(third).toMatchObject({ parent: second?.snapshot });
    expect(result).toMatchObject({ snapshots: { db: third?.snapshot } });
    expect(rounds.map(({ bytes }) => Math.floor(bytes / MB))).toEqual([80, 24, 2]);
    expect(await digest(two.store.snapshotPath(third?.snapshot ?? ''))).toBe(
      await digest(one.store.volumePath('db')),
    );
  });

  it('of about the size that was expected, though nobody waits for that', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 8 * MB);
    const parent = await one.store.snapshot('db');
    await fill(one, 'more', 4 * MB);
    // The parent's generation grows with that, and its content is the same.
    await one.store.restore('db', parent, { to: 'copy' });
    const snapshot = await one.store.snapshot('db');
    const [old] = await one.store.snapshots('db');
    const { signal } = new AbortController();
    const at = one.store.snapshotPath(snapshot);
    const [all, increment] = [
      await estimateStream(at, null, signal),
      await estimateStream(at, old?.subvolume ?? null, signal),
    ];
    await hand(one, two, { snapshot: parent });
    const reports: TransferProgress[] = [];
    // A number that the command refuses.
    const ageless = async () =>
      (await one.store.snapshots('db')).map((each) => ({
        ...each,
        subvolume: { ...each.subvolume, createdAtGeneration: Number.NaN },
      }));
    const unknowing = { ...one, store: { ...one.store, snapshots: ageless } };
    const sent = await hand(unknowing, two, { snapshot, onProgress: (report) => reports.push(report) });
    expect(sent).toMatchObject({ parent });
    expect(new Set(reports.map(({ total }) => total))).toEqual(new Set([null]));
    expect(increment / sent.bytes).toBeCloseTo(1, 2);
    expect(all).toBe(increment + 8 * MB);
  });

  it('once, when asked again or twice at a time', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'some', 8 * MB);
    const snapshot = await one.store.snapshot('db');
    const both = await Promise.all([hand(one, two, { snapshot }), hand(one, two, { snapshot })]);
    expect(both.map(({ bytes }) => bytes > 0).sort()).toEqual([false, true]);
    expect(await hand(one, two, { snapshot })).toMatchObject({ snapshot, bytes: 0, parent: null });
    expect(await names(two)).toEqual([snapshot]);
  });

  it('in full where nothing is in common, though names are alike', async () => {
    const { one, two } = await pair();
    for (const node of [one, two]) {
      await node.store.create('db');
      await fill(node, 'own', 4 * MB);
    }
    const theirs = await two.store.snapshot('db');
    await snapshotSubvolume(one.store.volumePath('db'), one.store.snapshotPath(theirs), { readonly: true });
    await expect(hand(one, two, { snapshot: theirs })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^node2: \S+ is there with another content/),
    });
    const sent = await hand(one, two);
    expect(sent.parent).toBeNull();
    expect(sent.bytes).toBeGreaterThan(4 * MB);
    expect(await names(two)).toEqual([theirs, sent.snapshot]);
  });

  it.each([
    ['as it was named', (name: string) => name],
    ['renamed as a sent marker', (name: string) => `${name}@10.0.0.2`],
  ])('from what Buttervolume sent before, %s', async (_, rename_) => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 16 * MB);
    const old = one.store.snapshotPath('db@2020-01-02T03:04:05.000006');
    await snapshotSubvolume(one.store.volumePath('db'), old, { readonly: true });
    await run('sh', [
      '-c',
      'btrfs send -q "$0" | btrfs receive -q "$1"',
      old,
      path.join(two.store.root, 'snapshots'),
    ]);
    const renamed = rename_(path.basename(old));
    await rename(old, one.store.snapshotPath(renamed));
    await writeFile(path.join(one.store.volumePath('db'), 'row'), 'new');
    const sent = await hand(one, two);
    expect(sent.parent).toBe(renamed);
    expect(sent.bytes).toBeLessThan(2_000);
  });

  it('also by a sender that is quicker with its data than the receiver with its folder', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    const snapshot = await one.store.snapshot('db');
    const [known] = await one.store.snapshots('db');
    const stream = path.join(disks[0]?.path ?? '', `stream${count}`);
    await run('btrfs', ['send', '-q', '-f', stream, one.store.snapshotPath(snapshot)]);
    const content = await readFile(stream);
    const [left, right] = duplexPair();
    const take = await openReceiver({
      store: two.store,
      pins: two.pins,
      guard: volumeGuard(),
      log: logger,
      admit: async () => {},
    });
    const received = take(right, { name: 'node1', role: 'peer' });
    const link = createLink(left, { other: 'node2', times });
    const mandate = { app: 'shop', fence: 7, operation: 'op-1' };
    const what = { volume: 'db', snapshot, identity: known?.subvolume.uuid ?? '' };
    link.send({ kind: 'hello', version: 1, ...mandate, ...what, parents: [] });
    await link.receive('answer');
    await link.sendAll(Readable.from([content]), () => undefined);
    link.send({ kind: 'end', bytes: content.length });
    await link.receive('verdict');
    link.send({ kind: 'settled' });
    expect(await received).toMatchObject({ snapshot, bytes: content.length });
    await link.close();
    expect(await names(two)).toEqual([snapshot]);
  });

  it('and what is there under another name is not sent', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'some', 4 * MB);
    const { snapshot } = await hand(one, two);
    await rename(two.store.snapshotPath(snapshot), two.store.snapshotPath(`${snapshot}@+aside`));
    expect(await hand(one, two, { snapshot })).toMatchObject({ bytes: 0 });
    expect(await names(two)).toEqual([snapshot, `${snapshot}@+aside`]);
  });

  it('in full to a store in which increments find no parents', async () => {
    const { one } = await pair();
    const folder = path.join(disks[1]?.path ?? '', `plain${count}`, 'store');
    const mount = await mkdtemp(path.join(tmpdir(), 'covey-bind-'));
    await mkdir(folder, { recursive: true });
    await run('mount', ['--bind', folder, mount]);
    cleanup.add(async () => {
      await run('umount', [mount]);
      await rm(mount, { recursive: true });
    });
    const two = await startNode('node2', mount);
    await one.store.create('db');
    await fill(one, 'some', 4 * MB);
    await hand(one, two);
    const sent = await hand(one, two);
    expect(sent.parent).toBeNull();
    expect(await names(two)).toHaveLength(2);
  });
});

describe('a transfer that fails leaves nothing behind, and the next one works', () => {
  /** What must be so after every failure. */
  async function expectNothing({ one, two }: { one: Node; two: Node }, snapshot: string): Promise<void> {
    await expect.poll(() => readdir(path.join(two.store.root, 'snapshots'))).toEqual([]);
    expect((await showSubvolume(one.store.snapshotPath(snapshot))).readonly).toBe(true);
    expect([one.pins.isPinned(snapshot), two.pins.isPinned(snapshot)]).toEqual([false, false]);
    expect(await hand(one, two, { snapshot })).toMatchObject({ snapshot, parent: null });
    expect(await names(two)).toEqual([snapshot]);
    expect(await digest(two.store.snapshotPath(snapshot))).toBe(
      await digest(one.store.snapshotPath(snapshot)),
    );
  }

  async function pairWithData(): Promise<{ one: Node; two: Node; snapshot: string }> {
    const nodes = await pair();
    await nodes.one.store.create('db');
    await fill(nodes.one, 'big', 32 * MB);
    return { ...nodes, snapshot: await nodes.one.store.snapshot('db') };
  }

  it('when the connection is cut', async () => {
    const { one, two, snapshot } = await pairWithData();
    const port = await proxy(two.port, (total, cut) => total > 12 * MB && cut());
    await expect(hand(one, two, { snapshot, port })).rejects.toMatchObject({ code: 'unavailable' });
    await expectNothing({ one, two }, snapshot);
  });

  it('when the connection goes silent', async () => {
    const { one, two, snapshot } = await pairWithData();
    const held: Socket[] = [];
    // Takes everything and passes nothing on.
    const server = createServer((client) => {
      const upstream = connect(two.port, '127.0.0.1');
      held.push(
        client.on('error', () => undefined),
        upstream.on('error', () => undefined),
      );
      let total = 0;
      client.on('data', (bytes) => {
        total += bytes.length;
        if (total < 12 * MB) upstream.write(bytes);
      });
      upstream.on('data', (bytes) => total < 12 * MB && client.write(bytes));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanup.add(() => {
      server.close();
      for (const socket of held) socket.destroy();
    });
    const { port } = server.address() as AddressInfo;
    await expect(hand(one, two, { snapshot, port })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('node2 said nothing for'),
    });
    await expectNothing({ one, two }, snapshot);
  });

  it('when the caller gives up', async () => {
    const { one, two, snapshot } = await pairWithData();
    const controller = new AbortController();
    const port = await proxy(two.port, (total) => total > 12 * MB && controller.abort());
    await expect(hand(one, two, { snapshot, port, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await expectNothing({ one, two }, snapshot);
  });

  it('when the receiver stops', async () => {
    const { one, two, snapshot } = await pairWithData();
    let stopping: Promise<void> | undefined;
    const port = await proxy(two.port, (total) => {
      if (total > 12 * MB) stopping ??= two.stop();
    });
    await expect(hand(one, two, { snapshot, port })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'node2: The peer is stopping',
    });
    await stopping;
    const again = await startNode('node2', two.store.root);
    await expectNothing({ one, two: again }, snapshot);
  });

  it("when the receiver's disk is full", async () => {
    const { one, snapshot } = await pairWithData();
    const small = await makeBtrfs('256M');
    try {
      await run('fallocate', ['-l', '150M', path.join(small.path, 'ballast')]);
      const two = await startNode('node2', small.path);
      await expect(hand(one, two, { snapshot })).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/^node2: The disk of the volume store is full/),
      });
      expect(await names(two)).toEqual([]);
      await rm(path.join(small.path, 'ballast'));
      await expectNothing({ one, two }, snapshot);
      await cleanup.run();
    } finally {
      await small.dispose();
    }
  });

  it('when the parent is lost on the sender while it is negotiated', async () => {
    const { one, two, snapshot } = await pairWithData();
    await hand(one, two, { snapshot });
    const next = await one.store.snapshot('db');
    const all = await one.store.snapshots('db');
    await one.store.removeSnapshot(snapshot);
    const stale = { ...one, store: { ...one.store, snapshots: async () => all } };
    await expect(hand(stale, two, { snapshot: next })).rejects.toMatchObject({ code: 'failed' });
    await expect.poll(() => names(two)).toEqual([snapshot]);
    // What was common before is not: all is sent.
    expect(await hand(one, two, { snapshot: next })).toMatchObject({ parent: null });
  });

  it('when it broke off with the peer: the rest is swept at its next start', async () => {
    const { one, two, snapshot } = await pairWithData();
    const left = path.join(two.store.root, 'snapshots', '.incoming-of-a-former-life');
    await mkdir(left);
    await createSubvolume(path.join(left, snapshot));
    expect(await two.store.snapshots()).toEqual([]);
    await two.stop();
    await expectNothing({ one, two: await startNode('node2', two.store.root) }, snapshot);
  });

  type Said = Parameters<Link['send']>[0];

  /** A receiver that says what a test has it say. */
  const saying = (messages: (hello: Hello) => Said[]) => async () => {
    const [ours, theirs] = duplexPair();
    const link = createLink(theirs, { other: 'node1', times });
    void link.receive('hello').then((hello) => {
      for (const message of messages(hello)) link.send(message);
    });
    return ours;
  };

  it.each<[string, (hello: Hello) => Said[], object]>([
    [
      'asks for a parent that it was not offered',
      () => [{ kind: 'answer', have: false, parent: 'db@old' }],
      { code: 'invalid', message: 'node2 asks for an increment from db@old, which was not offered' },
    ],
    [
      'has something else in the end',
      ({ identity }) => [
        { kind: 'answer', have: true, parent: null },
        { kind: 'verdict', landed: 'db@other', identity },
      ],
      { code: 'failed', message: expect.stringMatching(/^node2 has db@other \(\S+\) instead of db@/) },
    ],
  ])('to a node that %s', async (_, messages, error) => {
    const { one, two, snapshot } = await pairWithData();
    await expect(hand(one, two, { snapshot, open: saying(messages) })).rejects.toMatchObject(error);
    await expectNothing({ one, two }, snapshot);
  });

  /** A sender that does by hand what `hello` announces; what the receiver answers. */
  async function sent(
    two: Node,
    hello: Partial<Hello>,
    data?: (link: Link) => Promise<number>,
  ): Promise<unknown> {
    const target = { host: '127.0.0.1', port: two.port, name: 'node2' };
    const link = createLink(await openStream(target, { tls: tls.node1, protocol: volumeProtocol }), {
      other: 'node2',
      times,
    });
    const common = { app: 'shop', fence: 7, operation: 'op-1', volume: 'db', parents: [] };
    link.send({ kind: 'hello', version: 1, ...common, snapshot: SNAPSHOT, identity: randomUUID(), ...hello });
    try {
      await link.receive('answer');
      link.send({ kind: 'end', bytes: (await data?.(link)) ?? 0 });
      return await link.receive('verdict');
    } finally {
      await link.close();
    }
  }
  const SNAPSHOT = 'db@2020-01-01T00:00:00.000000';

  it('of what is not what was announced', async () => {
    const { one, two, snapshot } = await pairWithData();
    const streams = (count: number) => async (link: Link) => {
      let bytes = 0;
      for (let i = 0; i < count; i++) {
        const again = i === 0 ? snapshot : await one.store.snapshot('db');
        const child = startSend(one.store.snapshotPath(again), null, link.signal);
        await link.sendAll(child.stream, (more) => {
          bytes += more;
        });
        await child.done;
      }
      return bytes;
    };
    await expect(sent(two, { snapshot: 'web@2020-01-01T00:00:00.000000' })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('web@2020-01-01T00:00:00.000000 is no snapshot of the volume db'),
    });
    await expect(sent(two, {}, async () => 5)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('A part of the stream was lost: 5 bytes were sent, but 0 came'),
    });
    await expect(sent(two, {}, streams(1))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/What came for db@2020\S+ is \S+, but \S+ was announced/),
    });
    await expect(sent(two, {}, streams(2))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/The stream for db@2020\S+ held 2 snapshots instead of one/),
    });
    await expectNothing({ one, two }, snapshot);
  });
});

describe('a transfer is refused', () => {
  it('to those who are no peers', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await expect(hand(one, two, { as: tls.operator })).rejects.toMatchObject({
      code: 'denied',
      message: 'node2: someone (operator) may not send volumes',
    });
    expect(await names(two)).toEqual([]);
  });

  it('to a node that is not the one that was meant', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await expect(hand(one, { ...two, name: 'node3' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is the node "node2" by its certificate, not "node3"'),
    });
  });

  it('to a peer that speaks only gRPC', async () => {
    const { one } = await pair();
    await one.store.create('db');
    const server = await startServer(tls.node2, {});
    cleanup.add(() => server.stop(0));
    await expect(hand(one, { ...one, name: 'node2', port: server.port })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('to an operation that has lost its lock', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    two.fence = 8;
    await expect(hand(one, two, { fence: 7 })).rejects.toMatchObject({
      code: 'refused',
      message: 'node2: Another operation has begun',
    });
    expect(await names(two)).toEqual([]);
    await hand(one, two, { fence: 8 });
  });

  it('to an operation that lost its lock while it sent: nothing lands', async () => {
    const { one, two } = await pair();
    await one.store.create('db');
    await fill(one, 'big', 16 * MB);
    const port = await proxy(two.port, (total) => {
      if (total > 4 * MB) two.fence = 8;
    });
    await expect(hand(one, two, { port, fence: 7 })).rejects.toMatchObject({
      code: 'refused',
      message: 'node2: Another operation has begun',
    });
    expect(two.asked).toBe(2);
    expect(await names(two)).toEqual([]);
  });

  it('for what is not there or not finished', async () => {
    const { one, two } = await pair();
    await expect(hand(one, two)).rejects.toMatchObject({ code: 'not-found' });
    await one.store.create('db');
    await expect(hand(one, two, { snapshot: 'db@2020-01-01T00:00:00.000000' })).rejects.toMatchObject({
      code: 'not-found',
    });
    const half = 'db@2021-01-01T00:00:00.000000';
    await createSubvolume(one.store.snapshotPath(half));
    await expect(hand(one, two, { snapshot: half })).rejects.toMatchObject({
      code: 'conflict',
      message: `${half} is writable, so it is no finished snapshot`,
    });
  });
});
