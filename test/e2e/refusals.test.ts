import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { arm, disarm } from './faulty.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

let app: PublishedApp;
let other: PublishedApp;

beforeAll(async () => {
  app = await publish('refusals');
  other = await publish('refusals-other', { compose: composeFile('other.lab') });
  await Promise.all([app, other].map(({ http }) => destroy(http)));
  await deploy('node1', app.http, '--master', 'node1');
});
afterAll(async () => {
  await disarm('node2');
  await Promise.all([app, other].map(({ http }) => destroy(http)));
});

/** The whole truth of the cluster's decisions: what a refusal must not change. */
const decided = () => must('node1', 'consul', 'kv', 'get', '-recurse', 'app/');

describe('a request that cannot be done is refused and changes nothing', () => {
  const refusals: [string, () => string[], number, RegExp][] = [
    ['unknown node', () => [app.http, 'master', '--master', 'node9'], 65, /No node is named node9/],
    ['master = slave', () => [app.http, 'master', '--master', 'node1', '--slave', 'node1'], 65, /both node1/],
    ['no branch', () => [app.http, '', '--master', 'node1'], 65, /[Bb]ranch/],
    ['unknown branch', () => [app.http, 'nowhere', '--master', 'node1'], 66, /nowhere/],
    [
      'unreachable repo',
      () => ['http://git/no-such-repo.git', 'master', '--master', 'node1'],
      69,
      /no-such-repo/,
    ],
    ['no URL at all', () => ['--upload-pack=x', 'master', '--master', 'node1'], 64, /./],
    [
      'the same path on another host',
      () => ['http://elsewhere/refusals.git', 'master', '--master', 'node1'],
      73,
      /elsewhere.*git/s,
    ],
  ];
  it.each(refusals)('%s', async (_what, args, status, message) => {
    const before = await decided();
    const { exitCode, stderr } = await covey('node2', 'deploy', ...args());
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(status);
    expect(await decided()).toBe(before);
  });

  it('an address that another app has', async () => {
    await publish('refusals-other', { compose: composeFile('refusals.lab') });
    const { exitCode, stderr } = await covey('node2', 'deploy', other.http, 'master', '--master', 'node2');
    expect(stderr).toMatch(new RegExp(`http://refusals\\.lab belongs to ${app.name}`));
    expect(exitCode).not.toBe(0);
    expect(await record(other.name)).toBeUndefined();
    expect(await must('node2', 'ls', '/deploy')).not.toContain(other.name);
  });

  it('a dead node', async () => {
    await lab.kill('node3');
    try {
      await eventually(
        () => must('node1', 'covey', 'nodes', '--json'),
        (said) => /"node3"[^}]*"failed"/.test(said),
      );
      const { exitCode, stderr } = await covey('node1', 'deploy', app.http, 'master', '--master', 'node3');
      expect(stderr).toMatch(/node3.*not alive/);
      expect(exitCode).not.toBe(0);
      // The others go on serving, and a deploy among them works.
      expect((await through('node2', { host: 'refusals.lab', path: '/release' })).status).toBe(200);
      await deploy('node2', app.http, '--master', 'node1');
    } finally {
      await lab.start('node3');
      await eventually(
        () => must('node3', 'covey', 'health'),
        () => true,
        120_000,
      );
    }
    const page = await eventually(
      () => through('node3', { host: 'refusals.lab', path: '/release' }),
      ({ status }) => status === 200,
    );
    expect(page.body).toBe('one\n');
  });
});

describe('the lock of an app', () => {
  it('names its holder, and --wait queues behind it', async () => {
    const args = [app.http, '--master', 'node1'] as const;
    const point = await arm('node2', 'begin:build@node1', 'wait');
    const running = deploy('node2', ...args, '--request-id', 'the-first');
    await point.reached();
    const { exitCode, stderr } = await covey('node3', 'deploy', app.http, 'master', '--master', 'node1');
    expect(stderr).toMatch(/being deployed by node2 .*since .*the-first/);
    expect(stderr).toMatch(/--wait/);
    expect(exitCode).not.toBe(0);
    const waiting = deploy('node3', ...args, '--wait', '--request-id', 'the-second');
    await eventually(
      () => must('node1', 'consul', 'kv', 'get', '-recurse', 'queue/'),
      (line) => line.includes(app.name),
    );
    await point.release();
    expect((await waiting).stdout).toMatch(/being deployed by node2/);
    await running;
    expect(await record(app.name)).toMatchObject({
      deploy_id: 'the-second',
      previous_deploy_id: 'the-first',
    });
  });
});
