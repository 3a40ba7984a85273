import { parseInterval } from '../durations.ts';
import { asCoveyError, CoveyError } from '../errors.ts';

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/;

const FORMAT =
  'a time such as "2026-03-01T10:00:00Z" or "2026-03-01T12:00+02:00", or how long ago, such as "10m" or "2h"';

/**
 * A moment that somebody has written, in microseconds since the epoch. Without an offset it is UTC. What is not written
 * counts in full, so that "10:00" is still 10:00:59: a name that was read off a table in seconds is found. Where the
 * `first` moment is meant, it counts as nothing.
 * @param now milliseconds since the epoch
 * @throws CoveyError `invalid`
 */
export function parseMoment(text: string, now: number, meant: 'first' | 'last' = 'last'): number {
  const given = text.trim();
  if (/^\d+[smhd]$/.test(given)) return (now - agoOf(given)) * 1000;
  const [whole, day = '', minute = '', second = '', fraction = '', offset = 'Z'] = TIME.exec(given) ?? [];
  const isLast = meant === 'last';
  const iso = `${day}T${minute || (isLast ? '23:59' : '00:00')}${second || (isLast ? ':59' : ':00')}`;
  const at = whole === undefined || !isDay(day) ? Number.NaN : Date.parse(`${iso}.000${offset}`);
  if (Number.isNaN(at)) throw unclear(text);
  // Down to the second: what is missing below it is the last microsecond of it, or the first.
  return at * 1000 + Number(fraction.slice(1, 7).padEnd(6, isLast ? '9' : '0'));
}

/** Date.parse carries 30 February over to March. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function agoOf(text: string): number {
  try {
    return parseInterval(text);
  } catch (thrown) {
    throw unclear(text, asCoveyError(thrown));
  }
}

function unclear(text: string, cause?: CoveyError): CoveyError {
  return new CoveyError('invalid', `${JSON.stringify(text)} is no time: ${FORMAT}`, cause && { cause });
}
