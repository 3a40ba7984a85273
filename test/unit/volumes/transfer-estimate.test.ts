import fc from 'fast-check';
import { expect, it } from 'vitest';
import { extentSum } from '../../../src/volumes/transfer/estimate.ts';

const OUTPUT = `inode 257 file offset 0 len 6553600 disk start 298844160 offset 0 gen 7 flags NONE f
inode 257 file offset 6553600 len 655360 disk start 13631488 offset 0 gen 8 flags COMPRESS a file of two words
inode 258 file offset 0 len 52428800 disk start 508559360 offset 0 gen 9 flags PREALLOC pre
inode 259 file offset 0 len 31457280 disk start 0 offset 0 gen 9 flags NONE hole
inode 260 file offset 0 len 3 disk start 0 offset 0 gen 9 flags INLINE small
inode 261 file offset 0 len 5 disk start 0 offset 0 gen 9 flags COMPRESS|INLINE dir/ len 7 disk start 8
transid marker was 11
`;

it('adds up the extents that are sent, in whatever pieces they come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(OUTPUT.length)), (cuts) => {
      const sum = extentSum();
      const at = [0, ...cuts.sort((a, b) => a - b), OUTPUT.length];
      for (const [index, from] of at.entries()) sum.add(OUTPUT.slice(from, at[index + 1]));
      expect(sum.total()).toBe(6553600 + 655360 + 3 + 5);
    }),
  );
});
