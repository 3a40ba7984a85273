import { describe, expect, it } from 'vitest';
import { worthAnotherRound } from '../../../src/volumes/transfer/rounds.ts';

const MIB = 1024 * 1024;

describe('another round while the app runs', () => {
  it.each<[string, number[], number, boolean]>([
    ['after much', [2048], 5, true],
    ['not after little: it is as quick after the stop', [16], 5, false],
    ['not where nothing had to be sent', [0], 5, false],
    ['when less than half was left', [2048, 1000], 5, true],
    ['not when half was left: the app writes as fast', [2048, 1024], 5, false],
    ['not when it grew', [100, 2048], 5, false],
    ['when only the last two shrink', [100, 2048, 1000], 5, true],
    ['not when little is left', [2048, 16], 5, false],
    ['when a little more is left', [2048, 17], 5, true],
    ['up to the limit', [2048, 1000, 400, 100], 5, true],
    ['not beyond the limit', [2048, 1000, 400, 100, 40], 5, false],
    ['never where one was asked for', [2048], 1, false],
  ])('%s: %j MiB of at most %i', (_, sent, most, expected) => {
    expect(
      worthAnotherRound(
        sent.map((mib) => mib * MIB),
        most,
      ),
    ).toBe(expected);
  });
});
