import { describe, expect, it } from 'vitest';
import { formatDuration, parseInterval, parseRetention } from '../../src/durations.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('parseInterval', () => {
  it.each([
    ['30s', 30 * SECOND],
    ['5m', 300 * SECOND],
    ['2h', 2 * HOUR],
    ['1d', 24 * HOUR],
    [' 90S ', 90 * SECOND],
    ['off', 0],
    ['OFF', 0],
  ])('reads %j', (text, interval) => {
    expect(parseInterval(text)).toBe(interval);
  });

  it.each(['', '0s', '30', 's', '1.5h', '-1m', '1w', '5 m', '1h30m', 'never', '1000000s'])(
    'refuses %j',
    (text) => {
      expect(() => parseInterval(text)).toThrow(
        expect.objectContaining({ code: 'invalid', message: expect.stringContaining('"30s", "5m"') }),
      );
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [-5, '0 s'],
    [999, '0 s'],
    [35 * SECOND, '35 s'],
    [MINUTE, '1 min'],
    [90 * SECOND, '90 s'],
    [12 * MINUTE + 59 * SECOND, '12 min'],
    [HOUR, '1 h'],
    [90 * MINUTE, '90 min'],
    [3.9 * HOUR, '3 h'],
    [DAY, '1 d'],
    [36 * HOUR, '36 h'],
    [2.5 * DAY, '2 d'],
  ])('%d ms is %j', (span, text) => {
    expect(formatDuration(span)).toBe(text);
  });
});

describe('parseRetention', () => {
  const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
  it.each<[string, number[]]>([
    ['1h:1d:1w:4w:1y', [HOUR, DAY, 7 * DAY, 28 * DAY, 365 * DAY]],
    ['1d:30m', [30 * MINUTE, DAY]],
    [' 2H : 3D ', [2 * HOUR, 3 * DAY]],
    ['off', []],
  ])('%j', (text, ages) => {
    expect(parseRetention(text)).toEqual(ages);
  });

  it.each(['', '1h', '1h:', '1h:1s', '0h:1d', '1h:1.5d', '1h,1d', '-1h:1d', '1h:off', '1:2'])(
    'refuses %j',
    (text) => {
      expect(() => parseRetention(text)).toThrow(/is no retention pattern: at least two ages/);
    },
  );
});
