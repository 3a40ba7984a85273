import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { cutOffGit, joinGit } from './faulty.ts';
import { expectAt, held, sign } from './placement.ts';
import {
  covey,
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  NODES,
  type NodeName,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const HOST = 'takeover.lab';
let app: PublishedApp;

const aliveAs = (observer: NodeName, node: NodeName, state: string) =>
  eventually(
    async () => (await must(observer, 'covey', 'nodes')).split('\n').find((line) => line.startsWith(node)),
    (line) => line?.includes(state) ?? false,
    120_000,
  );
const isBack = (node: NodeName) =>
  eventually(
    () => covey(node, 'health'),
    ({ exitCode }) => exitCode === 0,
    180_000,
  );
const takeOver = (from: NodeName, master: NodeName, ...more: string[]) =>
  covey(from, 'deploy', app.http, 'master', '--master', master, '--from-replica', ...more);
/** The node holds nothing of the app but snapshots. */
const isLeft = (node: NodeName) =>
  eventually(
    () => held(app, node),
    ({ containers, volumes, folders, registered }) =>
      containers + volumes + folders.length === 0 && !registered,
    120_000,
  );

beforeAll(async () => {
  app = await publish('takeover');
  await destroy(app.http);
  // Those of an earlier run would be replicas, too.
  await dropSnapshots(app);
  // The old master keeps the state that it sent: a replica, until node2 writes on.
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
  await sign('node3', HOST, 'one');
  await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1');
  // The first replication comes right after the move, the next one an hour later: what is written now has to come between them.
  await eventually(
    async () => JSON.parse((await covey('node2', 'volumes', app.name, '--json')).stdout),
    ({ volumes: [volume] }) => volume.lagMs >= 0,
  );
  await sign('node3', HOST, 'later');
});
afterAll(async () => {
  await lab.heal('node1');
  await joinGit();
  await Promise.all(NODES.map(isBack));
  await Promise.all(NODES.map((node) => aliveAs('node3', node, 'alive')));
  await destroy(app.http);
});

describe('a takeover from the replica', () => {
  it('is refused while the master is alive', async () => {
    const { exitCode, stderr } = await takeOver('node3', 'node1', '--yes');
    expect(stderr).toMatch(/node2.* is alive/);
    expect(exitCode).not.toBe(0);
  });

  it('shows how old the data is, asks, and changes nothing until then', async () => {
    const before = await record(app.name);
    await lab.kill('node2');
    await aliveAs('node3', 'node2', 'failed');
    const plain = await covey('node3', 'deploy', app.http, 'master', '--master', 'node1');
    expect(plain.stderr).toMatch(/node2.* is dead or cut off[\s\S]*--from-replica/);
    const asked = await takeOver('node3', 'node1');
    expect(asked.stderr).toMatch(/Nobody is there to confirm/);
    const { stdout } = await takeOver('node3', 'node1', '--plan');
    expect(stdout).toMatch(/the newest replica on node1 is .* old \(.*_data@/);
    expect(await record(app.name)).toEqual(before);
    const other = await takeOver('node1', 'node3', '--yes');
    expect(other.stderr).toMatch(/node3 holds no replica[\s\S]*The slave is node1/);
  });

  it('runs the app on what was replicated last, though git went with the machine', async () => {
    const before = await record(app.name);
    await cutOffGit(app, 'node1', 'node3');
    const { exitCode, stderr, stdout } = await takeOver('node3', 'node1', '--yes');
    await joinGit(['node1', 'node3']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('node1 runs the release that it has');
    expect((await record(app.name))?.commit).toBe(before?.commit);
    expect(await record(app.name)).toMatchObject({ master: 'node1', slave: null });
    await sign('node3', HOST, 'two');
  });

  it('is respected by the old master when it is back: its newer data is kept and named', async () => {
    await lab.start('node2');
    await isBack('node2');
    await isLeft('node2');
    await expectAt(app, HOST, { master: 'node1', slave: null, notes: ['one', 'two'] });
    const snapshots = await must('node2', 'ls', '/var/lib/buttervolume/snapshots');
    const mine = snapshots.split('\n').filter((name) => name.startsWith(`${app.project}_data@`));
    const diverged = mine.findLast((name) => name.endsWith('@+diverged'));
    const notes = await must('node2', 'cat', `/var/lib/buttervolume/snapshots/${diverged}/notes`);
    expect(notes).toBe('text=one\ntext=later\n');
    await eventually(
      () => covey('node3', 'status'),
      ({ stdout }) => diverged !== undefined && stdout.includes(diverged),
    );
  });

  it('holds also for a master that was only cut off, and goes on running', async () => {
    await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
    await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1');
    await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
    await lab.partition('node1');
    await aliveAs('node3', 'node1', 'failed');
    const { exitCode, stderr } = await takeOver('node3', 'node2', '--slave', 'node3', '--yes');
    expect([exitCode, stderr]).toEqual([0, '']);
    await sign('node3', HOST, 'three');
    expect((await held(app, 'node1')).containers).toBe(1);
    await lab.heal('node1');
    await aliveAs('node3', 'node1', 'alive');
    await isLeft('node1');
    // It has just heard of the new master: its routes follow.
    await eventually(
      () => through('node1', { host: HOST, path: '/notes' }),
      ({ body }) => body.includes('three'),
    );
    await expectAt(app, HOST, { master: 'node2', slave: 'node3', notes: ['one', 'two', 'three'] });
  });
});
