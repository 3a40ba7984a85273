import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { run } from '../../../src/command.ts';
import { app, startContainer, useNodes } from './app-nodes.ts';
import { cluster, held, of, result, SLEEPER, sh, stdin, until } from './exec-nodes.ts';

useNodes();

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

const processes = async (name: string) => (await run('docker', ['top', name, '-o', 'pid,args'])).stdout;

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
