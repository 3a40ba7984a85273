import { describe, expect, test } from 'vitest';
import type { App } from '../../../src/generated/covey/v1/App.ts';
import type { AppReply } from '../../../src/generated/covey/v1/AppReply.ts';
import type { DeployRequest__Output as DeployRequest } from '../../../src/generated/covey/v1/DeployRequest.ts';
import { noApp } from '../../../src/handlers/records.ts';
import { version } from '../../../src/version.ts';
import { at, covey, messages, shop, start, useCertificates } from './cli-runs.ts';

useCertificates();

const name = 'shop_master.ddb14';
const record: App = {
  name,
  repo: shop[0],
  branch: 'master',
  master: 'node1',
  slave: 'node2',
  deployId: 'id-1',
  deployDate: '2026-03-01T090000.000000',
  urls: ['https://shop.example.com'],
  volumes: ['shopmasterddb14_data'],
  generation: 42,
};

describe('app', () => {
  const web = { node: 'node1', app: name, service: 'web', name: 'shop-web-1', state: 'running' };
  const volume = { app: name, volume: 'shopmasterddb14_data', master: 'node1', slave: 'node2', lagMs: 1000 };
  const release = { deployId: 'id-1', deployedAt: Date.UTC(2026, 2, 1, 9), commit: 'd75f3884f7aa' };
  const lastOperation = {
    ...{
      app: name,
      operation: 'deploy',
      by: 'alice',
      outcome: 'done',
      fromMaster: 'node2',
      toMaster: 'node1',
    },
    ended: Date.UTC(2026, 2, 1, 9),
  };
  const reply: AppReply = {
    app: record,
    nodes: [
      { name: 'node1', role: 'master', reachable: true },
      { name: 'node2', role: 'slave', reachable: true },
    ],
    containers: [{ ...web, health: 'healthy' }],
    volumes: [volume],
    releases: [release],
    releasesKnown: true,
    lastOperation,
  };

  const showing = (more: AppReply = {}) =>
    start({
      App: async ({ app }) => {
        if (app === name) return { ...reply, ...more };
        throw noApp(app);
      },
    });

  test('shows the record, and what there is of it on all nodes', async () => {
    const served = await showing();
    const { stdout, stderr, exitCode } = await covey(['app', name, ...at(served)]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n')).toEqual([
      'shop_master.ddb14',
      '  repository  https://git.example.com/shop',
      '  branch      master',
      '  master      node1',
      '  slave       node2',
      '  state       live',
      '  deployed    2026-03-01T090000.000000',
      '  deploy id   id-1',
      '  generation  42',
      '  sites       https://shop.example.com',
      '  last        move for alice, done at 2026-03-01T09:00:00Z',
      '',
      'NODE   SERVICE  CONTAINER   STATE',
      'node1  web      shop-web-1  running (healthy)',
      '',
      'VOLUME                APP                MASTER  SLAVE  LAST SNAPSHOT  LAST REPLICATED  LAG  EVERY',
      'shopmasterddb14_data  shop_master.ddb14  node1   node2  -              -                1 s  off',
      '',
      'DEPLOY  DEPLOYED              COMMIT      ENDED  IMAGES       DATA',
      'id-1    2026-03-01T09:00:00Z  d75f3884f7  runs   to be built  live',
      '',
      'All is well.',
    ]);
  });

  test('has the nodes that run services of it, where these are several', async () => {
    const on = { app: name, services: ['web'] };
    const balanced = [
      { ...on, node: 'node1', state: 'up' },
      { ...on, node: 'node3', state: 'starting', faults: ['web is starting'] },
    ];
    const { stdout } = await covey(['app', name, ...at(await showing({ app: { ...record, balanced } }))]);
    expect(stdout.split('\n\n')[1]?.split('\n')).toEqual([
      'NODE   RUNS  STATE',
      'node1  web   up',
      'node3  web   starting: web is starting',
    ]);
  });

  test('says what is done to it now, and by whom', async () => {
    const since = Date.UTC(2026, 2, 1, 10);
    const lock = { operation: 'deploy', node: 'node2', by: 'bob', since };
    const held = await covey(['app', name, ...at(await showing({ lock }))]);
    expect(held.stdout).toContain('\n  locked      deploy for bob, by node2 since 2026-03-01T10:00:00Z\n');
    const foreign = await covey(['app', name, ...at(await showing({ lock: {} }))]);
    expect(foreign.stdout).toContain('\n  locked      by somebody who is no peer: see its key under lock/');
  });

  test('exits with 1, and says what is wrong with it, or not known', async () => {
    const served = await showing({
      nodes: [
        { name: 'node1', role: 'master', reachable: true },
        { name: 'node2', role: 'slave', reachable: false },
      ],
      containers: [],
      quarantines: [{ node: 'node1', part: 'caddy', error: 'no such directive' }],
      releasesKnown: false,
      problems: ['shop_master.ddb14 does not run on its master node1', 'the peer of node2 does not answer'],
    });
    const { stdout, exitCode } = await covey(['app', name, ...at(served)]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('  slave       node2 (no answer)');
    expect(stdout).toMatch(/\nid-1 .* runs {3}\? {7}\?\n/);
    expect(stdout).toContain('\nNODE   REFUSED  ERROR\nnode1  caddy    no such directive\n');
    expect(stdout.split('\n\n').at(-1)?.split('\n')).toEqual([
      'Problems:',
      '  shop_master.ddb14 does not run on its master node1',
      '  the peer of node2 does not answer',
    ]);
    const json = await covey(['app', name, '--json', ...at(served)]);
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      app: record,
      nodes: [
        { name: 'node1', role: 'master', reachable: true },
        { name: 'node2', role: 'slave', reachable: false },
      ],
      containers: [],
      volumes: [volume],
      releases: [release],
      releasesKnown: false,
      lock: null,
      lastOperation,
    });
  });

  test('of a record that cannot be read it shows why, and what runs', async () => {
    const app = { name, error: 'not JSON', generation: 7 };
    const nothing = { nodes: [], volumes: [], releases: [], releasesKnown: false, lastOperation: null };
    const served = await showing({ app, ...nothing, problems: ['not JSON'] });
    const { stdout, exitCode } = await covey(['app', name, ...at(served)]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^shop_master\.ddb14\n {2}state {7}error\n {2}generation {2}7\n/);
    expect(stdout).toMatch(/shop-web-1 {2}running \(healthy\)\n\nProblems:\n {2}not JSON$/);
  });

  test('one that is not there is named', async () => {
    const served = await showing();
    expect(await covey(['app', 'nope', ...at(served)])).toMatchObject({
      exitCode: 66,
      stdout: '',
      stderr: 'covey: There is no app nope.\ncovey apps lists them.',
    });
  });
});

