import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { blockingQuery, sleep } from '../../../src/consul/blocking.ts';
import { type ConsulClient, createConsulClient } from '../../../src/consul/client.ts';
import type { CoveyError } from '../../../src/errors.ts';

let server: Server | undefined;
let client: ConsulClient | undefined;
afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

/** An agent that answers as `answer` says; what it was asked. */
async function agent(answer: (request: number, response: ServerResponse, asked: IncomingMessage) => void) {
  const asked: URLSearchParams[] = [];
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://a').searchParams);
    answer(asked.length, response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = createConsulClient({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  return { consul: client, asked };
}

const reply = (response: ServerResponse, index: string, body = '[]') =>
  response.writeHead(200, { 'X-Consul-Index': index, 'Content-Type': 'application/json' }).end(body);
const query = (consul: ConsulClient, signal: AbortSignal, callbacks = {}) =>
  blockingQuery(
    consul,
    (o) => consul.raw.kv.get({ ...o, key: 'a', recurse: true }),
    (body) => body,
    signal,
    callbacks,
  );

describe('a blocking query', () => {
  it('asks for what comes after the last index, and starts over when that went backwards or is none', async () => {
    const indexes = ['7', '9', '3', '4', '0', '5'];
    const { consul, asked } = await agent((n, response) => {
      const index = indexes[n - 1];
      if (index) reply(response, index);
    });
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { index } of query(consul, stop.signal)) if (seen.push(index) === 4) stop.abort();
    // An index that went backwards may be that of a server that lags behind: its answer is passed over.
    expect(seen).toEqual(['7', '9', '4', '5']);
    expect(asked.map((one) => one.get('index'))).toEqual([null, '7', '9', null, '4', null]);
    // Only what comes after an index may be asked of any server.
    expect(asked.map((one) => one.get('stale'))).toEqual([null, '1', '1', null, '1', null]);
    expect(asked.map((one) => one.get('wait'))).toEqual(indexes.map(() => '30s'));
  });

  it('tells of each failure and of the recovery, and drops the index meanwhile', async () => {
    const { consul, asked } = await agent((n, response) => {
      if (n === 2) response.writeHead(500, { 'Content-Type': 'text/plain' }).end('No cluster leader');
      else if (n === 3) reply(response, '8', '{not json');
      else if (n === 4) response.destroy();
      else if (n < 6) reply(response, '7');
    });
    const stop = new AbortController();
    const errors: CoveyError[] = [];
    let recovered = 0;
    const callbacks = {
      onError: (error: CoveyError) => errors.push(error),
      onRecover: () => (recovered += 1),
    };
    let count = 0;
    for await (const _ of query(consul, stop.signal, callbacks)) if (++count === 2) stop.abort();
    expect(errors.map((error) => error.code)).toEqual(['unavailable', 'internal', 'unavailable']);
    expect(recovered).toBe(1);
    expect(asked.map((one) => one.get('index'))).toEqual([null, '7', null, null, null]);
  });

  it('does not ask in a hot loop when the server always answers at once', async () => {
    const { consul } = await agent((_, response) => reply(response, '7'));
    const stop = new AbortController();
    const before = performance.now();
    let count = 0;
    for await (const _ of query(consul, stop.signal)) if (++count === 80) stop.abort();
    expect(performance.now() - before).toBeGreaterThan(400);
  });

  it('ends at once, and without an error, while it waits for an answer', async () => {
    const { consul, asked } = await agent((n, response) => {
      if (n === 1) reply(response, '7');
    });
    const stop = new AbortController();
    const rounds = query(consul, stop.signal);
    await rounds.next();
    const next = rounds.next();
    while (asked.length < 2) await new Promise(setImmediate);
    stop.abort();
    expect(await next).toEqual({ value: undefined, done: true });
  });

  it('ends at once while it waits to try again', async () => {
    const { consul } = await agent((_, response) => response.destroy());
    const stop = new AbortController();
    let failures = 0;
    const onError = () => {
      if (++failures === 5) setImmediate(() => stop.abort());
    };
    let at = 0;
    stop.signal.addEventListener('abort', () => (at = performance.now()));
    for await (const _ of query(consul, stop.signal, { onError })) throw new Error('there was no answer');
    expect(failures).toBe(5);
    expect(performance.now() - at).toBeLessThan(100);
  });

  it('sleeps no longer than its signal', async () => {
    await sleep(60_000, AbortSignal.abort());
  });
});
