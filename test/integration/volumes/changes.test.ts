import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { watchStore } from '../../../src/volumes/changes.ts';
import { store, useStore } from '../../support/one-store.ts';

useStore();

let closing: (() => void) | undefined;
afterEach(() => closing?.());

/** Follows the store: how often it was called since the last look. */
function follow() {
  let calls = 0;
  const { close } = watchStore(store.root, {
    onChange: () => {
      calls++;
    },
    onError: (error) => {
      throw error;
    },
  });
  closing = close;
  return async () => {
    await vi.waitFor(() => expect(calls).toBeGreaterThan(0), { timeout: 5_000, interval: 5 });
    calls = 0;
  };
}

it('tells of volumes and snapshots that come and go, and not of what is written inside', async () => {
  const told = follow();
  await store.create('db');
  await told();
  const snapshot = await store.snapshot('db');
  await told();
  await store.removeSnapshot(snapshot);
  await told();
  await writeFile(path.join(store.volumePath('db'), 'row'), 'x');
  await store.remove('db');
  await told();
});

it('says why it cannot follow', async () => {
  const errors: string[] = [];
  const { close } = watchStore('/nowhere', {
    onChange: () => undefined,
    onError: ({ message }) => errors.push(message),
  });
  expect(errors.join()).toContain('ENOENT');
  close();
});
