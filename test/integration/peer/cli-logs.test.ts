import { once } from 'node:events';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { LogsEvent } from '../../../src/generated/covey/v1/LogsEvent.ts';
import type { LogsRequest__Output } from '../../../src/generated/covey/v1/LogsRequest.ts';
import { at, certificates, covey, main, start, useCertificates } from './cli-runs.ts';

useCertificates();

const event = (service: string, line: string, more: LogsEvent = {}): LogsEvent => ({
  service,
  container: `shop-${service}-1`,
  stream: 'STDOUT',
  time: '2026-03-01T10:00:00.123456789Z',
  line: Buffer.from(line),
  ...more,
});
const events = [
  event('db', '  ready'),
  event('worker', '\u001b[31moh\u001b[0m', { stream: 'STDERR' }),
  event('db', 'long ', { partial: true }),
  event('db', 'line'),
  event('db', 'cut', { partial: true }),
  event('worker', 'between'),
  event('db', 'off'),
];

/** A peer that answers with these, and what it was asked. */
async function answering(answers = events) {
  const requests: LogsRequest__Output[] = [];
  const served = await start({
    async *Logs(request) {
      requests.push(request);
      yield* answers;
    },
  });
  return { requests, peer: at(served) };
}

test('lines come behind their service, all on standard output, as they were written', async () => {
  const { peer, requests } = await answering();
  const { stdout, stderr, exitCode } = await covey(['logs', 'shop', ...peer]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout.split('\n')).toEqual([
    'db |   ready',
    'worker | \u001b[31moh\u001b[0m',
    'db     | long line',
    'db     | cut',
    'worker | between',
    'db     | off',
  ]);
  const { _tail, ...request } = requests[0] ?? { _tail: undefined };
  expect(request).toEqual({
    ...{ app: 'shop', service: '', container: '', since: '', follow: false, node: '' },
  });
});

test('all options are sent, and times are shown', async () => {
  const { peer, requests } = await answering([event('web', 'one')]);
  const options = [
    '--service',
    'web',
    '--container',
    'x',
    '--node',
    'node2',
    '--tail',
    '0',
    '--since',
    '2h',
    '-f',
    '-t',
  ];
  const { stdout } = await covey(['logs', 'shop', ...options, ...peer]);
  expect(stdout).toBe('web | 2026-03-01T10:00:00.123456789Z one');
  expect(requests).toMatchObject([
    { service: 'web', container: 'x', tail: 0, since: '2h', follow: true, node: 'node2' },
  ]);
});

test('bytes are passed on as they are, where no terminal is', async () => {
  const { peer } = await answering([event('web', '', { line: Buffer.from([0xff, 0x00, 0x41]) })]);
  const { stdout } = await execa(process.execPath, [main, 'logs', 'shop', ...peer], {
    env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice') },
    encoding: 'buffer',
    stdin: 'ignore',
    timeout: 20_000,
  });
  expect(Buffer.from(stdout)).toEqual(Buffer.from([...Buffer.from('web | '), 0xff, 0x00, 0x41]));
});

test('on a terminal services have colours, and no line steers it', async () => {
  const { peer } = await answering();
  const command = [process.execPath, main, 'logs', 'shop', ...peer].join(' ');
  const onTerminal = (env: Record<string, string>) =>
    execa('script', ['-qec', command, '/dev/null'], {
      env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice'), TERM: 'xterm', ...env },
      extendEnv: false,
      input: '',
      timeout: 20_000,
    });
  const { stdout } = await onTerminal({});
  expect(stdout).toContain('\u001b[33mworker |\u001b[39m oh\r\n');
  expect((await onTerminal({ NO_COLOR: '1' })).stdout).not.toContain('\u001b');
});

test('Ctrl-C ends what is followed, on the peer too, without a word', async () => {
  const cancelled = Promise.withResolvers<void>();
  const served = await start({
    async *Logs(_, { signal }) {
      yield event('web', 'one');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cancelled.resolve();
    },
  });
  const following = covey(['logs', 'shop', '--follow', ...at(served)]);
  await once(following.stdout, 'data');
  following.kill('SIGINT');
  expect(await following).toMatchObject({ exitCode: 130, stdout: 'web | one', stderr: '' });
  await cancelled.promise;
});

test('what is no number of lines is refused', async () => {
  const { exitCode, stderr } = await covey(['logs', 'shop', '--tail', 'all']);
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining("argument 'all' is invalid. It is no number of lines."),
  });
});
