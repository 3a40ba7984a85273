import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { coordinatorDies } from './coordinator.ts';
import { disarm } from './faulty.ts';
import { expectAt, sign } from './placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const HOST = 'snapshots.lab';
const STORE = '/var/lib/buttervolume';
let app: PublishedApp;
let volume: string;

/** Runs a verb on node3, which has no role, and wants it to succeed. */
async function run(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await covey('node3', ...args);
  expect([exitCode, stderr]).toEqual([0, '']);
  return stdout;
}
/** The names that an operation says it kept. */
const keptBy = (stdout: string) =>
  stdout.split('\n').flatMap((line) => (line.startsWith('kept ') ? [line.slice('kept '.length)] : []));
const notesIn = (node: NodeName, snapshot: string) =>
  must(node, 'cat', `${STORE}/snapshots/${snapshot}/notes`);
const serves = (...notes: string[]) => expectAt(app, HOST, { master: 'node1', slave: 'node2', notes });

interface Row {
  node: string;
  name: string;
  kind: string;
  mark: string;
  newest: boolean;
}
async function listed(): Promise<Row[]> {
  return (JSON.parse(await run('snapshots', app.name, '--json')) as { snapshots: Row[] }).snapshots;
}

beforeAll(async () => {
  // It ends again and again where its data says so.
  const command = `command: ["sh", "-c", "test ! -e /data/broken && exec perl /srv/server.pl"]`;
  const compose = composeFile(HOST).replace('build: .', `build: .\n    ${command}`);
  app = await publish('snapshots', { compose });
  volume = `${app.project}_data`;
  await destroy(app.http);
  await dropSnapshots(app);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
  await sign('node3', HOST, 'one');
  // The first replication makes a snapshot; the next one is an hour away.
  await eventually(
    async () =>
      (JSON.parse(await run('volumes', app.name, '--json')) as { volumes: { lagMs: number }[] }).volumes,
    ([row]) => row !== undefined && row.lagMs >= 0,
  );
});
afterEach(() => disarm('node3'));
afterAll(async () => {
  await on('node3', ['docker', 'start', 'covey-peer']);
  await on('node1', ['btrfs', 'subvolume', 'delete', `${STORE}/volumes/snapshots-trial`]);
  await on('node1', ['btrfs', 'subvolume', 'delete', `${STORE}/volumes/snapshots-rescue`]);
  await destroy(app.http);
});

let first: string;

describe('a restore', () => {
  it('brings back what there was at the newest snapshot, and puts the later notes aside', async () => {
    [first = ''] = keptBy(await run('snapshot', app.name));
    expect(first).toContain(`${volume}@`);
    await sign('node3', HOST, 'two');
    const before = await record(app.name);
    const plan = await run('restore', app.name, '--snapshot', first, '--plan');
    expect(plan).toMatch(new RegExp(`${volume} goes back to ${volume}@.* old\\.`));
    const asked = await covey('node3', 'restore', app.name);
    expect(asked.stderr).toMatch(/Nobody is there to confirm/);
    await serves('one', 'two');

    const [kept = ''] = keptBy(await run('restore', app.name, '--snapshot', first, '--yes'));
    await serves('one');
    expect(kept).toMatch(/@\+before-restore$/);
    expect(await notesIn('node1', kept)).toBe('text=one\ntext=two\n');
    expect(await record(app.name)).toEqual(before);
  });

  it('is the newest on the slave too, at once', async () => {
    const newest = (await listed()).filter((row) => row.newest);
    expect(newest.map(({ node }) => node).sort()).toEqual(['node1', 'node2']);
    for (const { node, name } of newest) expect(await notesIn(node as NodeName, name)).toBe('text=one\n');
  });

  it('takes the same state when it is asked for the newest again', async () => {
    await sign('node3', HOST, 'three');
    const [kept = ''] = keptBy(await run('restore', app.name, '--yes'));
    await serves('one');
    expect(await notesIn('node1', kept)).toBe('text=one\ntext=three\n');
    await run('restore', app.name, '--snapshot', kept, '--yes');
    await serves('one', 'three');
  });

  it('whose state does not let the app become healthy is undone', async () => {
    await must('node1', 'touch', `${STORE}/volumes/${volume}/broken`);
    const [broken = ''] = keptBy(await run('snapshot', app.name));
    await must('node1', 'rm', `${STORE}/volumes/${volume}/broken`);
    await sign('node3', HOST, 'four');
    const { exitCode, stderr } = await covey('node3', 'restore', app.name, '--snapshot', broken, '--yes');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Everything is as it was.')]);
    await serves('one', 'three', 'four');
  });

  const dies = (point: string) => ({
    node: 'node3' as const,
    point,
    command: ['restore', app.name, '--snapshot', first, '--yes'],
    of: app,
  });

  it('is undone by the others when its coordinator dies', async () => {
    const seen = () => through('node2', { host: HOST, path: '/notes' });
    const meanwhile = () => eventually(seen, ({ body }) => body.includes('four'), 180_000);
    await coordinatorDies({ ...dies('end:restore@node1'), meanwhile });
    await serves('one', 'three', 'four');
  });

  it('is undone where its coordinator dies later, and is back', async () => {
    await coordinatorDies(dies('begin:health@node1'));
    await serves('one', 'three', 'four');
  });

  it('into another volume leaves the app alone', async () => {
    await run('restore', app.name, '--snapshot', first, '--to', 'snapshots-rescue', '--yes');
    expect(await must('node1', 'cat', `${STORE}/volumes/snapshots-rescue/notes`)).toBe('text=one\n');
    const taken = await covey('node3', 'restore', app.name, '--to', volume, '--yes');
    expect([taken.exitCode, taken.stderr]).toEqual([
      72,
      expect.stringContaining(`is a volume of ${app.name}`),
    ]);
  });
});

it('a clone is a writable copy, and takes nobody’s place', async () => {
  const cloning = ['clone', app.name, '--volume', 'data', '--to', 'snapshots-trial'];
  await run(...cloning);
  const notes = `${STORE}/volumes/snapshots-trial/notes`;
  await must('node1', 'sh', '-c', 'echo text=trial >> "$0"', notes);
  expect(await must('node1', 'cat', notes)).toBe('text=one\ntext=three\ntext=four\ntext=trial\n');
  expect((await covey('node3', ...cloning)).exitCode).toBe(73);
  const page = await through('node3', { host: HOST, path: '/notes' });
  expect(page.body).toBe('text=one\ntext=three\ntext=four\n');
});

it('the list has those of all nodes, each with what it is, also of an app that was destroyed', async () => {
  const rows = await listed();
  expect(new Set(rows.map(({ node }) => node))).toEqual(new Set(['node1', 'node2']));
  expect(rows.find(({ name }) => name === first)).toMatchObject({ kind: 'plain' });
  expect(rows.some(({ kind, mark }) => kind === 'aside' && mark === 'before-restore')).toBe(true);
  await destroy(app.http);
  expect((await listed()).length).toBeGreaterThanOrEqual(rows.length);
});
