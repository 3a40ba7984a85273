import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createChannels } from '../../../src/rpc/channels.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import { createCleanup, createStallingProxy, startServer } from './support.ts';

const times = { connect: 300, keepalive: 100, keepaliveTimeout: 200 };
/** What runs takes some pings longer than the connection is kept. */
const SOME_PINGS = 6 * times.keepalive;

const cleanup = createCleanup();
afterEach(() => cleanup.run());

/** The pool of a node, and how it reaches node1 through a proxy. */
async function pool(given: Partial<Handlers['Peer']>) {
  const served = await startServer(undefined, { Peer: given });
  cleanup.add(() => served.stop(0));
  const proxy = await createStallingProxy(served.port);
  cleanup.add(proxy.close);
  const channels = createChannels({ tls: undefined, times });
  cleanup.add(() => channels.close());
  const connection = channels.to({ name: 'node1', address: '127.0.0.1', port: proxy.port });
  const isClosed = () => vi.waitFor(() => expect(proxy.open()).toBe(0), { timeout: 2_000 });
  return { channels, connection, proxy, isClosed };
}

describe('what runs on a connection that is closed', () => {
  test('is a call: it gets its answer, and then the connection goes', async () => {
    const begun = Promise.withResolvers<void>();
    const { channels, connection, isClosed } = await pool({
      Leave: async () => {
        begun.resolve();
        await pause(SOME_PINGS);
        return { node: 'node1' };
      },
    });
    const answer = connection.call(peerMethods.Leave, {});
    await begun.promise;
    channels.keep([]);
    expect(await answer).toEqual({ node: 'node1' });
    await isClosed();
  });

  test('is a stream, whose channel was given up since another call got no answer: it goes on to its end', async () => {
    const { connection, channels, proxy } = await pool({
      Hello: (_request, { signal }) => pause(60_000, {}, { signal }),
      async *RunStep() {
        yield { detail: 'begun' };
        await pause(SOME_PINGS);
        yield { detail: 'done' };
      },
    });
    const stream = connection.stream(peerMethods.RunStep, {});
    expect((await stream.next()).value).toMatchObject({ detail: 'begun' });
    const hello = connection.call(peerMethods.Hello, {}, { deadline: 50 });
    await expect(hello).rejects.toMatchObject({ code: 'timeout' });
    expect((await stream.next()).value).toMatchObject({ detail: 'done' });
    expect((await stream.next()).done).toBe(true);
    channels.close();
    await vi.waitFor(() => expect(proxy.open()).toBe(0), { timeout: 2_000 });
  });

  test('ends soon where nobody answers any more', async () => {
    const begun = Promise.withResolvers<void>();
    const { channels, connection, proxy, isClosed } = await pool({
      Leave: async (_request, { signal }) => {
        begun.resolve();
        return await pause(60_000, {}, { signal });
      },
    });
    const answer = connection.call(peerMethods.Leave, {});
    await begun.promise;
    channels.keep([]);
    proxy.stall();
    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    await isClosed();
  });
});
