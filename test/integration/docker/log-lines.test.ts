import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { LogLine, LogOptions } from '../../../src/docker/log-lines.ts';
import { engine, start, useProject } from './one-project.ts';
import { relayToDocker } from './relay.ts';
import { TINY_IMAGE } from './support.ts';

useProject();

const startScript = (script: string, ...flags: string[]) =>
  start(...flags, TINY_IMAGE, '/bin/sh', '-c', script);
async function ended(script: string, ...flags: string[]): Promise<string> {
  const id = await startScript(script, ...flags);
  await run('docker', ['wait', id]);
  return id;
}
const { signal } = new AbortController();
async function read(id: string, more: Partial<LogOptions> = {}, from = engine): Promise<LogLine[]> {
  return Array.fromAsync(from.logLines(id, { tail: 100, follow: false, signal, ...more }));
}
const texts = (lines: LogLine[]) => lines.map(({ stream, line }) => `${stream}: ${line}`);

it('each line comes with its stream and its time', async () => {
  const id = await ended('echo one; echo two >&2; echo; printf end');
  const lines = await read(id);
  expect(texts(lines).sort()).toEqual(['stderr: two', 'stdout: ', 'stdout: end', 'stdout: one']);
  for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  expect((await read(id, { tail: 1 })).map(({ line }) => `${line}`)).toEqual(['end']);
  expect(await read(id, { tail: 0 })).toEqual([]);
  // What was written then is part of it, to the nanosecond.
  const out = lines.filter(({ stream }) => stream === 'stdout');
  expect(texts(await read(id, { since: out[1]?.time ?? '' }))).toEqual(
    texts(lines.filter(({ time }) => time >= (out[1]?.time ?? ''))),
  );
  expect(await read(id, { since: Date.now() * 1000 })).toEqual([]);
});

it('a long line is whole in its pieces', async () => {
  const id = await ended(
    'x=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11; do x=$x$x; done; echo $x; echo end',
  );
  const lines = await read(id);
  const end = lines.findIndex(({ partial }) => !partial);
  expect(end).toBeGreaterThan(0);
  const pieces = lines.slice(0, end + 1).map(({ line }) => line);
  expect(Buffer.concat(pieces).toString()).toBe('a'.repeat(32_768));
  expect(texts(lines.slice(end + 1))).toEqual(['stdout: end']);
});

it('what a terminal got is lines of its standard output', async () => {
  const id = await ended('echo one; echo two >&2; printf end', '--tty');
  const lines = await read(id);
  expect(texts(lines)).toEqual(['stdout: one', 'stdout: two', 'stdout: end']);
  expect(lines.map(({ partial }) => partial)).toEqual([false, false, true]);
  expect(lines[0]?.time).toMatch(/^\d{4}-.*Z$/);
});

it('a log is followed until its container stops', async () => {
  const id = await startScript('echo one; trap "echo two; exit 0" TERM; sleep 600 & wait');
  const following = engine.logLines(id, { tail: 100, follow: true, signal });
  expect((await following.next()).value?.line.toString()).toBe('one');
  await engine.stopContainer(id);
  expect((await following.next()).value?.line.toString()).toBe('two');
  expect((await following.next()).done).toBe(true);
});

it('an abort ends the request to Docker, and so does a reader who leaves', async () => {
  const relay = await relayToDocker();
  const near = makeEngine({ socket: relay.socket });
  try {
    const id = await startScript('while :; do echo tick; sleep 1; done');
    const controller = new AbortController();
    const first = near.logLines(id, { tail: 1, follow: true, signal: controller.signal });
    await first.next();
    const waiting = (async () => {
      for (;;) if ((await first.next()).done) return;
    })();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(relay.open()).toBe(0));
    for await (const _ of near.logLines(id, { tail: 1, follow: true, signal })) break;
    await vi.waitFor(() => expect(relay.open()).toBe(0));
  } finally {
    await relay.close();
  }
});

it('a slow reader is not sent more than it takes', async () => {
  const relay = await relayToDocker();
  try {
    const id = await ended(
      'i=0; while [ $i -lt 150000 ]; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa$i; i=$((i+1)); done',
    );
    const lines = makeEngine({ socket: relay.socket }).logLines(id, { tail: 150_000, follow: false, signal });
    await lines.next();
    // Time for Docker to send all of it, were it not held: what it sends is 20 MB.
    await pause(1_000);
    expect(relay.sent()).toBeLessThan(4_000_000);
    let count = 1;
    for await (const _ of lines) count++;
    expect(count).toBe(150_000);
  } finally {
    await relay.close();
  }
});

it('a container that is not there is named', async () => {
  await expect(read('nope', { name: 'shop-web-1' })).rejects.toMatchObject({
    code: 'not-found',
    message: 'Docker could not read the log of container shop-web-1: No such container: nope',
  });
});
