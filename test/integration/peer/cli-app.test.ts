import { describe, expect, test } from 'vitest';
import type { App } from '../../../src/generated/covey/v1/App.ts';
import type { DeployRequest__Output as DeployRequest } from '../../../src/generated/covey/v1/DeployRequest.ts';
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
  const web = { app: name, service: 'web', name: 'shop-web-1', state: 'running', health: 'healthy' };
  const other = { ...web, app: 'blog_master.c83c5', name: 'blog-web-1' };
  const nodes = [
    { name: 'node1', reachable: true, containers: [web, other] },
    { name: 'node2', reachable: true },
  ];
  const volume = { app: name, volume: 'shopmasterddb14_data', master: 'node1', slave: 'node2', lagMs: 1000 };
  const release = { deployId: 'id-1', deployedAt: Date.UTC(2026, 2, 1, 9), commit: 'd75f3884f7aa' };

  const showing = (more: { app?: App; nodes?: typeof nodes; problems?: string[]; problem?: string } = {}) =>
    start({
      Apps: async () => ({ apps: [{ name: 'blog_master.c83c5' }, more.app ?? record] }),
      Status: async () => ({ nodes: more.nodes ?? nodes, problems: more.problems ?? [] }),
      Volumes: async ({ app }) => ({ volumes: app === name ? [volume] : [] }),
      Releases: async ({ app }) => ({ releases: app === name ? [release] : [], problem: more.problem ?? '' }),
    });

  test('shows the record, and what there is of it on all nodes', async () => {
    const served = await showing({ problems: ['blog_master.c83c5 does not run on its master node1'] });
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

  test('exits with 1, and says what is wrong with it, or not known', async () => {
    const served = await showing({
      nodes: [{ name: 'node1', reachable: true, containers: [] }],
      problems: [
        `${name} does not run on its master node1`,
        'replication of shopmasterddb14_data to node2 is late: never yet',
        'other on node1: caddy: no',
      ],
      problem: 'node1: away',
    });
    const { stdout, exitCode } = await covey(['app', name, ...at(served)]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('  slave       node2 (no answer)');
    expect(stdout).toMatch(/\nid-1 .* runs {3}\? {7}\?\n/);
    expect(stdout.split('\n\n').at(-1)?.split('\n')).toEqual([
      'Problems:',
      '  shop_master.ddb14 does not run on its master node1',
      '  replication of shopmasterddb14_data to node2 is late: never yet',
      '  the peer of node2 does not answer',
      '  what is there of its releases is not known: node1: away',
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
    });
  });

  test('of a record that cannot be read it shows why, and what runs', async () => {
    const served = await showing({ app: { name, error: 'not JSON', generation: 7 } });
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
    const { stdout, exitCode } = await move('--to', 'node3', '--update', '--wait', '--request-id', 'r1');
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
