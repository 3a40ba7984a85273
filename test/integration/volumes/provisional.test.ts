import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { survey } from '../../../src/plan/actions/containers.ts';
import { clear } from '../../../src/plan/actions/data.ts';
import { reopen, store, useStore } from '../../support/one-store.ts';

useStore();

const VOLUME = 'foo_db';
const file = () => path.join(store.volumePath(VOLUME), 'row');
const marks = async () =>
  (await readdir(path.join(store.root, 'volumes'))).filter((name) => name.startsWith('.'));
const names = async () => (await store.snapshots(VOLUME)).map(({ name }) => name);
const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: 'foo', fence: 1, operation: 'o' },
};

/** A node that has got a first copy and then the last state, of a volume that is nowhere live on it. */
async function received(): Promise<{ first: string; last: string }> {
  await store.create(VOLUME);
  await writeFile(file(), 'first');
  const first = await store.snapshot(VOLUME);
  await writeFile(file(), 'last');
  const last = await store.snapshot(VOLUME);
  await store.remove(VOLUME);
  return { first, last };
}

describe('a provisional volume', () => {
  it('is live, and nothing of it is kept when the data comes, even where it was changed', async () => {
    const { first, last } = await received();
    await store.restore(VOLUME, first, { provisional: true });
    expect([await store.list(), await store.provisional()]).toEqual([[VOLUME], [VOLUME]]);
    expect(await readFile(file(), 'utf8')).toBe('first');
    await writeFile(file(), 'of an image');
    expect(await store.restore(VOLUME, last)).toEqual({ from: last, kept: null });
    expect(await readFile(file(), 'utf8')).toBe('last');
    expect([await store.provisional(), await marks(), await names()]).toEqual([[], [], [first, last]]);
    // From now on it is data like any other.
    expect((await store.restore(VOLUME, first)).kept).toMatch(/@\+before-restore$/);
  });

  it('may be put there again, and outlives a crash', async () => {
    const { first, last } = await received();
    for (const each of [first, last]) {
      await store.restore(VOLUME, each, { provisional: true });
      await reopen();
      expect(await store.provisional()).toEqual([VOLUME]);
    }
    expect(await names()).toEqual([first, last]);
  });

  it('leaves nothing when it is removed, and a mark that was left means nothing', async () => {
    const { first } = await received();
    await store.restore(VOLUME, first, { provisional: true });
    const [mark = ''] = await marks();
    const text = await readFile(path.join(store.root, 'volumes', mark), 'utf8');
    await store.remove(VOLUME);
    expect([await store.provisional(), await marks()]).toEqual([[], []]);
    await writeFile(path.join(store.root, 'volumes', mark), text);
    expect(await store.provisional()).toEqual([]);
    await store.create(VOLUME);
    expect(await store.provisional()).toEqual([]);
    await reopen();
    expect(await marks()).toEqual([]);
  });
});

/** A node whose Docker has no container of the app, and knows the volumes of the store. */
const deps = () =>
  ({
    engine: {
      containers: async () => [],
      volumes: async ({ project }: { project?: string } = {}) => (project ? [] : store.list()),
      removeVolume: async (volume: string) => store.remove(volume),
      removeNetworks: async () => undefined,
    },
    store,
    registration: { registered: async () => [] },
    isShared: () => false,
    cutover: { hold: 30_000, drain: 5_000 },
  }) as unknown as ActionDeps;

it('one that stayed on a node which was away is not seen there, and goes without a trace', async () => {
  const { first, last } = await received();
  await store.restore(VOLUME, first, { provisional: true });
  await writeFile(file(), 'of an image');
  const about = { name: 'foo', project: 'foo' };
  const looked = { kind: 'survey' as const, ...about, volumes: [VOLUME], replicas: true };
  expect(await survey(deps()).run(looked, options)).toMatchObject({
    volumes: [],
    creates: true,
    replicas: { [VOLUME]: { snapshot: last } },
  });
  const deployRoot = await mkdtemp(path.join(tmpdir(), 'covey-clear-'));
  const left = { kind: 'clear' as const, ...about, folder: '', everything: true, volumes: [], leftTo: 'n1' };
  await clear({ ...deps(), deployRoot }).run(left, options);
  expect([await store.list(), await names()]).toEqual([[], [first, last]]);
  await rm(deployRoot, { recursive: true });
});
