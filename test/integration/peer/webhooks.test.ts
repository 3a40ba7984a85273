import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { createLogger } from '../../../src/logger.ts';
import { readHooks } from '../../../src/peer/webhooks/hooks.ts';
import { signature } from '../../../src/peer/webhooks/post.ts';
import { PATIENCE, type Patience } from '../../../src/peer/webhooks/queue.ts';
import { createWebhooks } from '../../../src/peer/webhooks/webhooks.ts';
import { initCa, issue } from '../../../src/rpc/ca.ts';
import { livingMemory } from '../../support/living-memory.ts';
import { startReceiver } from './receivers.ts';
import { createCleanup } from './support.ts';

const APP = 'shop_master.ddb14';
const cleanup = createCleanup();
afterEach(() => cleanup.run());

const node = (name: string) => ({ name, reachable: true, version: '1.0.0', generation: 7 });
const nodes = [node('node1'), node('node2')];

async function receiver(...how: Parameters<typeof startReceiver>) {
  const made = await startReceiver(...how);
  cleanup.add(made.close);
  return made;
}

/** The webhooks of a node with these settings, which run. */
async function sending(
  settings: readonly object[],
  more: { patience?: Partial<Patience>; name?: string } = {},
) {
  const { name = 'node1', patience } = more;
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'info' }, { write: (line) => lines.push(JSON.parse(line)) });
  const memory = livingMemory({ nodes });
  const env = { COVEY_WEBHOOKS: JSON.stringify(settings) };
  const { webhooks } = loadConfig({ env, readFile: () => undefined, hostname: name });
  const deps = { node: name, memory, logger };
  const made = createWebhooks(deps, await readHooks(webhooks), { ...PATIENCE, pause: 5, ...patience });
  const stop = new AbortController();
  const running = made.run(stop.signal);
  // It has its first picture once all is done that needs no waiting.
  await new Promise(setImmediate);
  cleanup.add(async () => {
    stop.abort();
    await running;
  });
  const operation = (requestId: string, phase: 'started' | 'done' | 'failed' = 'done', more = {}) =>
    made.operation({ app: APP, kind: 'deploy', requestId, by: 'alice', phase, ...more });
  return { memory, operation, lines, made };
}

const idsOf = (received: { message: Record<string, unknown> }[]) =>
  received.map(({ message }) => (message.details as { id: string }).id);
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

describe('a receiver', () => {
  test('gets what happens, signed, as covey watch tells it', async () => {
    const { url, received } = await receiver();
    const { operation } = await sending([{ url, secret: 'geheim' }]);
    operation('r1', 'failed', { durationMs: 1_200, error: new Error('no disk') });
    await until(() => expect(received).toHaveLength(1));
    const [{ headers, body, message } = { headers: {}, body: '', message: {} }] = received;
    expect(message).toEqual({
      ...{ id: expect.any(String), from: 'node1', kind: 'operation.failed', at: expect.any(Number) },
      ...{ app: APP, node: 'node1', text: `deploy of ${APP} has failed: no disk` },
      details: { operation: 'deploy', id: 'r1', by: 'alice', elapsedMs: '1200', error: 'no disk' },
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-covey-kind': 'operation.failed',
      'x-covey-delivery': message.id,
      'x-covey-signature': signature('geheim', body),
    });
    expect(signature('key', 'The quick brown fox jumps over the lazy dog')).toBe(
      'sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
    );
  });

  test('gets only the kinds that it wants, and no recovery of an operation', async () => {
    const [all, some] = [await receiver(), await receiver()];
    const { operation, made } = await sending([
      { url: all.url },
      { url: some.url, kinds: ['operation.failed'] },
    ]);
    made.operation({ app: APP, kind: 'recover', requestId: 'r0', by: 'node1', phase: 'done' });
    operation('r1', 'started');
    operation('r2', 'failed');
    await until(() => expect(idsOf(all.received)).toEqual(['r1', 'r2']));
    await until(() => expect(idsOf(some.received)).toEqual(['r2']));
    expect(all.received[0]?.headers['x-covey-signature']).toBeUndefined();
  });

  test('by TLS is believed by its authority alone', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'covey-hook-'));
    cleanup.add(() => rm(dir, { recursive: true }));
    await initCa({ dir });
    const { cert, key } = await issue({ name: 'hook', role: 'peer', dir, out: dir });
    const tls = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
    const { url, received, origin } = await receiver(undefined, tls);
    await writeFile(join(dir, 'secret'), 'geheim\n');
    const files = { ca: join(dir, 'ca.pem'), secretFile: join(dir, 'secret') };
    const [known, unknown] = [await sending([{ url, ...files }]), await sending([{ url }])];
    known.operation('r1');
    unknown.operation('r2');
    await until(() => expect(idsOf(received)).toEqual(['r1']));
    expect(received[0]?.headers['x-covey-signature']).toBe(signature('geheim', received[0]?.body ?? ''));
    await until(() =>
      expect(unknown.lines).toMatchObject([
        { msg: expect.stringContaining(`The webhook ${origin} is not reached: `) },
      ]),
    );
  });
});

