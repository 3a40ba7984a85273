import { expect, test } from 'vitest';
import { nextStamp } from '../../../src/volumes/stamp.ts';

test('a stamp is the present time in microseconds', () => {
  const before = Date.now() * 1000;
  const stamp = nextStamp([]);
  expect(stamp).toBeGreaterThanOrEqual(before);
  expect(stamp).toBeLessThanOrEqual((Date.now() + 1) * 1000);
});

test('a stamp is later than one from a clock that was ahead, and needs no time of the others', () => {
  const ahead = (Date.now() + 3_600_000) * 1000;
  expect(nextStamp([{ at: 1 }, { at: ahead }, { at: null }])).toBeGreaterThan(ahead);
});
