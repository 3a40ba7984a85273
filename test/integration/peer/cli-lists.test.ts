import { describe, expect, test } from 'vitest';
import { at, covey, start, useCertificates } from './cli-runs.ts';

useCertificates();

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

  test('apps with the nodes of those that run on several, and how each is', async () => {
    const state = (node: string, now: string) => ({ node, state: now, services: ['web'] });
    const balanced = [state('node1', 'up'), state('node2', 'down'), state('node3', 'unknown')];
    const apps = [
      { name: 'shop', master: 'node1', balanced },
      { name: 'blog', master: 'node2', slave: 'node1' },
    ];
    const served = await start({ Apps: async () => ({ apps }) });
    expect((await covey(['apps', ...at(served)])).stdout.split('\n')).toEqual([
      'APP   MASTER  SLAVE  NODES                                   STATE  DEPLOYED  URLS',
      'shop  node1   -      node1, node2 (down), node3 (no answer)  live',
      'blog  node2   node1  -                                       live',
    ]);
    const json = JSON.parse((await covey(['apps', '--json', ...at(served)])).stdout);
    expect(json.apps[0].balanced).toMatchObject(balanced);
  });

  test('nodes', async () => {
    const gib = 1024 ** 3;
    const load = {
      ...{ load: 0.5, cpus: 2, memoryBytes: 4 * gib, memoryAvailableBytes: 3 * gib },
      ...{ storeBytes: 50 * gib, storeFreeBytes: 12.34 * gib },
    };
    const nodes = [
      {
        ...{ name: 'node1', address: '10.0.0.1', state: 'alive', version: '1.2.3' },
        ...{ masters: 2, slaves: 1, servicesOf: 3, load },
      },
      { name: 'node2', address: '10.0.0.2', state: 'failed', version: '1.2.3', silent: true },
    ];
    const served = await start({ Nodes: async () => ({ nodes }) });
    expect((await covey(['nodes', ...at(served)])).stdout.split('\n')).toEqual([
      'NODE   ADDRESS   STATE   VERSION    MASTER OF  SLAVE OF  SERVICES OF  LOAD       MEMORY FREE     DISK FREE',
      'node1  10.0.0.1  alive   1.2.3      2          1         3            0.50 of 2  3.0 of 4.0 GiB  12.3 of 50.0 GiB',
      'node2  10.0.0.2  failed  no answer  0          0         0            -          -               -',
    ]);
  });

  test('the history, with its limit, and exit status 1 where one cannot be read', async () => {
    const asked: object[] = [];
    const served = await start({
      History: async (request) => {
        asked.push(request);
        const row = { app: 'shop', operation: 'deploy', by: 'alice', ended: 1, outcome: 'done' };
        return {
          operations: [row],
          problems: request.app === '' ? ['The history in x cannot be read.'] : [],
        };
      },
    });
    const all = await covey(['history', ...at(served)]);
    expect(all).toMatchObject({ exitCode: 1, stderr: '' });
    expect(all.stdout).toContain('not known: The history in x cannot be read.');
    const one = await covey(['history', 'shop', '--limit', '5', ...at(served)]);
    expect(one).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1970-01-01T00:00:00Z  shop') });
    expect(asked).toEqual([
      { app: '', limit: 0 },
      { app: 'shop', limit: 5 },
    ]);
    expect(await covey(['history', '--limit', '0', ...at(served)])).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('It is a whole number from 1 on.'),
    });
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
      { app: 'shop', service: 'web', name: 'shop-web-1', state: 'running', health: 'healthy', restarts: 2 },
      { app: 'shop', service: 'db', name: 'shop-db-1', state: 'running' },
    ];
    const nodes = [
      { name: 'node1', reachable: true, generation: 42, containers },
      { name: 'node2', reachable: false, containers },
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
      'node1  shop  web      shop-web-1  running (healthy, restarted 2 times)',
      'node1  shop  db       shop-db-1   running',
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

test('status has a line for each of several nodes of an app', async () => {
  const on = { app: 'shop', services: ['web', 'api'] };
  const balanced = [
    { ...on, node: 'node1', state: 'up' },
    { ...on, node: 'node2', state: 'down', faults: ['web is exited', 'api does not run'] },
    { ...on, node: 'node3', state: 'unknown' },
  ];
  const served = await start({ Status: async () => ({ balanced, problems: ['shop is down'] }) });
  const { stdout, exitCode } = await covey(['status', ...at(served)]);
  expect(exitCode).toBe(1);
  expect(stdout.split('\n\n')[2]?.split('\n')).toEqual([
    'APP   NODE   RUNS     STATE',
    'shop  node1  web api  up',
    'shop  node2  web api  down: web is exited, api does not run',
    'shop  node3  web api  no answer',
  ]);
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
