import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { verbs } from '../../../src/cli/verbs.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { DeployRequest__Output as DeployRequest } from '../../../src/generated/covey/v1/DeployRequest.ts';
import { initCa } from '../../../src/rpc/ca.ts';
import { version } from '../../../src/version.ts';
import { at, certificates, covey, messages, plan, shop, start, useCertificates } from './cli-runs.ts';

useCertificates();

describe('deploy', () => {
  async function deploying() {
    const requests: DeployRequest[] = [];
    const served = await start({
      async *Deploy(request) {
        requests.push(request);
        yield* request.planOnly ? messages.slice(0, 1) : messages;
      },
    });
    return { served, requests };
  }

  test('sends all options and prints the plan, the steps and the outcome', async () => {
    const { served, requests } = await deploying();
    const options = ['--master', 'node1', '--slave', 'node2', '--update', '--wait', '--request-id', 'id-1'];
    const { stdout, stderr, exitCode } = await covey(['deploy', ...shop, ...options, ...at(served)]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(requests).toEqual([
      {
        repo: shop[0],
        branch: 'master',
        master: 'node1',
        slave: 'node2',
        update: true,
        wait: true,
        planOnly: false,
        requestId: 'id-1',
        fromReplica: false,
        sameCommit: false,
      },
    ]);
    expect(stdout.replace(/\[ *[\d.]+s\]/g, '[time]').split('\n')).toEqual([
      'Plan: deploy shop_master.ddb14',
      '   1  node1  build',
      '      -- from here on it is finished, not undone --',
      '   2  node1  write the record',
      '[time] node1  build  running 40%: Step 1',
      '[time] node1  build  done',
      '[time] warning: shop.example.com was routed to node2',
      '[time] shop_master.ddb14: done, generation 42, deploy id-1',
      'warning: not yet confirmed by node3; they follow when they can',
    ]);
  });

  test('--plan asks for the plan only', async () => {
    const { served, requests } = await deploying();
    const { stdout } = await covey(['deploy', ...shop, '--master', 'node1', '--plan', ...at(served)]);
    expect(requests).toMatchObject([{ planOnly: true, slave: '', update: false }]);
    expect(stdout.split('\n')).toHaveLength(4);
  });

  test('--json writes one object a line', async () => {
    const { served } = await deploying();
    const { stdout } = await covey(['deploy', ...shop, '--master', 'node1', '--json', ...at(served)]);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    expect(lines.map((line) => Object.keys(line))).toEqual([
      ['plan'],
      ['step'],
      ['step'],
      ['warning'],
      ['outcome'],
    ]);
    expect(lines[1]).toMatchObject({ step: { state: 'RUNNING', percent: 40 } });
  });

  test('Ctrl-C cancels it on the peer, and says so', async () => {
    const ended = Promise.withResolvers<CoveyError>();
    const served = await start({
      async *Deploy(_, { signal }) {
        yield { plan };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended.resolve(signal.reason);
      },
    });
    const running = covey(['deploy', ...shop, '--master', 'node1', ...at(served)]);
    const [line] = await running
      .iterable()
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => [value]);
    expect(line).toBe('Plan: deploy shop_master.ddb14');
    running.kill('SIGINT');
    expect(await ended.promise).toMatchObject({ code: 'cancelled' });
    expect(await running).toMatchObject({ exitCode: 130, stderr: 'covey: Interrupted' });
  });
});

describe('errors', () => {
  test.each([
    ['locked', 75],
    ['failed', 2],
  ] as const)('%s exits with %i, message and hint on standard error', async (code, exitCode) => {
    const served = await start({
      Apps: () => Promise.reject(new CoveyError(code, 'it is so — here', { hint: 'do that' })),
    });
    expect(await covey(['apps', ...at(served)])).toMatchObject({
      exitCode,
      stdout: '',
      stderr: 'covey: it is so — here\ndo that',
    });
  });

  test('a failure midway keeps what was printed, and is not tried elsewhere', async () => {
    let calls = 0;
    const served = await start({
      async *Deploy() {
        calls++;
        yield { plan };
        throw new CoveyError('unavailable', 'git does not answer');
      },
    });
    const twice = [...at(served), ...at(served)];
    const result = await covey(['deploy', ...shop, '--master', 'node1', ...twice]);
    expect(result).toMatchObject({ exitCode: 69, stderr: 'covey: git does not answer' });
    expect(result.stdout).toContain('Plan: deploy');
    expect(calls).toBe(1);
  });

  test.each([
    [[], /Usage: covey/],
    [['deploy', 'repo', '--master', 'x'], /missing required argument 'branch'/],
    [['deploy', ...shop], /required option '--master/],
    [['maintenance', 'maybe', 'x'], /Allowed choices are on, off/],
  ])('%j is a wrong command line', async (args, message) => {
    const { exitCode, stderr } = await covey(args);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(message);
  });

  test.each([
    [['apps', '--peer', 'a:b'], 65, /not the address of a peer/],
    [['apps', '--tls-dir', '/nowhere'], 66, /ca\.pem is missing/],
    [['destroy', ...shop], 65, /Nobody is there to confirm/],
    [
      ['apps', '--insecure', '--peer', '127.0.0.1:1'],
      69,
      /ECONNREFUSED.*\nSee that a peer runs there, or name another one/,
    ],
  ])('%j', async (args, code, message) => {
    const { exitCode, stderr } = await covey(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringMatching(message) });
  });
});

