import { isIP } from 'node:net';
import { z } from 'zod';

// What a value may be. Every leaf takes text too, since that is all an environment has; `expected` completes "expected …".
export const text = (expected: string, pattern = /\S/) =>
  z.string({ error: expected }).refine((value) => pattern.test(value), { error: expected });
export const path = () => text('an absolute path', /^\/\S*$/);
const number = (expected: string, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.int({ error: expected }).min(1, expected).max(most, expected),
  );
const millisecondsOf = (span: string): number =>
  Number.parseInt(span, 10) * (/\ds$/.test(span) ? 1_000 : span.endsWith('m') ? 60_000 : 1);
const spanOf = (expected: string, pattern: RegExp) =>
  text(expected, pattern)
    // "off" is no number
    .transform((span) => millisecondsOf(span) || 0)
    .refine((milliseconds) => milliseconds <= 24 * 60 * 60_000, { error: expected });
const SPAN = 'a time span up to a day, for example 500ms, 2s or 3m';
/** A time span, such as `2s`; its value is in milliseconds. */
export const duration = () => spanOf(SPAN, /^[1-9]\d{0,7}(ms|s|m)$/);
/** The same, or `off`; its value is then 0. */
export const durationOrOff = () => spanOf(`${SPAN}, or off`, /^(off|[1-9]\d{0,7}(ms|s|m))$/);
export const port = () => number('a port, 1 to 65535', 65535);
export const count = (most = 1_000) => number(`a number, 1 to ${most}`, most);
export const flag = () =>
  z.preprocess(
    (value) => flagWords.get(String(value).toLowerCase()) ?? value,
    z.boolean({ error: 'true or false' }),
  );
const flagWords = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);
export const choice = <const T extends readonly string[]>(words: T) =>
  z.enum(words, { error: `one of ${words.join(', ')}` });
export const address = () =>
  z.string({ error: 'an IP address' }).refine((value) => isIP(value) !== 0, { error: 'an IP address' });
export const name = () => text('letters, digits, ".", "_" and "-"', /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
export const group = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'a group of keys' : undefined),
  });
