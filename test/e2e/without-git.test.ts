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
  await deploy('node1', app.http, '--master', 'node3');
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

/** The app is where it was, and there is no folder of any other deployment on any node. */
async function expectUnchanged(before: Record<string, unknown> | undefined): Promise<void> {
  expect(await record(app.name)).toEqual(before);
  for (const node of NODES) {
    const page = await through(node, { host: HOST, path: '/release' });
    expect([node, page.status, page.body.trim()]).toEqual([node, 200, 'one']);
    expect([node, await folders(node)]).toEqual([
      node,
      node === 'node3' ? [`${app.name}-${before?.deploy_id}`] : [],
    ]);
  }
  expect(await journal()).toBe('');
}

// What becomes of an app whose master does not reach git is in the acceptance list (acceptance/table.ts).
describe('a node that does not reach git', () => {
  it('is master in a plan that is only shown, which leaves no folder anywhere', async () => {
    const before = await record(app.name);
    await cutOffGit(app, 'node1');
    const { stdout } = await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2', '--plan');
    expect(stdout).toMatch(/node2 +fetch [0-9a-f]{10} from node1/);
    await expectUnchanged(before);
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
    expect(await must('node3', 'docker', 'ps', '--no-trunc', '--format', '{{.ID}}')).toBe(containers);
    await expectUnchanged(before);
  });
});
