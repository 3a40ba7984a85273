import { afterAll, beforeAll, expect, it } from 'vitest';
import { held, sign } from '../e2e/placement.ts';
import {
  covey,
  deploy,
  destroy,
  eventually,
  must,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from '../e2e/support.ts';

const HOST = 'lost-volume.lab';
const STORE = '/var/lib/buttervolume';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('lost-volume');
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
  await sign('node2', HOST, 'one');
});
afterAll(() => destroy(app.http));

it('an app whose volume is lost is not started on nothing, but as soon as the volume is back', async () => {
  const volume = `${app.project}_data`;
  const snapshot = `${STORE}/snapshots/${volume}@2001-02-03T04:05:06.000007`;
  const before = await record(app.name);
  await must('node1', 'docker', 'kill', 'covey-peer');
  await must('node1', 'docker', 'rm', '--force', `${app.project}-web-1`);
  await must('node1', 'btrfs', 'subvolume', 'snapshot', '-r', `${STORE}/volumes/${volume}`, snapshot);
  await must('node1', 'btrfs', 'subvolume', 'delete', `${STORE}/volumes/${volume}`);
  await must('node1', 'docker', 'start', 'covey-peer');

  const says = `node1 is the master and has lost ${volume}`;
  await eventually(
    () => on('node1', ['docker', 'logs', '--since', '5m', 'covey-peer']),
    ({ stdout }) => stdout.includes(says),
  );
  for (const master of ['node1', 'node3']) {
    const { exitCode, stderr } = await covey(
      ...['node3', 'deploy', app.http, 'master', '--master', master, '--slave', 'node2', '--wait'],
    );
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(says)]);
    expect(stderr).toContain('--master node2 --from-replica');
  }
  expect(await record(app.name)).toEqual(before);
  expect(await held(app, 'node1')).toMatchObject({ containers: 0, volumes: 0 });

  await must('node1', 'btrfs', 'subvolume', 'snapshot', snapshot, `${STORE}/volumes/${volume}`);
  const page = await eventually(
    () => through('node3', { host: HOST, path: '/notes' }),
    ({ status }) => status === 200,
  );
  expect(page.body).toBe('text=one\n');
});
