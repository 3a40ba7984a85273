import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { type Connection, connect } from '../../../src/rpc/connection.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import type { Served } from '../../../src/rpc/server.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { silentPort } from './silent-port.ts';
import { createCertificates, createCleanup, createStallingProxy, startServer } from './support.ts';

const times = { connect: 300, keepalive: 200, keepaliveTimeout: 200 };
const hello: Handlers['Peer']['Hello'] = async () => ({ name: 'node1' });

let certificates: Awaited<ReturnType<typeof createCertificates>>;
let node1: TlsMaterial;
let node2: TlsMaterial;
beforeAll(async () => {
  certificates = await createCertificates();
  node1 = await certificates.of('node1');
  node2 = await certificates.of('node2');
});
afterAll(() => certificates.remove());

const cleanup = createCleanup();
afterEach(() => cleanup.run());

async function start(
  given: Parameters<typeof startServer>[1],
  tls: TlsMaterial | undefined = node1,
): Promise<Served> {
  const served = await startServer(tls, given);
  cleanup.add(() => served.stop(0));
  return served;
}

async function proxied(given: Parameters<typeof startServer>[1], tls: TlsMaterial | undefined = node1) {
  const served = await start(given, tls);
  const proxy = await createStallingProxy(served.port);
  cleanup.add(proxy.close);
  const connection = connect({ host: '127.0.0.1', port: proxy.port }, { tls: tls && node2, times });
  cleanup.add(() => connection.close());
  return { proxy, connection };
}

/** Milliseconds that a call takes to fail, with what it failed. */
async function failing(call: Promise<unknown>): Promise<{ error: CoveyError; after: number }> {
  const begun = performance.now();
  const error = await call.then(
    () => new Error('It went well'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CoveyError)) throw error;
  return { error, after: performance.now() - begun };
}

/** Every way to fail that is quick, and says that the peer can't be reached. */
async function expectQuickFailure(connection: Connection): Promise<void> {
  const { error, after } = await failing(connection.call(peerMethods.Hello, {}, { deadline: 1_000 }));
  expect(['unavailable', 'timeout']).toContain(error.code);
  expect(after).toBeLessThan(1_500);
}

describe.each([
  ['TLS', true],
  ['plaintext', false],
])('a half-open path over %s', (_, secure) => {
  const credentials = () => (secure ? node1 : undefined);

  test('is noticed by pings, and replaced as soon as the path works again', async () => {
    const { proxy, connection } = await proxied({ Peer: { Hello: hello } }, credentials());
    expect(await connection.call(peerMethods.Hello, {})).toMatchObject({ name: 'node1' });
    proxy.stall();
    await expectQuickFailure(connection);
    await expectQuickFailure(connection);
    await expectQuickFailure(connection);
    proxy.resume();
    expect(await connection.call(peerMethods.Hello, {}, { deadline: 2_000 })).toMatchObject({
      name: 'node1',
    });
  });

  test('that takes connections and never answers leaves no socket behind', async () => {
    const { proxy, connection } = await proxied({ Peer: { Hello: hello } }, credentials());
    proxy.stall();
    for (let attempt = 0; attempt < 3; attempt++) await expectQuickFailure(connection);
    connection.close();
    await vi.waitFor(() => expect(proxy.open()).toBe(0), { timeout: 2_000 });
  });

  test('ends a stream that waits for its next message', async () => {
    const { proxy, connection } = await proxied(
      {
        Peer: {
          async *RunStep(_request, { signal }) {
            yield { detail: 'begun' };
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          },
        },
      },
      credentials(),
    );
    const stream = connection.stream(peerMethods.RunStep, {});
    expect((await stream.next()).value).toMatchObject({ detail: 'begun' });
    proxy.stall();
    const { error, after } = await failing(stream.next());
    expect(error.code).toBe('unavailable');
    expect(after).toBeLessThan(2_000);
  });
});

