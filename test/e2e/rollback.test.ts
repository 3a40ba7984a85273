import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { coordinatorDies } from './coordinator.ts';
import { arm, disarm } from './faulty.ts';
import { expectAt, sign } from './placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  dropSnapshots,
  must,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const HOST = 'rollback.lab';
const deployment = ['--master', 'node1', '--slave', 'node2'];
let app: PublishedApp;

/** Runs a verb on node3, which has no role, and wants it to succeed. */
async function run(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await covey('node3', ...args);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}
/** A new commit that says which release it is, deployed. */
async function release(text: string): Promise<void> {
  app = await publish('rollback', { compose: composeFile(HOST), release: text });
  await deploy('node3', app.http, ...deployment);
}
/** What visitors see through every node, and nothing is left where it does not belong. */
async function serves(text: string, ...notes: string[]): Promise<void> {
  expect((await through('node2', { host: HOST, path: '/release' })).body).toBe(`${text}\n`);
  await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes });
}
async function image(): Promise<string> {
  const [container = ''] = (
    await must(
      'node1',
      'docker',
      'ps',
      '--quiet',
      '--filter',
      `label=com.docker.compose.project=${app.project}`,
    )
  ).split('\n');
  return (await must('node1', 'docker', 'inspect', '--format', '{{.Image}}', container)).trim();
}

interface Row {
  deployId: string;
  endedAt: number;
  missing: string[];
  hasImages: boolean;
}
async function listed(): Promise<Row[]> {
  return (JSON.parse(await run('releases', app.name, '--json')) as { releases: Row[] }).releases;
}

let images: string[];
let first = '';

beforeAll(async () => {
  app = await publish('rollback', { compose: composeFile(HOST), release: 'one' });
  await destroy(app.http);
  await dropSnapshots(app);
  await deploy('node3', app.http, ...deployment);
  await sign('node3', HOST, 'first');
  const one = await image();
  first = String((await record(app.name))?.deploy_id);
  await release('two');
  await sign('node3', HOST, 'second');
  images = [one, await image()];
  expect(images[1]).not.toBe(one);
});
afterEach(() => disarm('node3'));
afterAll(async () => {
  await on('node3', ['docker', 'start', 'covey-peer']);
  await destroy(app.http);
  const kept = await must('node1', 'docker', 'images', '--quiet', `covey-kept/${app.project}`);
  expect(kept).toBe('');
  expect((await on('node1', ['consul', 'kv', 'get', `covey/releases/${app.name}`])).exitCode).not.toBe(0);
});

describe('a rollback', () => {
  it('shows what it does and gives up, asks, and changes nothing by that', async () => {
    const rows = await listed();
    expect(rows.map(({ deployId }) => deployId)).toEqual([first, (await record(app.name))?.deploy_id]);
    expect(rows.every(({ missing, hasImages }) => missing.length === 0 && hasImages)).toBe(true);
    const plan = await run('rollback', app.name, '--plan');
    expect(plan).toMatch(new RegExp(`${app.name} goes from [0-9a-f]{10} .*back to [0-9a-f]{10} `));
    expect(plan).toMatch(new RegExp(`${app.project}_data goes back to ${app.project}_data@.* is given up`));
    expect(plan).not.toContain('built anew');
    expect((await covey('node3', 'rollback', app.name)).stderr).toMatch(/Nobody is there to confirm/);
    await serves('two', 'first', 'second');
  });

  it('that fails leaves the release with its data', async () => {
    await arm('node3', 'end:health@node1', 'fail');
    const { exitCode, stderr } = await covey('node3', 'rollback', app.name, '--yes');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Everything is as it was.')]);
    await serves('two', 'first', 'second');
    expect(await image()).toBe(images[1]);
  });

  it('is undone when its coordinator dies', async () => {
    const command = ['rollback', app.name, '--yes'];
    await coordinatorDies({ node: 'node3', point: 'end:restore@node1', command, of: app });
    await serves('two', 'first', 'second');
  });

  it('brings code, data and images back, and the same again brings forth what it gave up', async () => {
    await run('rollback', app.name, '--yes');
    await serves('one', 'first');
    expect(await image()).toBe(images[0]);
    await run('rollback', app.name, '--yes');
    await serves('two', 'first', 'second');
    expect(await image()).toBe(images[1]);
  });

  it('of the code leaves the data, and one of the data the code', async () => {
    await run('rollback', app.name, '--to', first.slice(0, 8), '--code-only', '--yes');
    await serves('one', 'first', 'second');
    await run('rollback', app.name, '--to', first, '--data-only', '--yes');
    await serves('one', 'first');
  });
});
