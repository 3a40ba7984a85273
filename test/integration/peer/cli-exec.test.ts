import { once } from 'node:events';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { ExecInput__Output as ExecInput } from '../../../src/generated/covey/v1/ExecInput.ts';
import type { ExecOutput } from '../../../src/generated/covey/v1/ExecOutput.ts';
import { at, certificates, covey, main, start, useCertificates } from './cli-runs.ts';

useCertificates();

const bytes = (text: string) => Buffer.from(text);

/** A peer whose command gives back what it reads, after `first`, and ends with 7. */
async function echoing(first: ExecOutput[] = []) {
  const inputs: ExecInput[] = [];
  const served = await start({
    async *Exec(requests) {
      yield* first;
      for await (const input of requests) {
        inputs.push(input);
        if (input.stdin) yield { stdout: input.stdin };
        if (`${input.stdin}`.includes('q')) break;
      }
      yield { exitCode: 7 };
    },
  });
  return { inputs, peer: at(served) };
}

const settings = (more: object) => ({
  env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice'), TERM: 'xterm' },
  extendEnv: false,
  reject: false as const,
  timeout: 20_000,
  ...more,
});

test('input, output, error and exit status are those of the command', async () => {
  const { peer, inputs } = await echoing([{ stderr: bytes('oh') }]);
  const options = [
    '--service',
    'web',
    '--container',
    'c',
    '--node',
    'n2',
    '-e',
    'A=b',
    '-e',
    'C=',
    '-u',
    '1:2',
  ];
  const input = Buffer.from([...bytes('one\n'), 0xff, 0x00]);
  const done = await execa(
    process.execPath,
    [main, 'exec', 'shop', ...options, ...peer, '--', 'ls', '-l', '--json'],
    { ...settings({ input }), encoding: 'buffer' },
  );
  expect(done.exitCode).toBe(7);
  expect(Buffer.from(done.stdout)).toEqual(input);
  expect(Buffer.from(done.stderr).toString()).toBe('oh');
  expect(inputs[0]?.start).toEqual({
    app: 'shop',
    service: 'web',
    container: 'c',
    argv: ['ls', '-l', '--json'],
    tty: false,
    environment: ['A=b', 'C='],
    user: '1:2',
    size: null,
    node: 'n2',
  });
});

test('a command that ends before its input leaves no covey behind that waits for it', async () => {
  const served = await start({
    async *Exec() {
      yield { exitCode: 0 };
    },
  });
  const running = execa(process.execPath, [main, 'exec', 'shop', ...at(served), '--', 'true'], {
    ...settings({}),
    stdin: 'pipe',
  });
  expect(await running).toMatchObject({ exitCode: 0, stdout: '' });
});

test('JSON tears no character, and ends with the exit code', async () => {
  const [head, tail] = [bytes('é').subarray(0, 1), bytes('é').subarray(1)];
  const { peer } = await echoing([
    { stdout: head },
    { stderr: Buffer.from([...bytes('x'), 0xc3]) },
    { stdout: tail },
  ]);
  const { stdout, exitCode } = await covey(['exec', 'shop', '--json', ...peer, '--', 'ls']);
  expect(exitCode).toBe(7);
  expect(stdout.split('\n').map((line) => JSON.parse(line))).toEqual([
    { stderr: 'x' },
    { stdout: 'é' },
    { stderr: '\ufffd' },
    { exitCode: 7 },
  ]);
});

test('--tty needs a terminal', async () => {
  const { peer } = await echoing();
  expect(await covey(['exec', 'shop', '--tty', ...peer, '--', 'sh'])).toMatchObject({
    exitCode: 65,
    stderr: 'covey: Standard input is no terminal\nLeave --tty out.',
  });
});

test('a terminal is raw while the command runs, and what it was afterwards', async () => {
  const { peer, inputs } = await echoing([{ stdout: bytes('begun') }]);
  const command = [process.execPath, main, 'exec', 'shop', '--tty', ...peer, '--', 'sh'].join(' ');
  const script = `stty rows 33 cols 111; stty -g; ${command}; echo "ended $?"; stty -g`;
  const running = execa('script', ['-qec', script, '/dev/null'], { ...settings({}), stdin: 'pipe' });
  let seen = '';
  running.stdout.on('data', (data: Buffer) => {
    seen += data;
    if (seen.includes('begun') && !running.stdin.writableEnded) running.stdin.end('\u0003q');
  });
  const { stdout } = await running;
  const [before = '', ...rest] = stdout.replaceAll('\r', '').split('\n');
  // Ctrl-C is a key for the command, not a signal for covey.
  expect(inputs.flatMap(({ stdin }) => (stdin ? [`${stdin}`] : [])).join('')).toBe('\u0003q');
  expect(inputs[0]?.start?.size).toEqual({ rows: 33, columns: 111 });
  expect(rest.join('\n')).toContain('ended 7');
  expect(rest.at(-1) || rest.at(-2)).toBe(before);
});

test('Ctrl-C without a terminal for it ends the command on the peer, and covey with 130', async () => {
  const cancelled = Promise.withResolvers<void>();
  const served = await start({
    async *Exec(_, { signal }) {
      yield { stdout: bytes('begun') };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled.resolve();
    },
  });
  const running = execa(process.execPath, [main, 'exec', 'shop', ...at(served), '--', 'sh'], {
    ...settings({}),
    stdin: 'pipe',
  });
  await once(running.stdout, 'data');
  running.kill('SIGINT');
  expect(await running).toMatchObject({ exitCode: 130, stderr: 'covey: Interrupted' });
  await cancelled.promise;
});