describe('a call', () => {
  test('to a port where nobody listens fails at once, and says why', async () => {
    const served = await startServer(node1, {});
    await served.stop(0);
    const connection = connect({ host: '127.0.0.1', port: served.port, name: 'node1' }, { tls: node2 });
    cleanup.add(() => connection.close());
    const { error, after } = await failing(connection.call(peerMethods.Hello, {}));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^node1 \(127.*ECONNREFUSED/),
    });
    expect(after).toBeLessThan(1_000);
  });

  test('to a machine that answers no SYN fails within the time for connecting', async () => {
    const port = await silentPort(cleanup);
    const connection = connect({ host: '127.0.0.1', port, name: 'node1' }, { tls: node2, times });
    cleanup.add(() => connection.close());
    for (let attempt = 0; attempt < 2; attempt++) {
      const { error, after } = await failing(connection.call(peerMethods.Hello, {}));
      expect(error).toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('does not answer'),
      });
      expect(after).toBeLessThan(1_500);
    }
  });

  test('works at once when the peer is back, without waiting for a back-off', async () => {
    const first = await startServer(node1, { Peer: { Hello: hello } });
    const { port } = first;
    const connection = connect({ host: '127.0.0.1', port }, { tls: node2 });
    cleanup.add(() => connection.close());
    await connection.call(peerMethods.Hello, {});
    await first.stop(0);
    for (let attempt = 0; attempt < 5; attempt++) {
      await expect(connection.call(peerMethods.Hello, {})).rejects.toMatchObject({ code: 'unavailable' });
    }
    const second = await startServer(
      node1,
      { Peer: { Hello: hello } },
      { config: { listen: { host: '127.0.0.1', port }, insecure: false } },
    );
    cleanup.add(() => second.stop(0));
    expect(await connection.call(peerMethods.Hello, {})).toMatchObject({ name: 'node1' });
  });

  test('has a deadline, after which the running calls of others go on', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await start({
      Peer: {
        Hello: () => new Promise(() => undefined),
        async *RunStep() {
          yield { detail: 'begun' };
          await gate.promise;
          yield { detail: 'done' };
        },
      },
    });
    // Not with `times`: a machine that is busy for a moment is no dead peer here.
    const connection = connect({ host: '127.0.0.1', port: served.port }, { tls: node2 });
    cleanup.add(() => connection.close());
    const stream = connection.stream(peerMethods.RunStep, {});
    await stream.next();
    const { error, after } = await failing(connection.call(peerMethods.Hello, {}, { deadline: 200 }));
    expect(error.code).toBe('timeout');
    expect(after).toBeLessThan(1_000);
    gate.resolve();
    expect((await stream.next()).value).toMatchObject({ detail: 'done' });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  test('with an aborted signal is not made; one that waits for a connection stops waiting', async () => {
    let calls = 0;
    const { proxy, connection } = await proxied({
      Peer: {
        Hello: async () => {
          calls++;
          return {};
        },
      },
    });
    const signal = AbortSignal.abort(new CoveyError('cancelled', 'enough'));
    await expect(connection.call(peerMethods.Hello, {}, { signal })).rejects.toThrow('enough');
    await expect(connection.stream(peerMethods.RunStep, {}, { signal }).next()).rejects.toThrow('enough');
    proxy.stall();
    const { error, after } = await failing(
      connection.call(peerMethods.Hello, {}, { signal: AbortSignal.timeout(50) }),
    );
    expect(error.code).toBe('timeout');
    expect(after).toBeLessThan(250);
    expect(calls).toBe(0);
  });
});

test('a stream that says nothing for too long ends with a timeout; a slow reader does not count', async () => {
  const served = await start({
    Peer: {
      async *RunStep(_request, { signal }) {
        yield { detail: 'one' };
        yield { detail: 'two' };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    },
  });
  const connection = connect({ host: '127.0.0.1', port: served.port }, { tls: node2 });
  cleanup.add(() => connection.close());
  const stream = connection.stream(peerMethods.RunStep, {}, { idle: 150 });
  await stream.next();
  await new Promise((resolve) => setTimeout(resolve, 400)); // the reader is slow: longer than `idle`, and that is the test
  expect((await stream.next()).value).toMatchObject({ detail: 'two' });
  const { error } = await failing(stream.next());
  expect(error).toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('said nothing for 0.15 s'),
  });
});

describe('the pool', () => {
  test('keeps one connection a node, follows its address, and forgets who left', async () => {
    const { port } = await start({ Peer: { Hello: hello } });
    const other = await start({ Peer: { Hello: async () => ({ name: 'moved' }) } });
    const channels = createChannels({ tls: node2, times });
    cleanup.add(() => channels.close());
    const node = { name: 'node1', address: '127.0.0.1', port };
    const before = channels.to(node);
    expect(channels.to(node)).toBe(before);
    const after = channels.to({ ...node, port: other.port });
    expect(after).not.toBe(before);
    expect(await after.call(peerMethods.Hello, {})).toMatchObject({ name: 'moved' });
    await expect(before.call(peerMethods.Hello, {})).rejects.toMatchObject({ code: 'unavailable' });
    channels.keep(['node1']);
    expect(await after.call(peerMethods.Hello, {})).toMatchObject({ name: 'moved' });
    channels.keep(['node2']);
    await expect(after.call(peerMethods.Hello, {})).rejects.toThrow(/^The connection to \S+ .*is closed$/);
  });

  test("refuses a node that another node's certificate stands for", async () => {
    const { port } = await start({ Peer: { Hello: hello } });
    const channels = createChannels({ tls: node2, times });
    cleanup.add(() => channels.close());
    const call = channels.to({ name: 'node3', address: '127.0.0.1', port }).call(peerMethods.Hello, {});
    await expect(call).rejects.toThrow(/is the node "node1" by its certificate/);
  });
});
