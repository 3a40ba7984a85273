import { afterAll, beforeAll, expect, it } from 'vitest';
import { arm, disarm } from './faulty.ts';
import { expectAt, sign } from './placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  type PublishedApp,
  publish,
} from './support.ts';

const HOST = 'created.lab';
const VOLUMES = '/var/lib/buttervolume/volumes';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('created', { compose: composeFile(HOST) });
  await destroy(app.http);
  await dropSnapshots(app);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
  await sign('node1', HOST, 'one');
});
afterAll(async () => {
  for (const node of ['node2', 'node3'] as const) await disarm(node);
  await destroy(app.http);
});

/** Id and state of the app's container on the new master. */
const container = async () => {
  const format = '{{.ID}} {{.State}}';
  const filter = `label=com.docker.compose.project=${app.project}`;
  const list = ['docker', 'ps', '--all', '--no-trunc'];
  const said = await must('node2', ...list, '--filter', filter, '--format', format);
  return said.trim().split(' ');
};
const volumes = async () =>
  (await must('node2', 'ls', '-A', VOLUMES))
    .split('\n')
    .filter((name) => name.includes(app.project))
    .sort();

const MOVE = ['--master', 'node2', '--slave', 'node1', '--wait'];
const volume = () => `${app.project}_data`;

it('a move starts the containers that it made while the app still ran', async () => {
  const point = await arm('node3', 'begin:hold@node1', 'wait');
  const moving = deploy('node3', app.http, ...MOVE);
  await point.reached();
  const [id = '', state] = await container();
  expect(state).toBe('created');
  expect(await volumes()).toEqual([`.provisional@${volume()}`, volume()]);
  // Nothing may run on it before the data is there.
  await expect(must('node2', 'docker', 'start', id)).rejects.toThrow('whose master is node1');
  await sign('node3', HOST, 'two');
  await point.release();
  await moving;
  expect(await container()).toEqual([id, 'running']);
  expect(await volumes()).toEqual([volume()]);
  await expectAt(app, HOST, { master: 'node2', slave: 'node1', notes: ['one', 'two'] });
  const snapshots = (await must('node2', 'ls', '/var/lib/buttervolume/snapshots')).split('\n');
  expect(snapshots.filter((name) => name.startsWith(volume()) && name.includes('@+'))).toEqual([]);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
});

const stays = () => expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one', 'two'] });
const refused = async (moving: Promise<{ exitCode: number }>) => expect((await moving).exitCode).not.toBe(0);
const move = () => covey('node3', 'deploy', app.http, 'master', ...MOVE);

it('one that is undone afterwards leaves nothing of it', async () => {
  await arm('node3', 'end:create@node2', 'fail');
  await refused(move());
  await stays();
});

it('nor does one whose new master loses its peer at that', async () => {
  const point = await arm('node2', 'ran:create', 'wait');
  const moving = move();
  await point.reached();
  await must('node2', 'docker', 'kill', 'covey-peer');
  await refused(moving);
  await point.release();
  await must('node2', 'docker', 'start', 'covey-peer');
  await eventually(
    () => covey('node2', 'health'),
    ({ exitCode }) => exitCode === 0,
    180_000,
  );
  await stays();
});
