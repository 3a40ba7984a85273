import { once } from 'node:events';
import { constants, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { type Connection, connect } from '../../../src/rpc/connection.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import { silentPort } from './silent-port.ts';
import { createCleanup } from './support.ts';

const times = { connect: 300 };

const cleanup = createCleanup();
afterEach(() => cleanup.run());

function connectTo(port: number): Connection {
  const connection = connect({ host: '127.0.0.1', port, name: 'node1' }, { tls: undefined, times });
  cleanup.add(() => connection.close());
  return connection;
}

/** Each kind of call, to its first answer. */
const kinds: [string, (connection: Connection) => Promise<unknown>][] = [
  ['a call', (connection) => connection.call(peerMethods.Hello, {})],
  ['a stream', (connection) => connection.stream(peerMethods.RunStep, {}).next()],
  [
    'an exchange',
    (connection) =>
      connection
        .exchange(peerMethods.ContainerExec, async function* () {
          yield {};
        })
        .next(),
  ],
];

/** It fails as where nobody answers, and long before the kernel gives up its SYNs. */
async function expectNoAnswer(running: Promise<unknown>): Promise<void> {
  const begun = performance.now();
  const error = await running.then(
    () => new Error('It went well'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CoveyError)) throw error;
  expect(error).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^node1 \(127\S+\) does not answer \(waited 0\.3 s\)$/),
    hint: expect.stringContaining('Is the node up'),
  });
  expect(performance.now() - begun).toBeLessThan(1_500);
}

/** A server of HTTP/2 for one connection, whose machine answers no further SYN once the connection's first call is there. */
async function lastConnection(): Promise<{ port: number; first: Promise<ServerHttp2Stream> }> {
  const http2 = createHttp2Server();
  const listener = createServer((socket) => {
    cleanup.add(() => socket.destroy());
    http2.emit('connection', socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const first = once(http2, 'stream').then(async ([stream]) => {
    listener.close();
    await silentPort(cleanup, port);
    return stream as ServerHttp2Stream;
  });
  return { port, first };
}

describe.each(kinds)('%s', (_, begin) => {
  test('that waits for a connection beside another one does not wait for the kernel when that one gives up', async () => {
    const connection = connectTo(await silentPort(cleanup));
    const other = connection.call(peerMethods.Hello, {});
    const running = begin(connection);
    await Promise.all([expectNoAnswer(other), expectNoAnswer(running)]);
    await expectNoAnswer(begin(connection));
  });

  // grpc-js sends it once more then, on a new connection.
  test('that a node has refused before it was lost ends where no further connection stands', async () => {
    const { port, first } = await lastConnection();
    const connection = connectTo(port);
    const running = begin(connection);
    const stream = await Promise.race([first, running.then(() => first)]);
    stream.on('error', () => undefined); // that it is refused
    stream.session?.goaway();
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    await expectNoAnswer(running);
    await expectNoAnswer(begin(connection));
  });
});

test('what a node that takes no more connections still answers gets its answer', async () => {
  const { port, first } = await lastConnection();
  const connection = connectTo(port);
  const answer = connection.call(peerMethods.Hello, {});
  const stream = await first;
  stream.session?.goaway();
  await expectNoAnswer(connection.call(peerMethods.Hello, {}));
  await expectNoAnswer(connection.stream(peerMethods.RunStep, {}).next());
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  // An empty message: not compressed, of no bytes.
  stream.end(Buffer.alloc(5));
  expect(await answer).toMatchObject({ name: '' });
});
