import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { frameHeader, frameType } from '../../../src/volumes/transfer/frames.ts';
import { createLink } from '../../../src/volumes/transfer/link.ts';

const times = { idle: 300, linger: 200 };
const MB = 1024 * 1024;

let server: Server;
let left: Socket;
let right: Socket;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  left = connect(address.port, '127.0.0.1');
  [right] = (await once(server, 'connection')) as [Socket];
});
afterEach(() => {
  left.destroy();
  right.destroy();
  server.close();
});

const links = () => ({
  sender: createLink(left, { other: 'node2', times }),
  receiver: createLink(right, { other: 'node1', times }),
});

describe('a link', () => {
  it('carries messages and a stream, and ends on both sides', async () => {
    const { sender, receiver } = links();
    sender.send({ kind: 'end', bytes: 1 });
    expect(await receiver.receive('end')).toEqual({ kind: 'end', bytes: 1 });
    const content = Buffer.alloc(3 * MB, 'abc');
    const sink = new PassThrough();
    const arrived = buffer(sink);
    let counted = 0;
    const received = receiver.receive('end', sink);
    await sender.sendAll(Readable.from([content.subarray(0, 10), content.subarray(10)]), (bytes) => {
      counted += bytes;
    });
    sender.send({ kind: 'end', bytes: counted });
    expect(await received).toEqual({ kind: 'end', bytes: content.length });
    sink.end();
    expect((await arrived).equals(content)).toBe(true);
    expect(receiver.received()).toBe(content.length);
    receiver.send({ kind: 'settled' });
    await Promise.all([receiver.close(), sender.receive('settled').then(() => sender.close())]);
    expect([sender.signal.aborted, receiver.signal.aborted, left.destroyed, right.destroyed]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('gives each part of a stream to the socket together with its header', async () => {
    const writes: number[][] = [];
    const socket = new Duplex({
      read: () => undefined,
      writev: (parts, done) => {
        writes.push(parts.map(({ chunk }) => chunk.length));
        done();
      },
    });
    const link = createLink(socket, { other: 'node2', times });
    await link.sendAll(Readable.from([Buffer.alloc(10), Buffer.alloc(MB)]), () => undefined);
    await link.close();
    expect(writes).toEqual([
      [5, 10],
      [5, MB],
    ]);
  });

  it('is as fast as the slower side: what waits in memory is bounded, and slow is not silent', async () => {
    const { sender, receiver } = links();
    const release: (() => void)[] = [];
    const sink = new Writable({ write: (_chunk, _encoding, done) => void release.push(done) });
    let sent = 0;
    const source = Readable.from(
      (function* () {
        for (let index = 0; index < 64; index++) yield Buffer.alloc(MB);
      })(),
    );
    const received = receiver.receive('end', sink);
    const sending = sender.sendAll(source, (bytes) => {
      sent += bytes;
    });
    // Longer than the longest silence: the receiver's disk does nothing all the while.
    const began = Date.now();
    await expect.poll(() => Date.now() - began > 3 * times.idle, { timeout: 5_000 }).toBe(true);
    expect(sink.writableLength + left.writableLength).toBeLessThan(12 * MB);
    expect(sent).toBeLessThan(32 * MB);
    let whole = false;
    const flow = async () => {
      while (!whole) {
        for (const done of release.splice(0)) done();
        await new Promise(setImmediate);
      }
    };
    const ended = received.finally(() => {
      whole = true;
    });
    await Promise.all([sending.then(() => sender.send({ kind: 'end', bytes: sent })), flow()]);
    expect(await ended).toEqual({ kind: 'end', bytes: 64 * MB });
  });

  it('tells an error to the other side, which knows then whose it is', async () => {
    const { sender, receiver } = links();
    const waiting = sender.receive('verdict');
    const failing = receiver.fail(new CoveyError('refused', 'The disk is full', { hint: 'Make room' }));
    await expect(waiting).rejects.toMatchObject({
      code: 'refused',
      message: 'node2: The disk is full',
      hint: 'Make room',
    });
    await sender.fail(new CoveyError('failed', 'x'));
    await failing;
  });

  it('lets the last words arrive though data is still on its way', async () => {
    const { sender, receiver } = links();
    const source = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(MB);
      })(),
    );
    const sending = sender.sendAll(source, () => undefined);
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    receiver.receive('end', sink).catch(() => undefined);
    await once(sink, 'error');
    const failing = receiver.fail(new CoveyError('refused', 'The disk is full'));
    await expect(sending).rejects.toMatchObject({ code: 'refused' });
    source.destroy();
    await sender.fail(new CoveyError('failed', 'x'));
    await failing;
  });

  it('breaks off when the other side is silent, is gone or says nonsense', async () => {
    const silent = createLink(left, { other: 'node2', times });
    await expect(silent.receive('answer')).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('node2 said nothing'),
    });
    await silent.close();

    const nonsense = createLink(right, { other: 'node1', times });
    await expect(nonsense.receive('hello')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('The connection with node1 '),
    });
  });

  it.each([
    ['bytes that are no frames', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'A frame of type 71 with'],
    [
      'data that nobody asked for',
      Buffer.concat([frameHeader(frameType.data, 1), Buffer.from('x')]),
      'node1 sends data that nobody asked for',
    ],
  ])('breaks off at %s', async (_, bytes, message) => {
    const link = createLink(right, { other: 'node1', times });
    const waiting = link.receive('hello');
    left.write(bytes);
    await expect(waiting).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
    await link.fail(new CoveyError('invalid', 'x'));
  });

  it('breaks off when a message comes out of turn', async () => {
    const { sender, receiver } = links();
    sender.send({ kind: 'settled' });
    await expect(receiver.receive('hello')).rejects.toMatchObject({
      code: 'invalid',
      message: 'node1 sent "settled" where "hello" was expected',
    });
    await Promise.all([receiver.close(), sender.close()]);
  });

  it.each([
    ['before it began', true],
    ['while it waits', false],
  ])('ends with the signal of its caller, %s', async (_, before) => {
    const controller = new AbortController();
    const reason = new CoveyError('cancelled', 'Lost the lock');
    if (before) controller.abort(reason);
    const link = createLink(left, { other: 'node2', times, signal: controller.signal });
    const waiting = link.receive('answer');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(link.signal.reason).toBe(reason);
    await link.fail(reason);
    expect(left.destroyed).toBe(true);
  });
});
