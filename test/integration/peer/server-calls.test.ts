import { describe, expect, test, vi } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';
import { clusterMethods, peerMethods } from '../../../src/rpc/proto.ts';
import { alice, client, node2, start, useCertificates } from './server-clients.ts';

useCertificates();

test('the configuration of thousands of apps arrives as a whole', async () => {
  const text = `${'x'.repeat(999)}\n`.repeat(30_000);
  const files = [{ name: 'Caddyfile', text }];
  const { port } = await start({
    Cluster: { Render: async () => ({ node: 'node1', files }) },
    Peer: { Render: async () => ({ node: 'node1', files }) },
  });
  const connection = client(port, node2);
  for (const method of [clusterMethods.Render, peerMethods.Render]) {
    const reply = await connection.call(method, {});
    expect(reply.files[0]?.text.length).toBe(text.length);
  }
});

describe('errors', () => {
  test.each(['unary', 'stream'])('of a %s handler keep code, message and hint', async (kind) => {
    const thrown = new CoveyError('locked', 'shop — locked by node2', { hint: 'Use --wait' });
    const { port } = await start({
      Cluster: {
        Apps: () => Promise.reject(thrown),
        async *Deploy() {
          yield { warning: 'first' };
          throw thrown;
        },
      },
    });
    const connection = client(port, alice);
    const seen: string[] = [];
    const run = async () => {
      if (kind === 'unary') return connection.call(clusterMethods.Apps, {});
      for await (const message of connection.stream(clusterMethods.Deploy, {})) seen.push(message.warning);
    };
    await expect(run()).rejects.toMatchObject({ code: 'locked', message: thrown.message, hint: thrown.hint });
    expect(seen).toEqual(kind === 'stream' ? ['first'] : []);
  });
});

describe('the signal of a handler', () => {
  /** A server whose calls wait for their signal, and tell its reason. */
  async function waiting() {
    const reasons: CoveyError[] = [];
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const untilAborted = async ({ signal }: CallContext): Promise<never> => {
      begin();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push(signal.reason);
      throw signal.reason;
    };
    const served = await start({
      Cluster: {
        Apps: (_, call) => untilAborted(call),
        async *Deploy(_, call) {
          yield { warning: 'begun' };
          yield await untilAborted(call);
        },
      },
    });
    return { served, reasons, begun };
  }

  test.each(['unary', 'stream'])('aborts when the caller of a %s call cancels', async (kind) => {
    const { served, reasons, begun } = await waiting();
    const controller = new AbortController();
    const connection = client(served.port, alice);
    const { signal } = controller;
    const run = async () => {
      if (kind === 'unary') return connection.call(clusterMethods.Apps, {}, { signal });
      for await (const _ of connection.stream(clusterMethods.Deploy, {}, { signal }));
    };
    const running = run();
    void begun.then(() => controller.abort(new CoveyError('cancelled', 'enough')));
    await expect(running).rejects.toMatchObject({ code: 'cancelled', message: 'enough' });
    await vi.waitFor(() => expect(reasons).toMatchObject([{ code: 'cancelled' }]));
  });

  test('aborts when the caller leaves the loop', async () => {
    const { served, reasons } = await waiting();
    for await (const _ of client(served.port, alice).stream(clusterMethods.Deploy, {})) break;
    const cancelled = { code: 'cancelled', message: 'The caller cancelled /covey.v1.Cluster/Deploy' };
    await vi.waitFor(() => expect(reasons).toMatchObject([cancelled]));
  });

  test("aborts at the caller's deadline", async () => {
    const { served, reasons } = await waiting();
    const call = client(served.port, alice).call(clusterMethods.Apps, {}, { deadline: 200 });
    await expect(call).rejects.toMatchObject({ code: 'timeout' });
    await vi.waitFor(() => expect(reasons).toHaveLength(1));
    expect(['timeout', 'cancelled']).toContain(reasons[0]?.code);
  });

  test('does not abort after a call that went well', async () => {
    const signals: AbortSignal[] = [];
    const { port } = await start({
      Cluster: {
        Apps: async (_, { signal }) => {
          signals.push(signal);
          return {};
        },
      },
    });
    const connection = client(port, alice);
    await connection.call(clusterMethods.Apps, {});
    await connection.call(clusterMethods.Apps, {});
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false]);
  });
});

test('a stream waits for a slow reader', async () => {
  let produced = 0;
  const detail = 'x'.repeat(64 * 1024);
  const { port } = await start({
    Cluster: {
      async *Deploy() {
        for (; produced < 500; produced++) yield { warning: detail };
      },
    },
  });
  const stream = client(port, alice).stream(clusterMethods.Deploy, {});
  await stream.next();
  // Until the windows are full and nothing moves any more.
  let before = -1;
  await vi.waitFor(
    () => {
      const moved = produced !== before;
      before = produced;
      expect(moved).toBe(false);
    },
    { interval: 200 },
  );
  expect(produced).toBeLessThan(100);
  let received = 1;
  for await (const _ of stream) received++;
  expect(received).toBe(500);
});
