import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { LogsEvent__Output as LogsEvent } from '../../../src/generated/covey/v1/LogsEvent.ts';
import type { LogsRequest } from '../../../src/generated/covey/v1/LogsRequest.ts';
import { containerLogs } from '../../../src/handlers/container-logs.ts';
import { logs } from '../../../src/handlers/logs.ts';
import { clusterMethods } from '../../../src/rpc/proto.ts';
import { relayToDocker } from '../docker/relay.ts';
import {
  app,
  cleanup,
  createRecords,
  engineOf,
  members,
  type NodeName,
  silencing,
  startContainer,
  startNodes,
  useNodes,
} from './app-nodes.ts';

useNodes();

const TICKS = 'i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.2; done';

interface Options extends NonNullable<Parameters<typeof startNodes>[1]> {
  socket?: string;
  away?: string[];
}

/** The cluster, its app on node2, and the log as node1 gives it. */
async function cluster({ socket, away, ...options }: Options = {}) {
  const { set, kv } = createRecords();
  set('node2');
  const engine = makeEngine(socket === undefined ? {} : { socket });
  const connections = await startNodes((node, nodes) => {
    const here = { node, engine: engineOf(node, engine), kv };
    return {
      Cluster: { Logs: logs({ kv, nodes, members: members(away) }) },
      Peer: { ContainerLogs: containerLogs(here) },
    };
  }, options);
  const read = (request: LogsRequest = {}, signal = new AbortController().signal, at: NodeName = 'node1') =>
    connections[at].stream(clusterMethods.Logs, { app, ...request }, { signal, idle: 'never' });
  return { set, read };
}

const text = ({ service, stream, line }: LogsEvent) => `${service} ${stream} ${line}`;
const all = async (events: AsyncIterable<LogsEvent>) => (await Array.fromAsync(events)).map(text);

/** Reads on until a line is there, and gives the lines up to it. */
async function until(events: AsyncGenerator<LogsEvent>, wanted: RegExp): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error(`the log ended after ${seen.join(', ')}`);
    seen.push(text(value));
    if (wanted.test(text(value))) return seen;
  }
}

test('any node gives the log of an app, by time over all of its containers', async () => {
  await startContainer('node2', 'web', 'echo one; sleep 0.4; echo three >&2');
  await startContainer('node2', 'db', 'sleep 0.2; echo two; sleep 1; echo four');
  const { read } = await cluster();
  await vi.waitFor(async () => expect(await all(read())).toHaveLength(4), 20_000);
  for (const at of ['node1', 'node2'] as const) {
    const events = await Array.fromAsync(read({}, undefined, at));
    const times = events.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
    expect(events.map(text).toSorted()).toEqual([
      'db STDOUT four',
      'db STDOUT two',
      'web STDERR three',
      'web STDOUT one',
    ]);
  }
  expect(await all(read({ service: 'web', tail: 1 }))).toEqual(['web STDERR three']);
  const [first, , , last] = await Array.fromAsync(read());
  expect(await all(read({ since: last?.time.replace(/\d{3}Z$/, 'Z') ?? '' }))).toEqual([last && text(last)]);
  expect(await all(read({ container: first?.container ?? '' }))).toHaveLength(2);
});

test('a node that runs services of the app besides its master is reached by its name', async () => {
  await startContainer('node2', 'web', 'echo here; sleep 600');
  await startContainer('node1', 'web', 'echo there; sleep 600');
  const { read, set } = await cluster();
  await expect(all(read({ node: 'node1' }))).rejects.toMatchObject({
    code: 'refused',
    message: `${app} runs nothing on node1.`,
    hint: 'It runs on: node2.',
  });
  set('node2', ['node2', 'node1']);
  for (const [node, line] of Object.entries({ '': 'here', node1: 'there', node2: 'here' }))
    await vi.waitFor(
      async () => expect(await all(read({ node }, undefined, 'node2'))).toEqual([`web STDOUT ${line}`]),
      20_000,
    );
});

