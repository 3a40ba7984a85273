import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { verbs } from '../../../src/cli/verbs.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { DeployRequest__Output as DeployRequest } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { MigrateRequest__Output as MigrateRequest } from '../../../src/generated/covey/v1/MigrateRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { RestoreRequest__Output as RestoreRequest } from '../../../src/generated/covey/v1/RestoreRequest.ts';
import { initCa } from '../../../src/rpc/ca.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import type { Served } from '../../../src/rpc/server.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { version } from '../../../src/version.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

// Every test starts processes, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL('../../../bin/covey', import.meta.url));

let certificates: Awaited<ReturnType<typeof createCertificates>>;
let node1: TlsMaterial;
beforeAll(async () => {
  certificates = await createCertificates();
  node1 = await certificates.of('node1');
  await certificates.of('alice', 'operator');
});
afterAll(() => certificates.remove());

const cleanup = createCleanup();
afterEach(() => cleanup.run());

async function start(Cluster: Partial<Handlers['Cluster']>): Promise<Served> {
  const served = await startServer(node1, { Cluster });
  cleanup.add(() => served.stop(0));
  return served;
}

/** Runs covey as alice, with nothing of our own environment that it would look at. */
function covey(args: string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [main, ...args], {
    env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice'), ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 20_000,
  });
}

const at = (served: Served) => ['--peer', `127.0.0.1:${served.port}`];

const shop = ['https://git.example.com/shop', 'master'];
const plan = {
  app: 'shop_master.ddb14',
  operation: 'deploy',
  steps: [
    { id: 'build@node1', node: 'node1', title: 'build', afterCommit: false },
    { id: 'commit', node: 'node1', title: 'write the record', afterCommit: true },
  ],
};
const messages: Progress[] = [
  { plan },
  {
    step: {
      id: 'build@node1',
      node: 'node1',
      title: 'build',
      state: 'RUNNING',
      percent: 40,
      detail: '\u001b[1mStep\u001b[0m 1',
    },
  },
  { step: { id: 'build@node1', node: 'node1', title: 'build', state: 'DONE', percent: -1 } },
  { warning: 'shop.example.com was routed to node2' },
  { outcome: { app: plan.app, deployId: 'id-1', generation: 42, silentNodes: ['node3'] } },
];

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
    [['apps', '--insecure', '--peer', '127.0.0.1:1'], 69, /ECONNREFUSED/],
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
    /No peer answers \(tried \S+, \S+\):[\s\S]*ECONNREFUSED[\s\S]*is not serving \(NOT_SERVING\)/,
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

describe('a migrate', () => {
  async function migrating() {
    const requests: MigrateRequest[] = [];
    const served = await start({
      async *Migrate(request) {
        requests.push(request);
        yield { plan: { ...plan, operation: 'migrate', warnings: ['q_db gets what p_db holds.'] } };
        if (!request.planOnly)
          yield { outcome: { app: 'q', generation: 7, snapshots: ['q_db@x@+before-migrate'] } };
      },
    });
    return { served, requests };
  }
  const named = (name: string) => ({ name, repo: '', branch: '' });
  const wanted = { source: named('p'), target: named('q'), noUpdate: false, wait: false, planOnly: false };

  test('sends all options, and names what was put aside', async () => {
    const { served, requests } = await migrating();
    const options = ['--no-update', '--wait', '--yes', '--request-id', 'r1'];
    const { stdout, exitCode } = await covey(['migrate', 'p', 'q', ...options, ...at(served)]);
    expect([exitCode, stdout.split('\n').at(-1)]).toEqual([0, 'kept q_db@x@+before-migrate']);
    expect(requests).toEqual([{ ...wanted, noUpdate: true, wait: true, requestId: 'r1' }]);
  });

  test('takes repositories with a branch as well, and shows what would be done', async () => {
    const { served, requests } = await migrating();
    const apps = ['https://h/shop.git#p', 'https://h/shop.git#feature/q#1'];
    const { stdout } = await covey(['migrate', ...apps, '--plan', ...at(served)]);
    expect(stdout).toContain('warning: q_db gets what p_db holds.');
    const of = (branch: string) => ({ name: '', repo: 'https://h/shop.git', branch });
    const source = of('p');
    const target = of('feature/q#1');
    expect(requests).toEqual([{ ...wanted, source, target, planOnly: true, requestId: '' }]);
  });

  test('asks, so it wants a terminal or --yes', async () => {
    const { served, requests } = await migrating();
    expect(await covey(['migrate', 'p', 'q', ...at(served)])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringMatching(/Nobody is there to confirm/),
    });
    expect(requests).toEqual([]);
  });
});

