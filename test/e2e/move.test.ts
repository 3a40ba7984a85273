import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  covey,
  deploy,
  destroy,
  must,
  NODES,
  type NodeName,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const HOST = 'move.lab';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('move');
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
});
afterAll(() => destroy(app.http));

/** What a node holds of the app. */
async function held(node: NodeName) {
  const list = async (...argv: string[]) =>
    (await must(node, ...argv)).split('\n').filter((name) => name.includes(app.project));
  return {
    containers: (await list('docker', 'ps', '--all', '--format', '{{.Names}}')).length,
    volumes: (await list('ls', '/var/lib/buttervolume/volumes')).length,
    snapshots: (await list('ls', '/var/lib/buttervolume/snapshots')).length > 0,
    folders: (await must(node, 'ls', '/deploy')).split('\n').filter((name) => name.startsWith(app.name)),
    registered: (await must(node, 'curl', '-s', 'http://127.0.0.1:8500/v1/agent/services')).includes(
      app.name,
    ),
  };
}

const sign = async (node: NodeName, text: string) =>
  expect((await through(node, { host: HOST, path: '/notes', form: { text } })).status).toBe(201);

/** The app serves through every node, with these notes, and only its master runs it. */
async function expectAt(master: NodeName, slave: NodeName | null, notes: string[]): Promise<void> {
  const now = await record(app.name);
  expect(now).toMatchObject({ master, slave });
  for (const node of NODES) {
    const page = await through(node, { host: HOST, path: '/notes' });
    expect([page.status, page.body]).toEqual([200, notes.map((note) => `text=${note}\n`).join('')]);
    const isMaster = node === master;
    expect({ node, ...(await held(node)) }).toMatchObject({
      node,
      containers: isMaster ? 1 : 0,
      volumes: isMaster ? 1 : 0,
      folders: isMaster || node === slave ? [`${app.name}-${now?.deploy_id}`] : [],
      registered: isMaster,
    });
  }
}

describe('an app with its data', () => {
  it('swaps its master and its slave', async () => {
    await sign('node3', 'one');
    await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1');
    await expectAt('node2', 'node1', ['one']);
    expect((await held('node1')).snapshots).toBe(true);
  });

  it('goes back, sending only what changed', async () => {
    await sign('node1', 'two');
    await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2');
    await expectAt('node1', 'node2', ['one', 'two']);
  });

  it('goes to a third node without a slave', async () => {
    await sign('node2', 'three');
    await deploy('node2', app.http, '--master', 'node3');
    await expectAt('node3', null, ['one', 'two', 'three']);
    expect((await held('node1')).snapshots).toBe(true);
  });

  it('stays where it is, with its data, when the new release does not come up elsewhere', async () => {
    await sign('node1', 'four');
    const before = await record(app.name);
    await publish('move', { release: 'broken', files: { 'server.pl': 'die "no luck\\n";' } });
    const { exitCode, stderr } = await covey(
      'node2',
      'deploy',
      app.http,
      'master',
      '--master',
      'node1',
      '--slave',
      'node2',
    );
    expect(stderr).toMatch(/no luck/);
    expect(exitCode).not.toBe(0);
    expect(await record(app.name)).toEqual(before);
    await expectAt('node3', null, ['one', 'two', 'three', 'four']);
  });
});
