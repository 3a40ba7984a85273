import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { formatStamp } from '../../src/volumes/snapshot-name.ts';
import { buttervolume, originalApp, v1Site } from './inherited.ts';
import { expectAt, sign } from './placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  NODES,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const HOST = 'inherited.lab';
const HOUR = 3_600_000;
const MB = 1024 * 1024;
const DATA_MB = 4;
/** Dates as Buttervolume writes them, in the time of a node two hours east of Greenwich. */
const hoursAgo = (hours: number) => formatStamp((Date.now() - hours * HOUR + 2 * HOUR) * 1000);
const LONG_AGO = '2018-01-02T03:04:05.000006';
const SENT = hoursAgo(30);
const LAST = hoursAgo(5);

let app: PublishedApp;
let volume: string;
let store: ReturnType<typeof buttervolume>;
let slaveHost: string;
let original: Record<string, unknown>;
let container: string;
let compose: string;

/** The app answers through every node, with these notes. */
async function serves(notes: string): Promise<void> {
  for (const node of NODES) {
    const page = await eventually(
      () => through(node, { host: HOST, path: '/notes' }),
      ({ status }) => status === 200,
      120_000,
    );
    expect(page.body).toBe(notes);
  }
}
const started = () =>
  must('node1', 'docker', 'inspect', '-f', '{{.Id}} {{.State.StartedAt}}', `${app.project}_web_1`);

beforeAll(async () => {
  const site = v1Site(HOST, '$CONTAINER').replaceAll('\n', '\n        ');
  compose = composeFile(HOST).replace(/ {8}http:[^}]*}/, `        # caddy v1\n        ${site}`);
  app = await publish('inherited', { compose });
  volume = `${app.project}_data`;
  store = buttervolume(volume);
  slaveHost = await lab.address('node2');
  await destroy(app.http);
  await dropSnapshots(app);
  await store.drop('node1');
  await store.create('node1');
  await store.fill('node1', DATA_MB);
  await store.write('node1', 'text=first\n');
  await store.snapshot('node1', LONG_AGO);
  await store.mark('node1', LONG_AGO, slaveHost);
  await store.snapshot('node1', SENT);
  await store.send('node1', 'node2', SENT);
  expect(await store.exclusive('node2', SENT)).toBeGreaterThanOrEqual(DATA_MB * MB);
  await store.mark('node1', SENT, slaveHost);
  await store.write('node1', 'text=first\ntext=second\n');
  await store.snapshot('node1', LAST);
  await store.write('node1', 'text=first\ntext=second\ntext=third\n');
  original = await originalApp(app, { host: HOST, master: 'node1', slave: 'node2', volume });
  container = await started();
});
afterAll(async () => {
  await destroy(app.http);
  await dropSnapshots(app);
});

describe('an app of the original, where peers are started', () => {
  it('runs on, untouched, and is served through every node', async () => {
    await must('node1', 'docker', 'restart', 'covey-peer');
    await eventually(
      () => covey('node1', 'health'),
      ({ exitCode }) => exitCode === 0,
    );
    await serves('text=first\ntext=second\ntext=third\n');
    expect(await started()).toBe(container);
    expect(await record(app.name)).toEqual(original);
  });

  it('has the snapshots that Buttervolume made, as they lie', async () => {
    const { stdout } = await covey('node3', 'snapshots', app.name, '--json');
    const { snapshots } = JSON.parse(stdout) as {
      snapshots: { node: string; name: string; kind: string; mark: string }[];
    };
    const own = snapshots.filter(
      ({ name }) => name.includes(LONG_AGO) || /@(.*)/.exec(name)?.[1] === LAST || name.includes(SENT),
    );
    expect(own.map(({ node, name, kind, mark }) => [node, name, kind, mark])).toEqual([
      ['node1', `${volume}@${LONG_AGO}`, 'plain', ''],
      ['node1', `${volume}@${LONG_AGO}@${slaveHost}`, 'sent', slaveHost],
      ['node1', `${volume}@${SENT}`, 'plain', ''],
      ['node2', `${volume}@${SENT}`, 'plain', ''],
      ['node1', `${volume}@${SENT}@${slaveHost}`, 'sent', slaveHost],
      ['node1', `${volume}@${LAST}`, 'plain', ''],
    ]);
  });

  it('is replicated as an increment of what Buttervolume sent', async () => {
    const names = () => must('node2', 'ls', '/var/lib/buttervolume/snapshots');
    await eventually(
      async () => (await names()).split('\n').filter((name) => name.startsWith(`${volume}@`)),
      ({ length }) => length > 1,
    );
    expect(await store.exclusive('node2', SENT)).toBeLessThan(MB);
  });

  it('loses to a purge what is too old, and neither the last marker nor what is young', async () => {
    const remove = async () => {
      const { stdout } = await covey('node3', 'volumes', app.name, '--retention', '--json');
      const { retention } = JSON.parse(stdout) as { retention: Record<string, unknown>[] };
      return retention.map(({ node, held, remove }) => ({ node, held, remove }));
    };
    await eventually(remove, (rows) => rows.every(({ held }) => held === ''));
    expect(await remove()).toEqual([
      {
        node: 'node1',
        held: '',
        remove: [`${volume}@${LONG_AGO}`, `${volume}@${LONG_AGO}@${slaveHost}`],
      },
      { node: 'node2', held: '', remove: [] },
    ]);
    expect(await started()).toBe(container);
  });

  it('comes back when its machine was off, under the name that its routes lead to', async () => {
    await lab.kill('node1');
    await lab.start('node1');
    await serves('text=first\ntext=second\ntext=third\n');
    expect(await record(app.name)).toEqual(original);
  });

  it('does not keep Docker waiting for its driver while that is not there yet', async () => {
    // A copy under another name, as the driver itself is known to an engine that has used it.
    const folder = '/etc/docker/plugins';
    await must('node1', 'cp', `${folder}/anybox/buttervolume:latest.json`, `${folder}/covey-absent.json`);
    const began = Date.now();
    const { stderr } = await on('node1', [
      'docker',
      'volume',
      'create',
      '--driver',
      'covey-absent',
      'absent',
    ]);
    await must('node1', 'rm', `${folder}/covey-absent.json`);
    expect(stderr).toContain('the peer of covey does not run on this node');
    // Docker looks for a driver that is not there at all for 15 s.
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('runs on where a first deploy by covey fails', async () => {
    await publish('inherited', { compose, files: { 'server.pl': 'die "no luck\\n";' } });
    const args = ['--master', 'node1', '--slave', 'node2', '--wait'];
    const { stderr } = await covey('node3', 'deploy', app.http, 'master', ...args);
    expect(stderr).toMatch(/no luck.*Everything is as it was\./s);
    await serves('text=first\ntext=second\ntext=third\n');
    expect(await record(app.name)).toEqual(original);
    await publish('inherited', { compose, release: 'two' });
  });

  it('goes back to a snapshot of Buttervolume, by its name', async () => {
    const restored = await covey('node3', 'restore', app.name, '--snapshot', `${volume}@${LAST}`, '--yes');
    expect([restored.exitCode, restored.stderr]).toEqual([0, '']);
    await serves('text=first\ntext=second\n');
    expect(await record(app.name)).toEqual(original);
  });

  it('is deployed over, to its slave, with its data', async () => {
    await sign('node2', HOST, 'fourth');
    await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1', '--wait');
    await expectAt(app, HOST, { master: 'node2', slave: 'node1', notes: ['first', 'second', 'fourth'] });
  });
});
