import { CoveyError } from '../errors.ts';

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Said wherever an interval is not understood. */
export const INTERVAL_FORMAT =
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
