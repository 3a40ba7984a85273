import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { store } from '../../support/one-store.ts';
import {
  cluster,
  DB,
  file,
  inSnapshot,
  journal,
  newest,
  outcomeOf,
  read,
  useCluster,
  write,
} from './restore-cluster.ts';

useCluster();

describe('a snapshot', () => {
  beforeEach(async () => {
    await store.create(DB);
    await write('now');
  });

  it('is kept while the app runs, and is named', async () => {
    const { snapshot, did } = cluster();
    const made = outcomeOf(await snapshot({ volumes: ['db'] }))?.snapshots ?? [];
    expect([await inSnapshot(made[0] ?? ''), await newest()]).toEqual(['now', made[0]]);
    expect(did).toEqual(['survey@n1', 'keep@n1']);
    expect(await journal()).toBeUndefined();
  });

  it('is kept while the app is stopped, if asked so', async () => {
    const { snapshot, did, state } = cluster();
    await snapshot({ stop: true });
    expect([did.slice(1), state()]).toEqual([['stop@n1', 'keep@n1', 'start@n1', 'health@n1'], 'running']);
  });

  it('of a coordinator that dies is never put back under a running app', async () => {
    const { snapshot, recover } = cluster({ dies: 'end:keep@n1' });
    await expect(snapshot()).rejects.toThrow('has died');
    await write('later');
    await recover();
    expect([await read(), await journal()]).toEqual(['later', undefined]);
  });
});

it('a clone is writable, and takes nobody’s place', async () => {
  await store.create(DB);
  await write('now');
  const { clone } = cluster();
  await clone({ to: 'trial' });
  await writeFile(file('trial'), 'tried');
  expect(await read()).toBe('now');
  await expect(clone({ to: 'trial' })).rejects.toMatchObject({
    code: 'conflict',
    message: 'n1 has a volume trial already.',
  });
  await expect(clone({ to: DB })).rejects.toMatchObject({ code: 'refused' });
  expect(await read('trial')).toBe('tried');
});
