import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { expectAt, expectRoles, held, sign } from './placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  on,
  type PublishedApp,
  publish,
  through,
} from './support.ts';

const HOST = 'transitions.lab';
let app: PublishedApp;
let other: PublishedApp;

/** The usual app with these volumes, all of them ours. */
const withVolumes = (...names: string[]) =>
  composeFile(HOST)
    .replace('["data:/data"]', JSON.stringify(names.map((name) => `${name}:/${name}`)))
    .replace(/volumes:\n {2}data:\n.*\n/, `volumes:\n${names.map(driven).join('')}`);
const driven = (name: string) => `  ${name}:\n    driver: anybox/buttervolume:latest\n`;

const volumes = async (node: string) =>
  (await must(node, 'ls', '/var/lib/buttervolume/volumes'))
    .split('\n')
    .filter((name) => name.startsWith(`${app.project}_`));

beforeAll(async () => {
  app = await publish('transitions');
  other = await publish('transitions-other');
  await Promise.all([app, other].map(({ http }) => destroy(http)));
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
  await sign('node3', HOST, 'one');
});
afterAll(async () => {
  await Promise.all([app, other].map(({ http }) => destroy(http)));
});

describe('an app', () => {
  it('gets another slave, and the one it had keeps nothing but snapshots', async () => {
    await deploy('node2', app.http, '--master', 'node1', '--slave', 'node3');
    await expectAt(app, HOST, { master: 'node1', slave: 'node3', notes: ['one'] });
  });

  it('loses its slave', async () => {
    await deploy('node2', app.http, '--master', 'node1');
    await expectAt(app, HOST, { master: 'node1', slave: null, notes: ['one'] });
  });

  it('moves with a volume that it adds, which begins empty', async () => {
    await publish('transitions', { compose: withVolumes('data', 'more') });
    await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1');
    expect(await volumes('node2')).toEqual([`${app.project}_data`, `${app.project}_more`]);
    expect(await volumes('node1')).toEqual([]);
    expect((await through('node1', { host: HOST, path: '/notes' })).body).toBe('text=one\n');
  });

  it('moves without a volume that it no longer declares, of which a snapshot stays', async () => {
    await publish('transitions', { compose: withVolumes('data') });
    const { stdout } = await deploy('node3', app.http, '--master', 'node3', '--slave', 'node2');
    expect(stdout).toContain(`${app.project}_more is no longer declared`);
    expect(await volumes('node3')).toEqual([`${app.project}_data`]);
    expect(await volumes('node2')).toEqual([]);
    const snapshots = await must('node2', 'ls', '/var/lib/buttervolume/snapshots');
    expect(snapshots).toContain(`${app.project}_more@`);
    expect((await through('node1', { host: HOST, path: '/notes' })).body).toBe('text=one\n');
  });

  it('moves while another one moves the other way', async () => {
    await deploy('node1', other.http, '--master', 'node1', '--slave', 'node3');
    await Promise.all([
      deploy('node1', app.http, '--master', 'node1', '--slave', 'node3'),
      deploy('node2', other.http, '--master', 'node3', '--slave', 'node1'),
    ]);
    await expectAt(app, HOST, { master: 'node1', slave: 'node3', notes: ['one'] });
    await expectRoles(other);
  });
});

describe('the same app asked for twice at once', () => {
  it('moves twice, one after the other, where the second waits', async () => {
    await Promise.all([
      deploy('node1', app.http, '--master', 'node2', '--slave', 'node1', '--wait'),
      deploy('node3', app.http, '--master', 'node2', '--slave', 'node1', '--wait'),
    ]);
    await expectAt(app, HOST, { master: 'node2', slave: 'node1', notes: ['one'] });
  });
});

describe('all machines lose their power at once', () => {
  it('and every app is back with its data', async () => {
    await sign('node1', HOST, 'two');
    await Promise.all(NODES.map((node) => lab.kill(node)));
    await Promise.all(NODES.map((node) => lab.start(node)));
    for (const node of NODES) {
      await eventually(
        () => covey(node, 'health'),
        ({ exitCode }) => exitCode === 0,
        180_000,
      );
    }
    await eventually(
      () => on('node1', ['covey', 'status']),
      ({ stdout }) => stdout.includes('All is well.'),
      180_000,
    );
    for (const node of NODES) {
      const page = await eventually(
        () => through(node, { host: HOST, path: '/notes' }),
        ({ status }) => status === 200,
        60_000,
      );
      expect(page.body).toBe('text=one\ntext=two\n');
    }
    await expectRoles(app);
    await expectRoles(other);
    expect((await held(app, 'node2')).containers).toBe(1);
  });
});
