import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, vi } from 'vitest';
import { openStore, type Store } from '../../src/volumes/store.ts';
import { disk, useDisk } from './one-disk.ts';

let count = 0;
export let store: Store;

/** Opens the store anew, as a peer does that starts after a crash. */
export async function reopen(): Promise<void> {
  store = await openStore(store.root);
}

/** A path beside all stores, on the same disk. */
export const beside = (name: string): string => path.join(path.dirname(disk.path), `${name} ${count}`);

/** For a file of tests: a disk for all, and a new store on it before each. */
export function useStore(): void {
  vi.setConfig({ testTimeout: 60_000 });
  useDisk();
  beforeEach(async () => {
    const root = path.join(disk.path, `store${++count}`);
    await mkdir(root);
    store = await openStore(root);
  });
}
