import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cutOffGit, joinGit } from './faulty.ts';
import {
  covey,
  deploy,
  destroy,
  must,
  NODES,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const HOST = 'without-git.lab';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('without-git');
  await joinGit();
  await destroy(app.http);
});
afterEach(() => joinGit());
afterAll(async () => {
  await joinGit();
  await destroy(app.http);
});

/** What lies in the deploy root of a node, hidden leftovers too. */
const folders = async (node: NodeName) =>
  (await must(node, 'ls', '-A', '/deploy')).split('\n').filter((name) => name.includes(app.name));
const journal = async () => (await on('node1', ['consul', 'kv', 'get', `covey/journal/${app.name}`])).stdout;

/** The app serves this release through every node; its folder is on master and slave, and nothing on the third. */
async function expectAt(master: NodeName, slave: NodeName | null, release: string): Promise<void> {
  const now = await record(app.name);
  expect(now).toMatchObject({ master, slave, commit: app.commit });
  for (const node of NODES) {
    const page = await through(node, { host: HOST, path: '/release' });
    expect([node, page.status, page.body.trim()]).toEqual([node, 200, release]);
    const has = node === master || node === slave;
    expect([node, await folders(node)]).toEqual([node, has ? [`${app.name}-${now?.deploy_id}`] : []]);
    if (!has) continue;
    const at = await must(node, 'git', '-C', `/deploy/${app.name}-${now?.deploy_id}`, 'rev-parse', 'HEAD');
    expect([node, at.trim()]).toEqual([node, app.commit]);
  }
  expect(await journal()).toBe('');
}

describe('a node that does not reach git', () => {
  it('becomes the master of a new app', async () => {
    await cutOffGit(app, 'node1');
    const { stdout } = await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
    expect(stdout).toContain('node1 does not reach the repository: takes the release from node3.');
    await expectAt('node1', 'node2', 'one');
  });

  it('becomes the master in a swap, with the data', async () => {
    expect((await through('node3', { host: HOST, path: '/notes', form: { text: 'kept' } })).status).toBe(201);
    app = await publish('without-git', { release: 'two' });
    await cutOffGit(app, 'node2');
    await deploy('node2', app.http, '--master', 'node2', '--slave', 'node1', '--wait');
    await expectAt('node2', 'node1', 'two');
    expect((await through('node1', { host: HOST, path: '/notes' })).body).toBe('text=kept\n');
  });

  it('stays the master, given the same command again', async () => {
    app = await publish('without-git', { release: 'three' });
    await cutOffGit(app, 'node2');
    for (let i = 0; i < 2; i++) {
      await deploy('node2', app.http, '--master', 'node2', '--slave', 'node1', '--wait');
      await expectAt('node2', 'node1', 'three');
    }
  });

  it('is left by its app, for a third node without a slave', async () => {
    await cutOffGit(app, 'node2');
    await deploy('node2', app.http, '--master', 'node3', '--wait');
    await expectAt('node3', null, 'three');
    expect((await through('node1', { host: HOST, path: '/notes' })).body).toBe('text=kept\n');
  });

  it('is master in a plan that is only shown, which leaves no folder anywhere', async () => {
    await cutOffGit(app, 'node1');
    const { stdout } = await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2', '--plan');
    expect(stdout).toMatch(/node2 +fetch [0-9a-f]{10} from node1/);
    await expectAt('node3', null, 'three');
  });
});

describe('a repository that no node reaches', () => {
  it('is refused, with every node and its reason, and nothing has changed', async () => {
    const before = await record(app.name);
    const containers = await must('node3', 'docker', 'ps', '--no-trunc', '--format', '{{.ID}}');
    await cutOffGit(app, 'node1', 'node2', 'node3');
    for (const [master, slave] of [
      ['node3', 'node1'],
      ['node1', 'node2'],
    ]) {
      const { exitCode, stderr } = await covey(
        'node2',
        'deploy',
        app.http,
        'master',
        ...['--master', `${master}`, '--slave', `${slave}`, '--wait'],
      );
      expect(exitCode).toBe(69);
      expect(stderr).toContain('No live node reaches the repository');
      for (const node of NODES) expect(stderr).toContain(node);
    }
    expect(await record(app.name)).toEqual(before);
    expect(await must('node3', 'docker', 'ps', '--no-trunc', '--format', '{{.ID}}')).toBe(containers);
    await expectAt('node3', null, 'three');
  });
});
