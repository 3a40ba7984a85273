import { CoveyError } from './errors.ts';

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Said wherever an interval is not understood. */
const INTERVAL_FORMAT =
  'a whole number and s, m, h or d, such as "30s", "5m", "2h" or "1d", or "off" for never';

/**
 * How often something is done, in milliseconds; 0 for `off`, which means never.
 * Errors: `invalid`, with what is allowed.
 */
export function parseInterval(text: string): number {
  const given = text.trim().toLowerCase();
  if (given === 'off') return 0;
  const [, count = '0', unit = ''] = /^(\d{1,6})([smhd])$/.exec(given) ?? [];
  const interval = Number(count) * (UNITS[unit] ?? 0);
  if (interval > 0) return interval;
  throw new CoveyError('invalid', `${JSON.stringify(text)} is no interval: ${INTERVAL_FORMAT}`);
}

const AGES: Record<string, number> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** Said wherever a pattern is not understood. */
const RETENTION_FORMAT =
  'at least two ages with ":" between them, each a whole number and m, h, d, w or y, such as "1h:1d:1w:4w:1y", ' +
  'or "off" to keep everything';

/**
 * A retention pattern such as `1h:1d:1w`, its ages in any order, as milliseconds from the shortest to the longest; none
 * for `off`. What they mean: src/volumes/retention.ts. Errors: `invalid`, with what is allowed.
 */
export function parseRetention(text: string): number[] {
  const given = text.trim().toLowerCase();
  if (given === 'off') return [];
  const ages = given.split(':').map((item) => {
    const [, count = '0', unit = ''] = /^\s*(\d{1,6})([mhdwy])\s*$/.exec(item) ?? [];
    return Number(count) * (AGES[unit] ?? 0);
  });
  if (ages.length >= 2 && ages.every((age) => age > 0)) return ages.sort((a, b) => a - b);
  throw new CoveyError('invalid', `${JSON.stringify(text)} is no retention pattern: ${RETENTION_FORMAT}`);
}

const NAMES = [
  ['d', 'd'],
  ['h', 'h'],
  ['m', 'min'],
] as const;

/**
 * A time span for people: `35 s`, `12 min`, `3 h`, `2 d`. A larger unit is taken where there are two of it at least, or
 * one exactly, so that 90 minutes do not read as one hour.
 */
export function formatDuration(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  for (const [unit, name] of NAMES) {
    const count = span / (UNITS[unit] ?? 1);
    if (count >= 2 || count === 1) return `${Math.floor(count)} ${name}`;
  }
  return `${Math.floor(span / 1000)} s`;
}
