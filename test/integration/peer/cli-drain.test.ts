import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { App } from '../../../src/generated/covey/v1/App.ts';
import type { DeployRequest__Output as DeployRequest } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { Node } from '../../../src/generated/covey/v1/Node.ts';
import { at, certificates, covey, main, messages, start, useCertificates } from './cli-runs.ts';

useCertificates();

const app = (name: string, master: string, slave = ''): App => ({
  ...{ name, repo: `https://git.example.com/${name}`, branch: 'master', master, slave },
});
const node = (name: string, masters: number): Node => ({ name, masters, state: 'alive', version: '1' });
const nodes = [node('node1', 3), node('node2', 1), node('node3', 2)];
const all = [
  app('blog', 'node1'),
  app('shop', 'node1', 'node3'),
  app('wiki', 'node1'),
  app('other', 'node2', 'node1'),
];

/** A peer whose deploys move the apps, but for those that `fails` names. */
async function draining(fails: string[] = [], given: App[] = all) {
  const apps = given.map((each) => ({ ...each }));
  const requests: DeployRequest[] = [];
  const served = await start({
    Apps: async () => ({ apps }),
    Nodes: async () => ({ nodes }),
    async *Deploy(request) {
      requests.push(request);
      const moved = apps.find(({ repo }) => repo === request.repo);
      if (fails.includes(moved?.name ?? '')) throw new CoveyError('unavailable', 'no way to git');
      Object.assign(moved ?? {}, { master: request.master, slave: request.slave });
      // Somebody moves wiki meanwhile.
      if (moved?.name === 'blog')
        Object.assign(apps.find(({ name }) => name === 'wiki') ?? {}, { master: 'node2' });
      yield* messages;
    },
  });
  const args = ['drain', 'node1', ...at(served)];
  return { requests, args, drain: (...more: string[]) => covey([...args, ...more]) };
}

const said = ({ repo, master, slave }: DeployRequest) => `${repo.split('/').at(-1)}: ${master}/${slave}`;

