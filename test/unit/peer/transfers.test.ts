import { expect, describe as group, it } from 'vitest';
import { describe, percent } from '../../../src/peer/transfers.ts';

const MB = 1_000_000;

group('a transfer says', () => {
  it.each<[string, number, number | null, number, number, string]>([
    ['how much, as long as no more is known', 512, null, 180.2, -1, '512.0 MB sent, 180.2 MB/s'],
    ['of how much, and how long it takes', 512, 2048, 180.2, 25, '512.0 of 2048.0 MB, 180.2 MB/s, 9 s left'],
    ['minutes', 0, 20_000, 100, 0, '0.0 of 20000.0 MB, 100.0 MB/s, 3 min 20 s left'],
    ['hours', 0, 1_000_000, 100, 0, '0.0 of 1000000.0 MB, 100.0 MB/s, 2 h 46 min left'],
    ['no time left when it stands still', 5, 10, 0, 50, '5.0 of 10.0 MB, 0.0 MB/s'],
    ['99 % until another says that it is done', 9.999, 10, 1, 99, '10.0 of 10.0 MB, 1.0 MB/s, 1 s left'],
    ['nothing of an estimate that was too low', 11, 10, 1, 99, '11.0 MB sent, 1.0 MB/s'],
    ['nothing of an estimate of nothing', 0, 0, 0, 0, '0.0 MB sent, 0.0 MB/s'],
  ])('%s', (_, bytes, total, rate, percentage, text) => {
    const progress = {
      bytes: bytes * MB,
      total: total === null ? null : total * MB,
      rate: rate * MB,
      elapsedMs: 1,
    };
    expect([percent(progress), describe(progress)]).toEqual([percentage, text]);
  });
});
