import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMoment } from '../../../src/app/moment.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const micro = (...[hour, minute, second, ms = 0]: [number, number, number, number?]) =>
  Date.UTC(2026, 2, 1, hour, minute, second, ms) * 1000;

it.each([
  ['2026-03-01T10:00:00Z', micro(10, 0, 0, 999) + 999],
  ['2026-03-01T10:00:00', micro(10, 0, 0, 999) + 999],
  [' 2026-03-01 10:00:00 ', micro(10, 0, 0, 999) + 999],
  ['2026-03-01T12:00:00+02:00', micro(10, 0, 0, 999) + 999],
  ['2026-03-01T10:00Z', micro(10, 0, 59, 999) + 999],
  ['2026-03-01', micro(23, 59, 59, 999) + 999],
  ['2026-03-01T10:00:00.214159Z', micro(10, 0, 0, 214) + 159],
  ['2026-03-01T10:00:00.214159265Z', micro(10, 0, 0, 214) + 159],
  ['2026-03-01T10:00:00.2', micro(10, 0, 0, 299) + 999],
  ['10m', micro(11, 50, 0)],
  ['2h', micro(10, 0, 0)],
  ['1d', micro(12, 0, 0) - 86_400_000_000],
])('%s', (text, at) => {
  expect(parseMoment(text, NOW)).toBe(at);
});

it.each([
  ['2026-03-01', micro(0, 0, 0)],
  ['2026-03-01T10:00Z', micro(10, 0, 0)],
  ['2026-03-01T10:00:07', micro(10, 0, 7)],
  ['2026-03-01T10:00:00.2', micro(10, 0, 0, 200)],
  ['2h', micro(10, 0, 0)],
])('%s begins', (text, at) => {
  expect(parseMoment(text, NOW, 'first')).toBe(at);
});

it.each([
  '',
  'now',
  'off',
  '0m',
  '-1h',
  '1.5h',
  '2026-02-30',
  '2026-03-01T25:00Z',
  '2026-03-01T10Z',
  '10:00',
  '99999999s',
])('refuses "%s"', (text) => {
  expect(() => parseMoment(text, NOW)).toThrow(/ is no time: a time such as/);
});

it('reads any time that is written out', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }), (date) => {
      expect(Math.floor(parseMoment(date.toISOString(), NOW) / 1000)).toBe(date.getTime());
    }),
  );
});