describe('move', () => {
  async function moving(app: App = record) {
    const requests: DeployRequest[] = [];
    const served = await start({
      Apps: async () => ({ apps: [app] }),
      async *Deploy(request) {
        requests.push(request);
        yield* request.planOnly ? messages.slice(0, 1) : messages;
      },
    });
    return { requests, move: (...args: string[]) => covey(['move', name, ...args, ...at(served)]) };
  }

  test('deploys what is recorded with another master, and sends all options', async () => {
    const { requests, move } = await moving();
    const { stdout, exitCode } = await move(
      '--to',
      'node3',
      '--update',
      '--wait',
      '--same-commit',
      '--request-id',
      'r1',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('shop_master.ddb14: done, generation 42');
    expect(requests).toEqual([
      {
        repo: shop[0],
        branch: 'master',
        master: 'node3',
        slave: 'node2',
        update: true,
        wait: true,
        planOnly: false,
        requestId: 'r1',
        fromReplica: false,
        sameCommit: true,
      },
    ]);
  });

  test.each([
    ['keeps its slave', [], 'node3', 'node2'],
    ['swaps with its slave', [], 'node2', 'node1'],
    ['takes another slave', ['--slave', 'node1'], 'node3', 'node1'],
    ['has none from then on', ['--no-slave'], 'node2', ''],
  ])('the app %s', async (_, options, to, slave) => {
    const { requests, move } = await moving();
    const { stdout } = await move('--to', to, '--plan', ...options);
    expect(requests).toMatchObject([{ master: to, slave, planOnly: true }]);
    expect(stdout.split('\n')[0]).toBe('Plan: deploy shop_master.ddb14');
  });

  test('an app without a slave has none afterwards', async () => {
    const { requests, move } = await moving({ ...record, slave: '' });
    await move('--to', 'node2');
    expect(requests).toMatchObject([{ master: 'node2', slave: '' }]);
  });

  test('refuses where the app is already, but not the request that brought it there', async () => {
    const { requests, move } = await moving();
    expect(await move('--to', 'node1')).toMatchObject({
      exitCode: 65,
      stderr: expect.stringContaining('shop_master.ddb14 is on node1 already.'),
    });
    expect(requests).toEqual([]);
    expect(await move('--to', 'node1', '--request-id', 'id-1')).toMatchObject({ exitCode: 0 });
    expect(requests).toMatchObject([{ requestId: 'id-1' }]);
  });

  test('refuses where the record cannot be read', async () => {
    const { requests, move } = await moving({ name, error: 'not JSON' });
    expect(await move('--to', 'node2')).toMatchObject({
      exitCode: 65,
      stderr: `covey: not JSON\nCorrect the key app/${name} in Consul.`,
    });
    expect(requests).toEqual([]);
  });
});

test('version has that of each peer, and does without them', async () => {
  const nodes = [{ name: 'node1', version: '1.2.3' }, { name: 'n2' }];
  const served = await start({ Nodes: async () => ({ nodes }) });
  expect(await covey(['version', ...at(served)])).toMatchObject({
    exitCode: 0,
    stdout: `covey ${version}\nnode1  1.2.3\nn2     no answer`,
  });
  const alone = await covey(['version', '--tls-dir', '/nowhere']);
  expect(alone).toMatchObject({ exitCode: 0, stderr: '' });
  expect(alone.stdout).toMatch(/^covey \S+\npeers: not known: .*ca\.pem is missing$/);
});
