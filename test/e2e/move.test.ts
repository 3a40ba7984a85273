import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAt, held, sign } from './placement.ts';
import { covey, deploy, destroy, type NodeName, type PublishedApp, publish, record } from './support.ts';

const HOST = 'move.lab';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('move');
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
});
afterAll(() => destroy(app.http));

const expectHere = (master: NodeName, slave: NodeName | null, notes: string[]) =>
  expectAt(app, HOST, { master, slave, notes });

describe('an app with its data', () => {
  it('swaps its master and its slave', async () => {
    await sign('node3', HOST, 'one');
    await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1');
    await expectHere('node2', 'node1', ['one']);
    expect((await held(app, 'node1')).snapshots).toBe(true);
  });

  it('goes back, sending only what changed', async () => {
    await sign('node1', HOST, 'two');
    await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2');
    await expectHere('node1', 'node2', ['one', 'two']);
  });

  it('goes to a third node without a slave', async () => {
    await sign('node2', HOST, 'three');
    await deploy('node2', app.http, '--master', 'node3');
    await expectHere('node3', null, ['one', 'two', 'three']);
    expect((await held(app, 'node1')).snapshots).toBe(true);
  });

  it('stays where it is, with its data, when the new release does not come up elsewhere', async () => {
    await sign('node1', HOST, 'four');
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
    await expectHere('node3', null, ['one', 'two', 'three', 'four']);
  });
});