describe('refused is', () => {
  test('what is not there', async () => {
    const { read } = await cluster();
    await expect(all(read())).rejects.toMatchObject({
      code: 'not-found',
      message: `${app} has no container on node2.`,
    });
    const name = await startContainer('node2', 'web', 'echo one');
    await expect(all(read({ service: 'db' }))).rejects.toMatchObject({
      code: 'not-found',
      message: `${app} has no container of a service db.`,
      hint: 'Its services are: web.',
    });
    await expect(all(read({ container: 'x' }))).rejects.toMatchObject({
      code: 'not-found',
      message: `${app} has no container x on node2.`,
      hint: `Its containers are: ${name}.`,
    });
    await expect(all(read({ app: 'nope' }))).rejects.toMatchObject({ message: 'There is no app nope.' });
  });

  test.each([
    [{ tail: 10_001 }, 'tail is 10001, and has to be from 0 to 10000.'],
    [{ tail: -1 }, 'tail is -1, and has to be from 0 to 10000.'],
    [{ since: 'noon' }, '"noon" is no time: a time such as'],
  ])('%j', async (request, message) => {
    const { read } = await cluster();
    await expect(all(read(request))).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
  });

  test('an app whose master is away', async () => {
    const { read } = await cluster({ away: ['node2'] });
    await expect(all(read())).rejects.toMatchObject({
      code: 'refused',
      message: `node2, the master of ${app}, is dead or cut off.`,
    });
  });
});

describe('followed', () => {
  test('are a container that starts again, and one that comes with a redeploy; no line twice', async () => {
    const name = await startContainer(
      'node2',
      'web',
      'echo begin; trap "echo end; exit 0" TERM; sleep 600 & wait',
    );
    const { read } = await cluster();
    const events = read({ follow: true });
    expect(await until(events, /begin/)).toEqual(['web STDOUT begin']);
    await run('docker', ['restart', name]);
    expect(await until(events, /begin/)).toEqual(['web STDOUT end', 'web STDOUT begin']);
    await run('docker', ['rm', '--force', name]);
    await startContainer('node2', 'web', 'echo new; sleep 600');
    expect(await until(events, /new/)).toEqual(['web STDOUT new']);
    await events.return();
  });

  test('is an app that moves, until it is destroyed', async () => {
    const old = await startContainer(
      'node2',
      'web',
      'echo old; trap "echo bye; exit 0" TERM; sleep 600 & wait',
    );
    const { read, set } = await cluster();
    const events = read({ follow: true, tail: 5 });
    await until(events, /old/);
    await run('docker', ['stop', old]);
    const moved = await startContainer('node1', 'web', 'echo here; sleep 600');
    set('node1');
    expect(await until(events, /here/)).toEqual(['web STDOUT bye', 'web STDOUT here']);
    await run('docker', ['rm', '--force', old, moved]);
    set(undefined);
    await expect(events.next()).rejects.toMatchObject({
      code: 'not-found',
      message: `There is no app ${app}.`,
    });
  });

  test('is a node that is named, as master or not, until it runs nothing of the app', async () => {
    const name = await startContainer('node1', 'web', 'echo one; sleep 600');
    const { read, set } = await cluster();
    set('node2', ['node2', 'node1']);
    const events = read({ follow: true, node: 'node1' }, undefined, 'node2');
    await until(events, /one/);
    // It moves there and away again, and containers come and go.
    set('node1', ['node1', 'node2']);
    await run('docker', ['rm', '--force', name]);
    set('node2', ['node2', 'node1']);
    const next = await startContainer('node1', 'web', 'echo two; sleep 600');
    expect(await until(events, /two/)).toEqual(['web STDOUT two']);
    set('node2');
    await run('docker', ['rm', '--force', next]);
    await expect(events.next()).rejects.toMatchObject({
      code: 'refused',
      message: `${app} runs nothing on node1.`,
    });
  });

  test('is nothing any more once the caller cancels: no request to Docker stays', async () => {
    const relay = await relayToDocker();
    cleanup.add(() => relay.close());
    await startContainer('node2', 'web', TICKS);
    const { read } = await cluster({ socket: relay.socket });
    const controller = new AbortController();
    const events = read({ follow: true }, controller.signal);
    await until(events, /tick 2/);
    expect(relay.open()).toBeGreaterThan(0);
    controller.abort();
    await expect(until(events, /never/)).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(relay.open()).toBe(0), 10_000);
  });

  test('a silent container is waited for, a node that is gone is noticed', async () => {
    await startContainer('node2', 'web', 'echo only; sleep 600');
    const silenced = silencing();
    const { read } = await cluster(silenced.options);
    const events = read({ follow: true });
    await until(events, /only/);
    const next = events.next();
    await pause(1_000); // longer than the times above: silence alone is no fault, and that is the test
    silenced.stall();
    await expect(next).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('node2'),
    });
  });
});
