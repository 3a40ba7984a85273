import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { ExecInput } from '../../../src/generated/covey/v1/ExecInput.ts';
import type { ExecOutput__Output as ExecOutput } from '../../../src/generated/covey/v1/ExecOutput.ts';
import type { ExecStart } from '../../../src/generated/covey/v1/ExecStart.ts';
import { containerExec } from '../../../src/handlers/container-exec.ts';
import { exec } from '../../../src/handlers/exec.ts';
import { createLogger } from '../../../src/logger.ts';
import { clusterMethods, peerMethods } from '../../../src/rpc/proto.ts';
import {
  app,
  cleanup,
  createRecords,
  engineOf,
  members,
  startContainer,
  startNodes,
  useNodes,
} from './app-nodes.ts';
import { createStallingProxy } from './support.ts';

useNodes();

const SLEEPER = 'trap "exit 0" TERM; sleep 600 & wait';

interface Options extends NonNullable<Parameters<typeof startNodes>[1]> {
  away?: string[];
}

/** The cluster, its app on node2, and an operator who asks node1. */
async function cluster({ away, ...options }: Options = {}) {
  const { set, kv } = createRecords();
  set('node2');
  const logged: string[] = [];
  const { node1 } = await startNodes((node, nodes) => {
    const logger = createLogger({ level: 'info', name: node }, { write: (line) => logged.push(line) });
    return {
      Cluster: { Exec: exec({ kv, nodes, members: members(away), logger }) },
      Peer: { ContainerExec: containerExec({ node, engine: engineOf(node), logger }) },
    };
  }, options);
  const open = (
    start: ExecStart,
    inputs: (ended: AbortSignal) => AsyncIterable<ExecInput> = of(),
    signal = new AbortController().signal,
  ) => {
    const all = async function* (ended: AbortSignal) {
      yield { start: { app, ...start } };
      yield* inputs(ended);
    };
    return node1.exchange(clusterMethods.Exec, all, { signal });
  };
  return {
    set,
    open,
    node1,
    logged,
    run: async (...given: Parameters<typeof open>) => result(open(...given)),
  };
}

const of = (...inputs: ExecInput[]) =>
  async function* (): AsyncGenerator<ExecInput, void> {
    yield* inputs;
  };
/** Input that does not end by itself. */
const held = (...inputs: ExecInput[]) =>
  async function* (ended: AbortSignal): AsyncGenerator<ExecInput, void> {
    yield* inputs;
    await new Promise((resolve) => ended.addEventListener('abort', resolve));
  };
const sh = (script: string, ...args: string[]) => ['/bin/sh', '-c', script, 'sh', ...args];
const stdin = (text: string) => ({ stdin: Buffer.from(text) });

async function result(outputs: AsyncIterable<ExecOutput>) {
  const all = { stdout: '', stderr: '', exitCode: -1 };
  for await (const { output, stdout, stderr, exitCode } of outputs) {
    if (output === 'stdout') all.stdout += stdout;
    if (output === 'stderr') all.stderr += stderr;
    if (output === 'exitCode') all.exitCode = exitCode ?? -1;
  }
  return all;
}
/** Reads on until it has been written. */
async function until(outputs: AsyncGenerator<ExecOutput>, wanted: string): Promise<void> {
  for (let seen = ''; !seen.includes(wanted); ) {
    const { value, done } = await outputs.next();
    if (done) throw new Error(`it ended after ${seen}`);
    seen += value.stdout ?? '';
  }
}
const processes = async (name: string) => (await run('docker', ['top', name, '-o', 'pid,args'])).stdout;

test('a command runs on the master, whichever node is asked, and ends with its own exit code', async () => {
  await startContainer('node2', 'web', SLEEPER);
  const { run, logged } = await cluster();
  expect(await run({ argv: sh('echo out; echo "$1" >&2; exit 3', 'a  b; $HOME') })).toEqual({
    stdout: 'out\n',
    stderr: 'a  b; $HOME\n',
    exitCode: 3,
  });
  expect(await run({ argv: ['/bin/cat'] }, of(stdin('secret'), stdin(' words')))).toEqual({
    stdout: 'secret words',
    stderr: '',
    exitCode: 0,
  });
  const environment = ['A=b c', 'EMPTY='];
  expect((await run({ argv: sh('echo "$A-$EMPTY"'), environment, user: '7:8' })).stdout).toBe('b c-\n');
  const { exitCode, ...said } = await run({ argv: ['nope'] });
  // Which one depends on Docker's version.
  expect([126, 127]).toContain(exitCode);
  expect(said.stdout).toContain('executable file not found');
  const [first, second] = logged.map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    node: 'node1',
    app,
    caller: 'alice',
    on: 'node2',
    argv: sh('echo out; echo "$1" >&2; exit 3', 'a  b; $HOME'),
  });
  expect(second).toMatchObject({
    node: 'node2',
    app,
    from: 'node1',
    container: expect.stringContaining('-web-'),
  });
  expect(logged.join()).not.toMatch(/secret|b c/);
});