describe('snapshots of an app', () => {
  const chosen = ['shop_db@2026-03-01T10:00:03.214159'];
  const shown = { ...plan, operation: 'restore', snapshots: chosen };
  async function restoring() {
    const requests: RestoreRequest[] = [];
    const served = await start({
      async *Restore(request) {
        requests.push(request);
        yield { plan: shown };
        if (!request.planOnly)
          yield { outcome: { app: 'shop', generation: 7, snapshots: ['shop_db@x@+before-restore'] } };
      },
    });
    return { served, requests };
  }
  const nothing = { app: 'shop', volumes: [], at: '', snapshots: [], to: '', wait: false, planOnly: false };

  test('restore sends all options, and names what was put aside', async () => {
    const { served, requests } = await restoring();
    const options = [
      '--volume',
      'db',
      '--volume',
      'files',
      '--at',
      '2h',
      '--to',
      'rescue',
      '--wait',
      '--yes',
    ];
    const { stdout, exitCode } = await covey(['restore', 'shop', ...options, ...at(served)]);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').at(-1)).toBe('kept shop_db@x@+before-restore');
    await covey(['restore', 'shop', '--snapshot', 'a@1', '--snapshot', 'b@2', '--yes', ...at(served)]);
    expect(requests).toEqual([
      { ...nothing, volumes: ['db', 'files'], at: '2h', to: 'rescue', wait: true },
      { ...nothing, snapshots: ['a@1', 'b@2'] },
    ]);
  });

  test('restore asks, and then for just what it has shown', async () => {
    const { served, requests } = await restoring();
    expect(await covey(['restore', 'shop', ...at(served)])).toMatchObject({
      exitCode: 65,
      stderr: expect.stringMatching(/Nobody is there to confirm/),
    });
    await covey(['restore', 'shop', '--plan', ...at(served)]);
    expect(requests.splice(0)).toEqual([{ ...nothing, planOnly: true }]);
    const command = [process.execPath, main, 'restore', 'shop', '--volume', 'db', ...at(served)].join(' ');
    const onTerminal = (input: string) =>
      execa('script', ['-qec', command, '/dev/null'], {
        env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice') },
        extendEnv: false,
        reject: false,
        input,
        timeout: 20_000,
      });
    expect((await onTerminal('n\n')).stdout).toContain('Restore it? [y/N]');
    expect(requests.splice(0)).toEqual([{ ...nothing, volumes: ['db'], planOnly: true }]);
    await onTerminal('y\n');
    expect(requests).toEqual([
      { ...nothing, volumes: ['db'], planOnly: true },
      { ...nothing, snapshots: chosen },
    ]);
  });

  test('snapshot and clone send their options', async () => {
    const requests: unknown[] = [];
    const served = await start({
      async *Snapshot(request) {
        requests.push(request);
        yield { outcome: { app: 'shop', generation: 7, snapshots: ['shop_db@x', 'shop_files@x'] } };
      },
      async *Clone(request) {
        requests.push(request);
        yield { outcome: { app: 'shop', generation: 7 } };
      },
    });
    const text = await covey(['snapshot', 'shop', ...at(served)]);
    expect(text.stdout.split('\n').slice(1)).toEqual(['kept shop_db@x', 'kept shop_files@x']);
    const json = await covey([
      'snapshot',
      'shop',
      '--volume',
      'db',
      '--stop',
      '--plan',
      '--json',
      ...at(served),
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({ outcome: { snapshots: ['shop_db@x', 'shop_files@x'] } });
    await covey(['clone', 'shop', '--volume', 'db', '--to', 'trial', ...at(served)]);
    const common = { app: 'shop', wait: false, planOnly: false };
    expect(requests).toEqual([
      { ...common, volumes: [], stop: false },
      { ...common, volumes: ['db'], stop: true, planOnly: true },
      { ...common, volume: 'db', to: 'trial' },
    ]);
  });

  test('are listed; exits with 1 where a node did not answer', async () => {
    const requests: unknown[] = [];
    const row = {
      node: 'node1',
      volume: 'shop_db',
      name: 'shop_db@x',
      at: Date.UTC(2026, 2, 1),
      newest: true,
    };
    const problems: string[] = [];
    const served = await start({
      Snapshots: async (request) => {
        requests.push(request);
        return { snapshots: [{ ...row, kind: 'plain' }], problems };
      },
    });
    const well = await covey(['snapshots', 'shop', ...at(served)]);
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    expect(well.stdout.split('\n')).toEqual([
      'NODE   VOLUME   SNAPSHOT   DATE                  KIND',
      'node1  shop_db  shop_db@x  2026-03-01T00:00:00Z  plain, the newest',
    ]);
    problems.push('node2: it is not alive');
    const ill = await covey(['snapshots', 'shop', '--node', 'node2', '--json', ...at(served)]);
    expect(ill.exitCode).toBe(1);
    expect(JSON.parse(ill.stdout)).toMatchObject({ snapshots: [row], problems });
    expect(requests).toEqual([
      { app: 'shop', node: '' },
      { app: 'shop', node: 'node2' },
    ]);
  });
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

describe('lists', () => {
  test('apps', async () => {
    const apps = [
      {
        name: 'shop',
        master: 'node1',
        slave: 'node2',
        urls: ['https://a', 'https://b'],
        deployDate: '2026-01-01',
      },
      { name: 'blog', master: 'node2', error: 'not JSON' },
    ];
    const served = await start({ Apps: async () => ({ apps }) });
    expect((await covey(['apps', ...at(served)])).stdout.split('\n')).toEqual([
      'APP   MASTER  SLAVE  STATE            DEPLOYED    URLS',
      'shop  node1   node2  live             2026-01-01  https://a https://b',
      'blog  node2   -      error: not JSON',
    ]);
    const json = JSON.parse((await covey(['apps', '--json', ...at(served)])).stdout);
    expect(json).toMatchObject({ apps });
  });

  test('nodes', async () => {
    const nodes = [
      { name: 'node1', address: '10.0.0.1', state: 'alive', version: '1.2.3', masters: 2, slaves: 1 },
      { name: 'node2', address: '10.0.0.2', state: 'failed' },
    ];
    const served = await start({ Nodes: async () => ({ nodes }) });
    expect((await covey(['nodes', ...at(served)])).stdout.split('\n')).toEqual([
      'NODE   ADDRESS   STATE   VERSION    MASTER OF  SLAVE OF',
      'node1  10.0.0.1  alive   1.2.3      2          1',
      'node2  10.0.0.2  failed  no answer  0          0',
    ]);
  });

  test('volumes, of one app or of all', async () => {
    const asked: string[] = [];
    const moment = Date.UTC(2026, 0, 2, 3, 4, 5);
    const row = { app: 'shop', volume: 'shop_db', master: 'node1', slave: 'node2', lagMs: 35_000 };
    const purge = {
      app: 'shop',
      volume: 'shop_db',
      node: 'node1',
      pattern: '1h:1d',
      snapshots: 3,
      remove: ['a@b'],
    };
    const served = await start({
      Volumes: async ({ app, retention }) => {
        asked.push(app);
        return {
          retention: retention ? [purge] : [],
          volumes: [{ ...row, lastSnapshotAt: moment, lastReplicatedAt: moment, intervalMs: 3_600_000 }],
        };
      },
    });
    const text = await covey(['volumes', ...at(served)]);
    expect(text).toMatchObject({ exitCode: 0, stderr: '' });
    expect(text.stdout.split('\n')).toEqual([
      'VOLUME   APP   MASTER  SLAVE  LAST SNAPSHOT         LAST REPLICATED       LAG   EVERY',
      'shop_db  shop  node1   node2  2026-01-02T03:04:05Z  2026-01-02T03:04:05Z  35 s  1 h',
    ]);
    const { stdout } = await covey(['volumes', 'shop', '--json', ...at(served)]);
    expect(JSON.parse(stdout)).toMatchObject({ volumes: [{ ...row, lastSnapshotAt: moment, diverged: [] }] });
    const dry = await covey(['volumes', 'shop', '--retention', ...at(served)]);
    expect(dry.stdout.split('\n')).toEqual([
      'VOLUME   NODE   RETENTION  SNAPSHOTS  TO REMOVE',
      'shop_db  node1  1h:1d      3          1',
      'node1 would remove a@b',
    ]);
    const json = await covey(['volumes', '--retention', '--json', ...at(served)]);
    expect(JSON.parse(json.stdout)).toMatchObject({ retention: [{ ...purge, held: '' }] });
    expect(asked).toEqual(['', 'shop', 'shop', '']);
  });

  test('status, which exits with 1 when something is wrong', async () => {
    const containers = [
      { app: 'shop', service: 'web', name: 'shop-web-1', state: 'running', health: 'healthy' },
    ];
    const nodes = [
      { name: 'node1', reachable: true, generation: 42, containers },
      { name: 'node2', reachable: false },
    ];
    const problems: string[] = [];
    const notices: string[] = [];
    const served = await start({ Status: async () => ({ nodes, problems, notices }) });
    const well = await covey(['status', ...at(served)]);
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    expect(well.stdout.split('\n')).toEqual([
      'NODE   PEER       GENERATION',
      'node1  up         42',
      'node2  no answer  -',
      '',
      'NODE   APP   SERVICE  CONTAINER   STATE',
      'node1  shop  web      shop-web-1  running (healthy)',
      '',
      'All is well.',
    ]);
    notices.push('node3 keeps data');
    const told = await covey(['status', ...at(served)]);
    expect(told.exitCode).toBe(0);
    expect(told.stdout).toMatch(/\n\nNotices:\n {2}node3 keeps data\n\nAll is well\.$/);
    problems.push('node2 does not answer');
    const bad = await covey(['status', ...at(served)]);
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toMatch(/Problems:\n {2}node2 does not answer$/);
  });
});

describe('render', () => {
  const files = [
    { name: 'haproxy.cfg', text: 'global\n    log stdout\n' },
    { name: 'Caddyfile', text: '# app \u001b[1mshop\u001b[0m\n' },
  ];
  const refused = [{ app: 'shop', part: 'caddy', error: 'Caddyfile:3: no such\ndirective' }];

  test('prints what was refused, then each file', async () => {
    const asked: unknown[] = [];
    const served = await start({
      Render: async (request) => {
        asked.push(request);
        return { node: 'node1', files, refused };
      },
    });
    const options = ['--app', 'shop', '--node', 'node1'];
    const { stdout, exitCode } = await covey(['render', ...options, ...at(served)]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`refused on node1: shop (caddy): Caddyfile:3: no such directive

== haproxy.cfg
global
    log stdout

== Caddyfile
# app shop`);
    const json = JSON.parse((await covey(['render', '--json', ...at(served)])).stdout);
    expect(json).toMatchObject({ node: 'node1', files, refused, differs: false });
    expect(asked).toEqual([
      { app: 'shop', node: 'node1', diff: false },
      { app: '', node: '', diff: false },
    ]);
  });

  test('--diff prints nothing where nothing differs, and else ends with 1', async () => {
    const reply = { node: 'node1', differs: false, files: [] as typeof files };
    const served = await start({ Render: async () => reply });
    expect(await covey(['render', '--diff', ...at(served)])).toMatchObject({ exitCode: 0, stdout: '' });
    reply.differs = true;
    reply.files = [{ name: 'Caddyfile', text: '--- live/Caddyfile\n' }];
    expect(await covey(['render', '--diff', ...at(served)])).toMatchObject({
      exitCode: 1,
      stdout: '--- live/Caddyfile',
    });
  });
});

describe('doctor', () => {
  const fine = { node: 'node1', check: 'store', state: 'ok', found: 'it is on BTRFS', hint: '' };
  const full = { ...fine, check: 'store space', state: 'warning', found: '8 % free', hint: 'make room' };
  const open = {
    ...fine,
    node: 'node2',
    check: 'git',
    state: 'error',
    found: 'mode 644',
    hint: 'chmod 600 id',
  };

  test('prints a line for each check; exits with 1 for an error, and not for a warning', async () => {
    const asked: unknown[] = [];
    const findings = [fine];
    const served = await start({
      Doctor: async (request) => {
        asked.push(request);
        return { findings };
      },
    });
    const well = await covey(['doctor', ...at(served)]);
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    expect(well.stdout.split('\n')).toEqual([
      'NODE   CHECK  STATE  FOUND',
      'node1  store  ok     it is on BTRFS',
      '',
      'All is well.',
    ]);
    findings.push(full);
    expect(await covey(['doctor', 'node1', ...at(served)])).toMatchObject({ exitCode: 0 });
    findings.push(open, open);
    const ill = await covey(['doctor', '--all', ...at(served)]);
    expect(ill.exitCode).toBe(1);
    expect(ill.stdout.split('\n')).toEqual([
      'NODE   CHECK        STATE    FOUND',
      'node1  store        ok       it is on BTRFS',
      'node1  store space  warning  8 % free. To mend: make room',
      'node2  git          error    mode 644. To mend: chmod 600 id',
      'node2  git          error    mode 644. To mend: chmod 600 id',
      '',
      '2 errors, 1 warning.',
    ]);
    const json = await covey(['doctor', '--json', ...at(served)]);
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ findings });
    expect(asked).toEqual([
      { node: '', all: false },
      { node: 'node1', all: false },
      { node: '', all: true },
      { node: '', all: false },
    ]);
  });
});

describe('health', () => {
  test('asks every peer named', async () => {
    const [one, two] = [await start({}), await start({})];
    const both = ['health', ...at(one), ...at(two)];
    expect(await covey(both)).toMatchObject({
      exitCode: 0,
      stdout: `127.0.0.1:${one.port}  SERVING\n127.0.0.1:${two.port}  SERVING`,
    });
    two.setServing(false);
    expect(await covey(both)).toMatchObject({
      exitCode: 69,
      stderr: expect.stringContaining(`${two.port} is not serving`),
    });
  });

  test("works with a node's own certificate where there is no operator's", async () => {
    const served = await start({});
    expect(await covey(['health', '--tls-dir', certificates.dir('node1'), ...at(served)])).toMatchObject({
      exitCode: 0,
    });
  });
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
  expect((await covey(['version'])).stdout).toBe(version);
});

test('a folder of certificates that is none is named', async () => {
  const failed = await covey(['apps'], { COVEY_TLS_DIR: '/dev/null/tls' });
  expect(failed).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Can't look at /dev/null/tls/operator.pem: Error: ENOTDIR"),
  });
});