describe('drain', () => {
  test('shows what goes where, and changes nothing', async () => {
    const { requests, drain } = await draining();
    expect(await drain('--plan')).toMatchObject({
      exitCode: 0,
      stdout: [
        'APP   MASTER          SLAVE',
        'blog  node1 -> node2  -',
        'shop  node1 -> node3  node3 -> node1',
        'wiki  node1 -> node2  -',
        'node1 keeps the replicas of: other',
      ].join('\n'),
    });
    expect(requests).toEqual([]);
  });

  test('moves one after the other, but what somebody else has moved meanwhile', async () => {
    const { requests, drain } = await draining();
    const { stdout, stderr, exitCode } = await drain('--yes', '--wait', '--same-commit');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(requests.map(said)).toEqual(['blog: node2/', 'shop: node3/node1']);
    expect(requests[0]).toMatchObject({ wait: true, planOnly: false, fromReplica: false, sameCommit: true });
    expect(stdout).toMatch(/\n\nshop: node1 -> node3\n(.*\n)*.*done, generation 42/);
    expect(stdout.split('\n').at(-1)).toBe('3 of 3 apps have gone from node1.');
  });

  test('goes on after a failure, tells it at the end, and goes on with what is left when it is given again', async () => {
    const fails = ['blog'];
    const { requests, drain } = await draining(fails);
    const { stdout, exitCode } = await drain('--yes', '--to', 'node3');
    expect(exitCode).toBe(1);
    expect(requests.map(said)).toEqual(['blog: node3/', 'shop: node3/node1', 'wiki: node3/']);
    expect(stdout.split('\n').slice(-2)).toEqual([
      '2 of 3 apps have gone from node1.',
      '  blog: no way to git',
    ]);
    fails.pop();
    expect(await drain('--yes')).toMatchObject({ exitCode: 0 });
    expect(requests.slice(3).map(said)).toEqual(['blog: node2/']);
    expect(await drain()).toMatchObject({ exitCode: 65 });
    const again = await drain('--yes');
    expect(again.stdout.split('\n')).toEqual([
      'Nothing is to be moved off node1.',
      'node1 keeps the replicas of: other, shop',
    ]);
  });

  test('as JSON ends with what became of it', async () => {
    const { drain } = await draining(['shop'], [...all, { name: 'bad', error: 'not JSON' }]);
    const { stdout, exitCode } = await drain('--yes', '--json', '--replicas');
    expect(exitCode).toBe(1);
    const lines = stdout.split('\n').map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({
      node: 'node1',
      moves: [
        { app: 'blog', from: { master: 'node1', slave: '' }, to: { master: 'node2', slave: '' } },
        {
          app: 'other',
          from: { master: 'node2', slave: 'node1' },
          to: { master: 'node2', slave: 'node3' },
        },
        { app: 'shop', from: { master: 'node1', slave: 'node3' }, to: { master: 'node3', slave: 'node2' } },
        { app: 'wiki', from: { master: 'node1', slave: '' }, to: { master: 'node2', slave: '' } },
      ],
      replicas: [],
      services: [],
      moved: ['blog', 'other', 'wiki'],
      failed: [
        { app: 'bad', code: 'invalid', message: 'not JSON' },
        { app: 'shop', code: 'unavailable', message: 'no way to git' },
      ],
    });
    expect(lines.slice(0, -1)).toHaveLength(2 * messages.length);
  });

  test('says what stays of apps that run on several nodes, in the plan and at the end', async () => {
    const on = (...names: string[]) => names.map((node) => ({ node, state: 'up' }));
    const given = [
      { ...app('blog', 'node1'), balanced: on('node1', 'node2') },
      { ...app('other', 'node2'), balanced: on('node2', 'node1') },
      { ...app('wiki', 'node2'), balanced: on('node2', 'node3') },
    ];
    const { drain } = await draining([], given);
    const planned = await drain('--plan');
    expect(planned).toMatchObject({ exitCode: 0 });
    expect(planned.stdout.split('\n')).toEqual([
      'APP   MASTER          SLAVE',
      'blog  node1 -> node2  -',
      'node1 runs services, by covey.nodes, of: blog, other',
      'They stay as long as that label names node1.',
    ]);
    const done = await drain('--yes');
    expect(done).toMatchObject({ exitCode: 0 });
    expect(done.stdout.split('\n').slice(-3)).toEqual([
      '1 of 1 apps have gone from node1.',
      'node1 is not empty: it runs services, by covey.nodes, of: blog, other',
      'They leave with the machine, or with the next deploy once that label names it no more.',
    ]);
    const json = JSON.parse((await drain('--json', '--yes')).stdout);
    expect(json).toMatchObject({ moves: [], services: ['blog', 'other'] });
  });

  test('on a terminal asks, with the plan before it', async () => {
    const { requests, args } = await draining();
    const command = [process.execPath, main, ...args].join(' ');
    const onTerminal = (input: string) =>
      execa('script', ['-qec', command, '/dev/null'], {
        input,
        env: { COVEY_TLS_DIR: certificates.dir('alice'), TERM: 'dumb' },
      });
    const { stdout } = await onTerminal('n\n');
    expect(stdout).toMatch(/node1 keeps the replicas of: other\s+Move them\? \[y\/N\]/);
    expect(requests).toEqual([]);
    await onTerminal('y\n');
    expect(requests).toHaveLength(2);
  });

  test('ends with Ctrl-C: what runs is cancelled, and nothing new begins', async () => {
    const requests: DeployRequest[] = [];
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    const served = await start({
      Apps: async () => ({ apps: all }),
      Nodes: async () => ({ nodes }),
      async *Deploy(request, { signal }) {
        requests.push(request);
        signal.addEventListener('abort', () => ended.resolve(signal.reason));
        begun.resolve();
        await ended.promise;
      },
    });
    const running = covey(['drain', 'node1', '--yes', ...at(served)]);
    await begun.promise;
    running.kill('SIGINT');
    expect(await ended.promise).toMatchObject({ code: 'cancelled' });
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: 'covey: Interrupted' });
    expect(stdout.split('\n').at(-1)).toBe('0 of 3 apps have gone from node1.');
    expect(requests.map(said)).toEqual(['blog: node2/']);
  });

  test('an app whose record cannot be read is a reason to look, also in a plan', async () => {
    const { drain } = await draining([], [{ name: 'bad', error: 'not JSON' }]);
    expect(await drain('--plan')).toMatchObject({
      exitCode: 1,
      stdout: 'Nothing is to be moved off node1.\nnot known: bad: not JSON',
    });
  });
});