test('a command runs on the node that is named, where that runs services of the app', async () => {
  const [there] = [
    await startContainer('node1', 'web', SLEEPER),
    await startContainer('node2', 'web', SLEEPER),
  ];
  const { run, set, logged } = await cluster();
  const start = { argv: sh('exit 0'), node: 'node1' };
  await expect(run(start)).rejects.toMatchObject({
    code: 'refused',
    message: `${app} runs nothing on node1.`,
    hint: 'It runs on: node2.',
  });
  set('node2', ['node2', 'node1']);
  expect(await run(start)).toMatchObject({ exitCode: 0 });
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { node: 'node1', on: 'node1' },
    { node: 'node1', container: there },
  ]);
});

test('a command that reads no input ends all the same', async () => {
  await startContainer('node2', 'web', SLEEPER);
  const { run } = await cluster();
  const flood = async function* (ended: AbortSignal) {
    while (!ended.aborted) yield { stdin: Buffer.alloc(64 * 1024) };
  };
  expect(await run({ argv: sh('exit 5') }, flood)).toMatchObject({ exitCode: 5 });
  // Its output ends before it does.
  expect(await run({ argv: sh('exec >&- 2>&-; sleep 0.5; exit 6') }, held())).toMatchObject({ exitCode: 6 });
});

test('megabytes of any bytes go there and back, no faster than they are read', async () => {
  await startContainer('node2', 'web', SLEEPER);
  const { open } = await cluster();
  const CHUNKS = 512;
  const chunk = randomBytes(64 * 1024);
  const sentHash = createHash('sha256');
  let sent = 0;
  const outputs = open({ argv: ['/bin/cat'] }, async function* () {
    for (; sent < CHUNKS; sent++) {
      sentHash.update(chunk);
      yield { stdin: chunk };
    }
  });
  const hash = createHash('sha256');
  const first = await outputs.next();
  if (first.value?.stdout) hash.update(first.value.stdout);
  await pause(1_500); // time enough for all of it, were it not held: nobody reads, and that is the test
  expect(sent).toBeLessThan(CHUNKS * 0.75);
  let exitCode: number | undefined;
  for await (const output of outputs) {
    if (output.stdout) hash.update(output.stdout);
    if (output.output === 'exitCode') exitCode = output.exitCode;
  }
  expect(exitCode).toBe(0);
  expect(hash.digest('hex')).toBe(sentHash.digest('hex'));
});

test('a terminal has a size, and keys are typed on it', async () => {
  await startContainer('node2', 'web', SLEEPER, ['--volume', '/bin/stty:/bin/stty:ro']);
  const { open } = await cluster();
  const typed = Promise.withResolvers<void>();
  const outputs = open(
    { argv: ['/bin/sh'], tty: true, size: { rows: 33, columns: 111 } },
    async function* () {
      yield stdin('stty size\n');
      await typed.promise;
      yield { resize: { rows: 44, columns: 122 } };
      yield stdin('stty size; exit 4\n');
      await new Promise(() => undefined);
    },
  );
  await until(outputs, '33 111');
  typed.resolve();
  const { stdout, exitCode } = await result(outputs);
  expect(stdout).toContain('44 122\r\n');
  expect(exitCode).toBe(4);
});

test('no operator may go past the node that he asks, and what he sends is not lost in its error', async () => {
  const { open, node1 } = await cluster();
  const start = { start: { app, argv: ['sh'] } };
  const past = node1.exchange(peerMethods.ContainerExec, of(start), {});
  await expect(past.next()).rejects.toMatchObject({
    code: 'denied',
    message: 'alice (operator) may not call /covey.v1.Peer/ContainerExec',
  });
  await startContainer('node2', 'web', SLEEPER);
  const broken = open({ argv: ['/bin/cat'] }, async function* () {
    yield stdin('x');
    throw new CoveyError('failed', 'the disk is gone');
  });
  await expect(result(broken)).rejects.toMatchObject({ code: 'failed', message: 'the disk is gone' });
});

