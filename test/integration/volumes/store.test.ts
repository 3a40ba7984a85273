import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import {
  createSubvolume,
  isSubvolume,
  setReadonly,
  showSubvolume,
  snapshotSubvolume,
  subvolumesIn,
} from '../../../src/volumes/btrfs.ts';
import { formatSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import { openStore } from '../../../src/volumes/store.ts';
import { beside, reopen, store, useStore } from '../../support/one-store.ts';

useStore();

const file = (volume: string) => path.join(store.volumePath(volume), 'row');
const write = (volume: string, text: string) => writeFile(file(volume), text);
const read = (volume: string) => readFile(file(volume), 'utf8');
const leftovers = async () =>
  (await readdir(path.join(store.root, 'volumes'))).filter((name) => name.startsWith('.'));

it('a snapshot does not take the place of what is there', async () => {
  await store.create('db');
  const [source, target] = [store.volumePath('db'), store.volumePath('taken')];
  await mkdir(target);
  await expect(snapshotSubvolume(source, target, { readonly: true })).rejects.toMatchObject({
    code: 'conflict',
    message: `${target} is already there`,
  });
});

describe('volumes', () => {
  it('are made once, listed and removed, and their snapshots stay', async () => {
    expect(await store.create('db')).toBe(true);
    await write('db', 'one');
    expect(await store.create('db')).toBe(false);
    expect(await read('db')).toBe('one');
    expect(await store.list()).toEqual(['db']);
    const snapshot = await store.snapshot('db');
    expect(await store.remove('db')).toBe(true);
    expect(await store.remove('db')).toBe(false);
    expect(await store.exists('db')).toBe(false);
    expect((await store.snapshots('db')).map(({ name }) => name)).toEqual([snapshot]);
  });

  it('are made once when asked twice at the same time', async () => {
    expect((await Promise.all([store.create('db'), store.create('db')])).sort()).toEqual([false, true]);
  });

  it('have no copy on write when asked so', async () => {
    await store.create('db', { copyOnWrite: false });
    await write('db', 'x');
    expect((await run('lsattr', [file('db')])).stdout.split(' ')[0]).toContain('C');
  });

  it('are not made over a plain folder, nor is that deleted', async () => {
    const folder = path.join(store.root, 'volumes', 'plain');
    await mkdir(folder);
    await writeFile(path.join(folder, 'data'), 'x');
    await expect(store.create('plain')).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.remove('plain')).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.snapshot('plain')).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.list()).toEqual([]);
    expect(await readdir(folder)).toEqual(['data']);
  });

  it('are left out half-made when the caller gives up', async () => {
    await expect(store.create('db', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await readdir(path.join(store.root, 'volumes'))).toEqual([]);
  });
});

it('what the kernel holds of volumes is written out', async () => {
  await store.create('db');
  await writeFile(file('db'), randomBytes(4 * 1024 * 1024));
  const held = async () => (await run('filefrag', ['-v', file('db')])).stdout.includes('delalloc');
  expect(await held()).toBe(true);
  await store.flush();
  expect(await held()).toBe(false);
});

describe('snapshots', () => {
  it('are read-only, and distinct when taken at once', async () => {
    await store.create('db');
    const names = await Promise.all(Array.from({ length: 5 }, () => store.snapshot('db')));
    expect(new Set(names).size).toBe(5);
    for (const name of names)
      expect(await showSubvolume(store.snapshotPath(name))).toMatchObject({ readonly: true });
    const listed = await store.snapshots('db');
    expect(listed.map(({ name }) => name)).toEqual([...names].sort());
    expect(listed[0]?.subvolume.parentUuid).toBe((await showSubvolume(store.volumePath('db'))).uuid);
    expect((await store.newest('db'))?.name).toBe([...names].sort().at(-1));
  });

  it('are named in UTC, and later than names that are ahead of the clock', async () => {
    await store.create('db');
    const before = Date.now() * 1000;
    const first = await store.snapshot('db');
    expect((await store.newest('db'))?.at).toBeGreaterThanOrEqual(before);
    expect((await store.newest('db'))?.at).toBeLessThan(Date.now() * 1000 + 1_000);
    // What the old handler took a moment ago on a machine two hours east of Greenwich.
    const local = formatSnapshotName('db', (Date.now() + 7_200_000) * 1000);
    await rename(store.snapshotPath(first), store.snapshotPath(local));
    await write('db', 'newer');
    const second = await store.snapshot('db');
    expect((await store.newest('db'))?.name).toBe(second);
  });

  it('of another volume with a longer name are not mixed up', async () => {
    await store.create('db');
    await store.create('db2');
    const one = await store.snapshot('db');
    await store.snapshot('db2');
    expect((await store.snapshots('db')).map(({ name }) => name)).toEqual([one]);
    expect((await store.snapshots()).length).toBe(2);
  });

  it('that are sent markers, put aside, undated or half received are never the newest', async () => {
    await store.create('db');
    const plain = await store.snapshot('db');
    const later = formatSnapshotName('db', (Date.now() + 60_000) * 1000);
    for (const name of [`${later}@node2`, 'db@whenever']) {
      await snapshotSubvolume(store.volumePath('db'), store.snapshotPath(name), { readonly: true });
    }
    await store.snapshot('db', { label: 'diverged' });
    await createSubvolume(store.snapshotPath(later));
    expect((await store.newest('db'))?.name).toBe(plain);
    expect((await store.snapshots('db')).map(({ kind }) => kind).sort()).toEqual([
      'aside',
      'plain',
      'plain',
      'sent',
      'undated',
    ]);
  });

  it('are removed one by one; a missing one is no error', async () => {
    await store.create('db');
    const name = await store.snapshot('db');
    expect(await store.removeSnapshot(name)).toBe(true);
    expect(await store.removeSnapshot(name)).toBe(false);
    await expect(store.removeSnapshot('../volumes/db')).rejects.toMatchObject({ code: 'invalid' });
    expect(await store.exists('db')).toBe(true);
  });
});

