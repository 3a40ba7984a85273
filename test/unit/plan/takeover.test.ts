import { expect, it } from 'vitest';
import { formatAge } from '../../../src/plan/takeover.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

it.each([
  [-5, '0 s'],
  [400, '0 s'],
  [35 * SECOND, '35 s'],
  [12 * 60 * SECOND, '12 min'],
  [3 * HOUR + 20 * 60 * SECOND + 5 * SECOND, '3 h 20 min'],
  [3 * HOUR + 5 * SECOND, '3 h'],
  [52 * HOUR, '2 d 4 h'],
])('an age of %d ms is %s', (milliseconds, text) => {
  expect(formatAge(milliseconds)).toBe(text);
});