test('peers are tried in order until one is serving', async () => {
  const away = await start({});
  await away.stop(0);
  const starting = await start({});
  starting.setServing(false);
  const served = await start({ Apps: async () => ({}) });
  const peers = [away, starting, served].map(({ port }) => `127.0.0.1:${port}`);
  expect(await covey(['apps'], { COVEY_PEERS: peers.join(',') })).toMatchObject({
    exitCode: 0,
    stdout: 'No apps.',
  });
  const failed = await covey(['apps'], { COVEY_PEERS: peers.slice(0, 2).join(',') });
  expect(failed).toMatchObject({ exitCode: 69 });
  expect(failed.stderr).toMatch(
    /No peer answers \(tried \S+, \S+\):[\s\S]*ECONNREFUSED[\s\S]*is not serving \(NOT_SERVING\)\nSee that a peer runs there/,
  );
});

test('destroy --yes runs at once', async () => {
  const requests: unknown[] = [];
  const served = await start({
    async *Destroy(request) {
      requests.push(request);
      yield { outcome: { app: 'shop', generation: 7 } };
    },
  });
  const { stdout, exitCode } = await covey(['destroy', ...shop, '--yes', ...at(served)]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('shop: done, generation 7');
  expect(requests).toMatchObject([{ repo: shop[0], branch: 'master', planOnly: false }]);
});

test('maintenance tells the peer', async () => {
  const requests: unknown[] = [];
  const served = await start({
    Maintenance: async (request) => {
      requests.push(request);
      return {};
    },
  });
  expect(await covey(['maintenance', 'on', 'shop', ...at(served)])).toMatchObject({
    stdout: 'shop: maintenance on',
  });
  await covey(['maintenance', 'off', 'shop', ...at(served)]);
  expect(requests).toEqual([
    { app: 'shop', on: true },
    { app: 'shop', on: false },
  ]);
});

test('ca init and issue make what the others use', async () => {
  const dir = certificates.dir('fresh');
  expect(await covey(['ca', 'init', '--dir', dir])).toMatchObject({ exitCode: 0 });
  const issue = [
    'ca',
    'issue',
    'node9',
    '--dir',
    dir,
    '--out',
    `${dir}/n9`,
    '--san',
    '10.0.0.9',
    '--san',
    'n9.lan',
  ];
  expect(await covey(issue)).toMatchObject({ exitCode: 0 });
  expect(await readFile(`${dir}/n9/ca.pem`, 'utf8')).toBe(await readFile(`${dir}/ca.pem`, 'utf8'));
  expect(await covey(issue)).toMatchObject({
    exitCode: 73,
    stderr: expect.stringMatching(/exists already\n.*--force/),
  });
  expect(await covey([...issue, '--force'])).toMatchObject({ exitCode: 0 });
  await expect(initCa({ dir })).rejects.toMatchObject({ code: 'conflict' });
});

test('help has every verb, and the exit codes', async () => {
  const help = await covey(['--help']);
  expect(help).toMatchObject({ exitCode: 0 });
  expect(help.stdout).toContain('Exit status:');
  for (const verb of verbs()) expect(help.stdout).toMatch(new RegExp(`^ {2}${verb.name()} `, 'm'));
  for (const verb of ['deploy', 'ca issue']) {
    const { stdout } = await covey([...verb.split(' '), '--help']);
    expect(stdout).toMatch(/Examples?:\n {2}covey /);
  }
  expect((await covey(['--version'])).stdout).toBe(version);
});

test('a folder of certificates that is none is named', async () => {
  const failed = await covey(['apps'], { COVEY_TLS_DIR: '/dev/null/tls' });
  expect(failed).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Can't look at /dev/null/tls/operator.pem: Error: ENOTDIR"),
  });
});
