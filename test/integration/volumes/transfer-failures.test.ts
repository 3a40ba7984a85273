import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { openStream, volumeProtocol } from '../../../src/rpc/streams.ts';
import { createSubvolume, showSubvolume } from '../../../src/volumes/btrfs.ts';
import { startSend } from '../../../src/volumes/transfer/child.ts';
import { createLink, type Link } from '../../../src/volumes/transfer/link.ts';
import type { Hello } from '../../../src/volumes/transfer/messages.ts';
import { makeBtrfs } from '../../support/btrfs.ts';
import {
  cleanup,
  digest,
  fill,
  hand,
  MB,
  type Node,
  names,
  pair,
  proxy,
  startNode,
  times,
  tls,
  useStores,
} from './transfer-nodes.ts';

useStores();

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