describe('one that does not take it', () => {
  test('gets it again, in the same order, and no secret is in the log', async () => {
    const { url, received, origin } = await receiver((response, count) => {
      response.statusCode = count <= 3 ? 503 : 200;
      response.end();
    });
    const { operation, lines } = await sending([{ url, secret: 'geheim' }]);
    for (const id of ['r1', 'r2', 'r3']) operation(id);
    await until(() => expect(idsOf(received)).toEqual(['r1', 'r1', 'r1', 'r1', 'r2', 'r3']));
    expect(new Set(received.slice(0, 4).map(({ message }) => message.id)).size).toBe(1);
    await until(() => expect(lines).toHaveLength(2));
    expect(lines).toMatchObject([
      { level: 'warn', webhook: origin, msg: `The webhook ${origin} answers 503.` },
      { level: 'info', lost: 0, msg: `The webhook ${origin} takes messages again; 0 were given up` },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/geheim|5e884898/);
  });

  test.each([
    [401, 'refuses what it is sent (401).'],
    [302, 'leads elsewhere (302), which is not followed.'],
  ])('with %d is not asked again, and what comes next goes on', async (status, said) => {
    const elsewhere = await receiver();
    const { url, received, origin } = await receiver((response, count) => {
      if (count === 1) response.writeHead(status, { location: elsewhere.url });
      response.end();
    });
    const { operation, lines } = await sending([{ url }]);
    for (const id of ['r1', 'r2']) operation(id);
    await until(() => expect(idsOf(received)).toEqual(['r1', 'r2']));
    await until(() => expect(lines).toHaveLength(2));
    expect(lines).toMatchObject([{ msg: `The webhook ${origin} ${said}` }, { lost: 1 }]);
    expect(elsewhere.received).toEqual([]);
    expect(JSON.stringify(lines)).not.toContain('5e884898');
  });

  test('is given up after some tries, holds up no other one, and is said once', async () => {
    const silent = await receiver(() => undefined);
    const quick = await receiver();
    const { operation, lines } = await sending([{ url: silent.url }, { url: quick.url }], {
      patience: { timeout: 50, tries: 3 },
    });
    for (const id of ['r1', 'r2']) operation(id);
    await until(() => expect(idsOf(quick.received)).toEqual(['r1', 'r2']));
    await until(() => expect(idsOf(silent.received)).toEqual(['r1', 'r1', 'r1', 'r2', 'r2', 'r2']));
    expect(lines).toMatchObject([{ msg: `The webhook ${silent.origin} does not answer in time.` }]);
  });

  test('makes no more wait than it may', async () => {
    const held: (() => void)[] = [];
    const { url, received } = await receiver((response) => held.push(() => response.end()));
    const { operation } = await sending([{ url }], { patience: { most: 10 } });
    operation('first');
    await until(() => expect(held).toHaveLength(1));
    for (let number = 1; number <= 100; number++) operation(`r${number}`);
    const free = setInterval(() => held.shift()?.(), 1);
    cleanup.add(() => clearInterval(free));
    await until(() => expect(received).toHaveLength(11));
    expect(idsOf(received)).toEqual(['first', ...Array.from({ length: 10 }, (_, at) => `r${at + 91}`)]);
  });
});

test('what all nodes see is sent by one of them', async () => {
  const { url, received } = await receiver();
  const all = await Promise.all(['node1', 'node2'].map((name) => sending([{ url }], { name })));
  for (const { memory } of all) memory.becomes({ nodes, maintenance: [APP] });
  for (const { memory } of all) memory.becomes({ nodes: [...nodes, node('node3')], maintenance: [APP] });
  await until(() => expect(received.map(({ message }) => message.kind)).toContain('node.joined'));
  for (const { operation } of all) operation('last');
  await until(() => expect(received).toHaveLength(4));
  expect(received.map(({ message }) => `${message.kind} ${message.from}`).toSorted()).toEqual([
    'maintenance.on node1',
    'node.joined node1',
    'operation.done node1',
    'operation.done node2',
  ]);
});

test('a file that is not there, or a kind that is none, is wrong at the start', async () => {
  const url = 'http://localhost:1/';
  await expect(sending([{ url, secretFile: '/nowhere' }])).rejects.toThrow(
    "A webhook's file cannot be read: ENOENT",
  );
  await expect(sending([{ url, kinds: ['nodes'] }])).rejects.toThrow(
    '"nodes" is no kind of what can happen.',
  );
});