describe('a caller who cancels', () => {
  test.each([
    ['ends what reads its input', { argv: ['/bin/cat'] }, '/bin/cat'],
    ['hangs up a terminal', { argv: ['/bin/sh', '-i'], tty: true }, '/bin/sh -i'],
    ['interrupts what runs on a terminal', { argv: ['/bin/sleep', '555'], tty: true }, 'sleep 555'],
  ])('%s', async (_, start, process) => {
    const name = await startContainer('node2', 'web', SLEEPER);
    const { open } = await cluster();
    const controller = new AbortController();
    const running = result(open(start, held(), controller.signal));
    await vi.waitFor(async () => expect(await processes(name)).toContain(process), 20_000);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(async () => expect(await processes(name)).not.toContain(process), 20_000);
  });
});

describe('refused is', () => {
  test('what leaves open which container', async () => {
    await startContainer('node2', 'web', SLEEPER);
    const db = await startContainer('node2', 'db', SLEEPER);
    const { run } = await cluster();
    const argv = sh('echo hi');
    await expect(run({ argv })).rejects.toMatchObject({
      code: 'invalid',
      message: `${app} has several services: db, web.`,
      hint: 'Name the one that is meant: --service.',
    });
    expect(await run({ argv, service: 'db' })).toMatchObject({ stdout: 'hi\n' });
    expect(await run({ argv, container: db })).toMatchObject({ stdout: 'hi\n' });
    await expect(run({ argv, service: 'mail' })).rejects.toMatchObject({
      code: 'not-found',
      hint: 'Its services are: db, web.',
    });
    await expect(run({ argv, app: 'nope' })).rejects.toMatchObject({ message: 'There is no app nope.' });
  });

  test('a container that does not run', async () => {
    const name = await startContainer('node2', 'web', 'exit 0');
    await run('docker', ['wait', name]);
    const { run: ask } = await cluster();
    await expect(ask({ argv: ['/bin/sh'] })).rejects.toMatchObject({
      code: 'refused',
      message: `No container to run it in runs on node2: ${name} is exited.`,
    });
  });

  test.each<[string, ExecStart, string]>([
    ['no program', { argv: [] }, 'What to run is not well said: argv'],
    ['an empty program', { argv: [''] }, 'argv.0: is empty'],
    ['a NUL', { argv: ['sh', 'a\0b'] }, 'argv.1: has a NUL'],
    ['no variable', { argv: ['sh'], environment: ['A'] }, 'environment.0: is not NAME=value'],
    ['no user', { argv: ['sh'], user: 'a b' }, 'user: is no user'],
    ['no size', { argv: ['sh'], size: { rows: 0, columns: 9 } }, 'size.rows: '],
  ])('%s', async (_, start, message) => {
    const { run } = await cluster();
    await expect(run(start)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, ExecInput, string]>([
    ['a second start', { start: {} }, 'Only the first message of an exec says what to start.'],
    ['a size that is none', { resize: { rows: -1 } }, 'A terminal has from 1 to 10000 rows and columns.'],
  ])('%s', async (_, input, message) => {
    await startContainer('node2', 'web', SLEEPER);
    const { run } = await cluster();
    await expect(run({ argv: ['/bin/cat'] }, held(input))).rejects.toMatchObject({
      code: 'invalid',
      message,
    });
  });

  test('an app whose master is away, and one that is lost meanwhile is noticed', async () => {
    const away = await cluster({ away: ['node2'] });
    await expect(away.run({ argv: ['sh'] })).rejects.toMatchObject({ code: 'refused' });
    await startContainer('node2', 'web', SLEEPER);
    const proxies: Awaited<ReturnType<typeof createStallingProxy>>[] = [];
    const { open } = await cluster({
      times: { connect: 1_000, keepalive: 300, keepaliveTimeout: 300 },
      port: async (_, its) => {
        const proxy = await createStallingProxy(its);
        cleanup.add(() => proxy.close());
        proxies.push(proxy);
        return proxy.port;
      },
    });
    const outputs = open({ argv: sh('echo begun; cat') }, held());
    await until(outputs, 'begun');
    for (const proxy of proxies) proxy.stall();
    await expect(outputs.next()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('node2'),
    });
  });
});
