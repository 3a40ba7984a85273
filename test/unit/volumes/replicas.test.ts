import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openReplicas } from '../../../src/volumes/replicas.ts';

const NOTHING = { equalAt: 0, snapshot: null, failure: null, pending: null };

let folder: string;
let errors: string[];
const logger = { error: (message: string) => errors.push(message) };
beforeEach(async () => {
  errors = [];
  folder = await mkdtemp(path.join(tmpdir(), 'covey-replicas-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('are known for each volume and peer, also after a restart', async () => {
  const replicas = await openReplicas(folder, logger);
  await Promise.all([
    replicas.begun('db', 'node2', { snapshot: 'db@2', at: 20 }),
    replicas.failed('db', 'node2', { at: 25, error: 'no route' }),
    replicas.equal('db', 'node3', { at: 10, snapshot: 'db@1' }),
  ]);
  const again = await openReplicas(folder, logger);
  expect(again.of('db', 'node2')).toEqual({
    ...NOTHING,
    failure: { at: 25, error: 'no route', tries: 1 },
    pending: { snapshot: 'db@2', at: 20 },
  });
  expect(again.of('db', 'node3')).toEqual({ ...NOTHING, equalAt: 10, snapshot: 'db@1' });
  expect(again.of('other', 'node2')).toEqual(NOTHING);
});

it('that went well have no failure and nothing pending any more', async () => {
  const replicas = await openReplicas(folder, logger);
  await replicas.begun('db', 'node2', { snapshot: 'db@2', at: 20 });
  await replicas.failed('db', 'node2', { at: 25, error: 'no route' });
  await replicas.equal('db', 'node2', { at: 20, snapshot: 'db@2' });
  expect(replicas.of('db', 'node2')).toEqual({ ...NOTHING, equalAt: 20, snapshot: 'db@2' });
});

it('tell which snapshots they name, of all peers', async () => {
  const replicas = await openReplicas(folder, logger);
  expect(replicas.snapshots('db')).toEqual([]);
  await replicas.equal('db', 'node2', { at: 10, snapshot: 'db@1' });
  await replicas.begun('db', 'node2', { snapshot: 'db@2', at: 20 });
  await replicas.begun('db', 'node3', { snapshot: 'db@3', at: 30 });
  await replicas.equal('files', 'node2', { at: 10, snapshot: 'files@1' });
  expect(replicas.snapshots('db').sort()).toEqual(['db@1', 'db@2', 'db@3']);
});

it('of volumes that are no more are forgotten', async () => {
  const replicas = await openReplicas(folder, logger);
  await replicas.equal('db', 'node2', { at: 1, snapshot: 'db@1' });
  await replicas.equal('files', 'node2', { at: 2, snapshot: 'files@1' });
  await replicas.retain(new Set(['files']));
  expect(Object.keys(JSON.parse(await readFile(path.join(folder, 'replication.json'), 'utf8')))).toEqual([
    'files',
  ]);
});

it('hold in memory where they cannot be written', async () => {
  const replicas = await openReplicas(path.join(folder, 'file'), logger);
  await writeFile(path.join(folder, 'file'), '');
  await expect(replicas.equal('db', 'node2', { at: 1, snapshot: 'db@1' })).rejects.toMatchObject({
    code: 'failed',
  });
  expect(replicas.of('db', 'node2').equalAt).toBe(1);
});

it('that cannot be read begin anew, and say what that means', async () => {
  await writeFile(path.join(folder, 'replication.json'), '{"db": 1}');
  expect((await openReplicas(folder, logger)).of('db', 'node2')).toEqual(NOTHING);
  expect(errors).toEqual([
    `${path.join(folder, 'replication.json')} is not what covey writes there: every volume is replicated once more, as an increment`,
  ]);
});

it('of a node that has left are forgotten, and those of others are not', async () => {
  const replicas = await openReplicas(folder, logger);
  await replicas.equal('db', 'node2', { at: 10, snapshot: 'db@1' });
  await replicas.equal('db', 'node3', { at: 20, snapshot: 'db@2' });
  await replicas.equal('files', 'node2', { at: 20, snapshot: 'files@2' });
  expect(replicas.peers().sort()).toEqual(['node2', 'node3']);
  await replicas.forget('node2');
  const again = await openReplicas(folder, logger);
  expect(again.peers()).toEqual(['node3']);
  expect([again.snapshots('db'), again.snapshots('files')]).toEqual([['db@2'], []]);
});
