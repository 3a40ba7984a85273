import { once } from 'node:events';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sample } from '../../../src/drill/report.ts';
import { calmNode, HOST, text } from './calm-site.ts';
import { visitAt } from './direct-visitor.ts';
import type { Node } from './support.ts';

const signal = AbortSignal.timeout(120_000);

/** Longer than Caddy's old servers stay, in milliseconds. */
const LATE = 1_500;

let node: Node;
beforeAll(async () => {
  node = await calmNode(signal);
});
afterAll(() => node.dispose());

/** The sockets of Caddy's for TLS that are there, whoever listens. */
const sockets = () =>
  readdirSync(node.run).filter(
    (name) =>
      /^caddy-https\.\d+\.sock$/.test(name) &&
      lstatSync(join(node.run, name), { throwIfNoEntry: false })?.isSocket(),
  );

/** Nothing of this thread, the peer, goes on from the moment in which Caddy has made another socket. */
async function standStill(before: readonly string[]): Promise<void> {
  while (sockets().every((name) => before.includes(name))) {
    signal.throwIfAborted();
    await turn();
  }
  // time itself is meant: a peer that gets no processor
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LATE);
}

it('loses no request where the peer is late to see that Caddy has taken a configuration', async () => {
  await node.caddy.load(text(0), signal);
  await node.caddy.idle();
  const status = () => visitAt(node.address, 'https', HOST).then((it) => it.status, String);
  await expect.poll(status, { timeout: 20_000 }).toBe(200);
  const workerData = {
    ...{ node: 'n1', address: node.address, port: 443 },
    site: { scheme: 'https', host: HOST, path: '/' },
  };
  const visitors = new Worker(new URL('./late-peer.ts', import.meta.url), { workerData });
  try {
    await once(visitors, 'message', { signal });
    for (const number of [1, 2, 3]) {
      const before = sockets();
      await Promise.all([node.caddy.load(text(number), signal), standStill(before)]);
      await node.caddy.idle();
    }
    visitors.postMessage('end');
    const [samples]: [Sample[]] = (await once(visitors, 'message', { signal })) as [Sample[]];
    expect(samples.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(new Set(samples.map(({ way }) => way)).size).toBe(3);
    expect(samples.length).toBeGreaterThan((3 * LATE * 40) / 1_000);
  } finally {
    await visitors.terminate();
  }
});