describe('restore', () => {
  it('takes the newest, keeps what it replaces, and does the same again', async () => {
    await store.create('db');
    await write('db', 'good');
    const good = await store.snapshot('db');
    await write('db', 'bad');
    const { from, kept } = await store.restore('db', null);
    expect(from).toBe(good);
    expect(kept).toMatch(/^db@.*@\+before-restore$/);
    expect(await read('db')).toBe('good');
    await write('db', 'worse');
    expect((await store.restore('db', null)).from).toBe(good);
    expect(await read('db')).toBe('good');
    // And what was replaced comes back by its name.
    await store.restore('db', kept);
    expect(await read('db')).toBe('bad');
    expect(await leftovers()).toEqual([]);
  });

  it('works for a volume that is gone, and to another name', async () => {
    await store.create('db');
    await write('db', 'data');
    const name = await store.snapshot('db');
    await store.remove('db');
    expect(await store.restore('db', name)).toEqual({ from: name, kept: null });
    expect(await store.restore('db', null, { to: 'copy' })).toEqual({ from: name, kept: null });
    await write('copy', 'writable');
    expect([await read('db'), await read('copy')]).toEqual(['data', 'writable']);
  });

  it('without a snapshot is an error that changes nothing', async () => {
    await store.create('db');
    await write('db', 'data');
    await expect(store.restore('db', null)).rejects.toMatchObject({
      code: 'not-found',
      message: 'Volume db has no snapshot to restore',
    });
    await expect(store.restore('db', 'db@2020-01-01T00:00:00.000000')).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await read('db')).toBe('data');
    expect(await store.snapshots('db')).toEqual([]);
  });

  it('keeps nothing where it is told that some snapshot has it', async () => {
    await store.create('db');
    await write('db', 'good');
    const good = await store.snapshot('db');
    expect(await store.restore('db', null, { keep: false })).toEqual({ from: good, kept: null });
    expect((await store.snapshots('db')).map(({ name }) => name)).toEqual([good]);
  });

  it('is ended after a crash: the old state comes back if nothing took its place', async () => {
    await store.create('db');
    await write('db', 'data');
    const volumes = path.join(store.root, 'volumes');
    await rename(path.join(volumes, 'db'), path.join(volumes, '.old@db'));
    await createSubvolume(path.join(volumes, '.new@db'));
    await reopen();
    expect(await read('db')).toBe('data');
    await createSubvolume(path.join(volumes, '.old@db'));
    await reopen();
    expect(await read('db')).toBe('data');
    expect(await leftovers()).toEqual([]);
  });
});

it('promotes an older state to the newest, once, and the newest not at all', async () => {
  await store.create('db');
  await write('db', 'old');
  const old = await store.snapshot('db');
  await write('db', 'new');
  const last = await store.snapshot('db');
  expect(await store.promote(last)).toBe(last);
  const promoted = await store.promote(old);
  expect(await store.promote(old)).toBe(promoted);
  expect((await store.snapshots('db')).map(({ name }) => name)).toEqual([old, last, promoted]);
  expect(await readFile(path.join(store.snapshotPath(promoted), 'row'), 'utf8')).toBe('old');
  expect((await store.newest('db'))?.subvolume.readonly).toBe(true);
  await expect(store.promote('db@2020-01-01T00:00:00.000000')).rejects.toMatchObject({ code: 'not-found' });
});

it('clones a volume, and not over another', async () => {
  await store.create('db');
  await write('db', 'data');
  await store.clone('db', 'copy');
  await write('copy', 'changed');
  expect(await read('db')).toBe('data');
  await expect(store.clone('db', 'copy')).rejects.toMatchObject({ code: 'conflict' });
  await expect(store.clone('nothing', 'other')).rejects.toMatchObject({ code: 'not-found' });
  expect(await leftovers()).toEqual([]);
});

describe('btrfs', () => {
  it('freezes and thaws, and tells subvolumes from folders', async () => {
    await store.create('db');
    const db = store.volumePath('db');
    await setReadonly(db, true);
    await expect(write('db', 'x')).rejects.toMatchObject({ code: 'EROFS' });
    await setReadonly(db, false);
    await mkdir(path.join(db, 'folder'));
    expect(await isSubvolume(path.join(db, 'folder'))).toBe(false);
    expect((await subvolumesIn(path.dirname(db))).map((one) => one.path)).toEqual([db]);
  });

  it('lists the same through a bind mount', async () => {
    await store.create('db');
    const elsewhere = beside('bind');
    await mkdir(elsewhere);
    await run('mount', ['--bind', store.root, elsewhere]);
    try {
      const other = await openStore(elsewhere);
      const name = await other.snapshot('db');
      expect((await other.snapshots('db')).map((one) => one.name)).toEqual([name]);
    } finally {
      await run('umount', [elsewhere]);
      await rm(elsewhere, { recursive: true });
    }
  });
});
