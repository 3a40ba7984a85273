import { z } from 'zod';
import { formatDuration, parseInterval } from '../durations.ts';
import { asCoveyError, CoveyError } from '../errors.ts';

/**
 * The shortest time without a word from the master after which its slave may take over, in milliseconds: by then a master
 * that is cut off has stopped the app (src/lease/bounds.ts).
 */
export const SHORTEST_AFTER = 10_000;

const DEFAULT_AFTER = '10s';

/** As `x-covey: { takeover: … }` of the compose file says it, and as the record keeps it. */
export const takeoverSchema = z.looseObject({
  /** How long the master has to be gone. */
  after: z.string().superRefine(told(readAfter)),
  /** How old the slave's data may be at most. */
  max_age: z.string().superRefine(told(readAge)),
});

export type Takeover = z.output<typeof takeoverSchema>;

/** What a master's loss is measured by, in milliseconds; undefined where nobody takes over by itself. */
export function takeoverBounds(record: {
  takeover?: Takeover | null | undefined;
}): { after: number; maxAge: number } | undefined {
  const { takeover } = record;
  return takeover ? { after: readAfter(takeover.after), maxAge: readAge(takeover.max_age) } : undefined;
}

const extension = z.strictObject({
  takeover: z
    .strictObject({
      after: z.string().default(DEFAULT_AFTER).superRefine(told(readAfter)),
      'max-age': z
        .string({ error: 'is needed: how old the data may be, such as "1h"' })
        .superRefine(told(readAge)),
    })
    .nullish(),
});

/** What `x-covey` of a compose file asks for, or what is wrong with it, one line each. */
export function takeoverOf(given: unknown): { takeover: Takeover | null; problems: string[] } {
  if (given === undefined || given === null) return { takeover: null, problems: [] };
  const parsed = extension.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `x-covey: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`,
    );
    return { takeover: null, problems };
  }
  const { takeover } = parsed.data;
  return {
    takeover: takeover ? { after: takeover.after, max_age: takeover['max-age'] } : null,
    problems: [],
  };
}

function readAfter(text: string): number {
  const after = parseInterval(text);
  if (after >= SHORTEST_AFTER) return after;
  throw new CoveyError('invalid', `${text} is too short: ${formatDuration(SHORTEST_AFTER)} at least`);
}

function readAge(text: string): number {
  const age = parseInterval(text);
  if (age > 0) return age;
  throw new CoveyError(
    'invalid',
    '"off" is no age: leave takeover out where no slave is to take over by itself',
  );
}

function told(read: (text: string) => number) {
  return (text: string, issue: z.RefinementCtx<string>) => {
    try {
      read(text);
    } catch (thrown) {
      issue.addIssue(asCoveyError(thrown).message);
    }
  };
}
