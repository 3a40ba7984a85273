import { open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { snapshotSubvolume, syncFilesystem } from '../../../src/volumes/btrfs.ts';
import { isMadeOf, isUnchangedSince } from '../../../src/volumes/unchanged.ts';
import { store, useStore } from '../../support/one-store.ts';

useStore();

const file = () => path.join(store.volumePath('db'), 'row');
const unchanged = (snapshot: string) => isUnchangedSince(store, 'db', snapshot);

/** Writes in the middle of the file, as a database does. */
async function overwrite(text: string, { sync }: { sync: boolean }): Promise<void> {
  const handle = await open(file(), 'r+');
  try {
    await handle.write(text, 4096);
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A volume with a file of some pages, and a snapshot of it made while that was in the page cache only. */
async function kept(copyOnWrite = true): Promise<string> {
  await store.create('db', { copyOnWrite });
  await writeFile(file(), 'x'.repeat(64 * 1024));
  return store.snapshot('db');
}

describe('a volume is unchanged', () => {
  it('right after its snapshot, and when only others have changed', async () => {
    const snapshot = await kept();
    expect(await unchanged(snapshot)).toBe(true);
    await store.create('other');
    await writeFile(path.join(store.volumePath('other'), 'row'), 'y');
    await syncFilesystem(store.root);
    expect(await unchanged(snapshot)).toBe(true);
  });

  it('though its snapshot was sent, or a snapshot was made of that', async () => {
    const snapshot = await kept();
    await run('sh', ['-c', 'btrfs send -q "$0" > /dev/null', store.snapshotPath(snapshot)]);
    await snapshotSubvolume(store.snapshotPath(snapshot), store.snapshotPath(`${snapshot}@+copy`), {
      readonly: true,
    });
    expect(await unchanged(snapshot)).toBe(true);
  });
});

describe('a volume is changed', () => {
  it.each([true, false])('by a write that is in the page cache only (copy on write: %s)', async (cow) => {
    const snapshot = await kept(cow);
    await overwrite('one', { sync: false });
    expect(await unchanged(snapshot)).toBe(false);
    // The first write of a file without copy on write is a copy; what comes then is in place.
    const next = await store.snapshot('db');
    await overwrite('two', { sync: true });
    const last = await store.snapshot('db');
    expect(await unchanged(next)).toBe(false);
    expect(await unchanged(last)).toBe(true);
    await overwrite('six', { sync: true });
    await overwrite('ten', { sync: false });
    expect(await unchanged(last)).toBe(false);
  });

  it('by a file that came and went', async () => {
    const snapshot = await kept();
    await writeFile(`${file()}2`, '');
    await rm(`${file()}2`);
    expect(await unchanged(snapshot)).toBe(false);
  });

  it('for all that is known, by another snapshot and by being restored', async () => {
    const snapshot = await kept();
    const later = await store.snapshot('db');
    expect(await unchanged(snapshot)).toBe(false);
    expect(await unchanged(later)).toBe(true);
    await store.restore('db', later);
    expect(await readFile(file(), 'utf8')).toHaveLength(64 * 1024);
    expect(await unchanged(later)).toBe(false);
  });

  it('where the snapshot is gone', async () => {
    const snapshot = await kept();
    await store.removeSnapshot(snapshot);
    expect(await unchanged(snapshot)).toBe(false);
  });
});

it('a volume that is gone is not found', async () => {
  const snapshot = await kept();
  await store.remove('db');
  await expect(unchanged(snapshot)).rejects.toMatchObject({ code: 'not-found' });
});

it('a snapshot is made of the volume that is there until another one takes its place', async () => {
  const snapshot = await kept();
  await overwrite('y', { sync: true });
  expect(await isMadeOf(store, 'db', snapshot)).toBe(true);
  await store.restore('db', snapshot);
  expect(await isMadeOf(store, 'db', snapshot)).toBe(false);
  expect(await isMadeOf(store, 'db', 'db@2020-01-01T00:00:00.000000')).toBe(false);
});
