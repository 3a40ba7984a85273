import { afterAll, beforeAll } from 'vitest';
import { type BtrfsMount, makeBtrfs } from './btrfs.ts';

export let disk: BtrfsMount;

/** For a file of tests: a disk with BTRFS for all of them. */
export function useDisk(): void {
  beforeAll(async () => {
    disk = await makeBtrfs();
  }, 120_000);
  afterAll(() => disk?.dispose());
}
