import { z } from 'zod';
import { parseInterval } from '../durations.ts';
import { asCoveyError } from '../errors.ts';
import type { Volume } from './release.ts';

/** The label of a volume that says how often it is replicated. */
const REPLICATE = 'covey.replicate';

/** Where no label says otherwise. */
const DEFAULT_REPLICATE = '60m';

const interval = z.string().superRefine((text, issue) => {
  try {
    parseInterval(text);
  } catch (thrown) {
    issue.addIssue(asCoveyError(thrown).message);
  }
});

/**
 * What the record keeps of one volume's labels. A list of them, as the keys of a record have to be plain
 * identifiers, which names of volumes are not.
 */
export const scheduleSchema = z.looseObject({
  /** Full name of the volume. */
  volume: z.string(),
  /** As the label says it. */
  replicate: interval.optional(),
});

export type Schedule = z.output<typeof scheduleSchema>;

/** The schedules that a release asks for: only volumes that have a label of ours are named. */
export function schedulesOf(volumes: readonly Volume[]): Schedule[] {
  return volumes.flatMap(({ full, replicated, labels }) => {
    const replicate = labels[REPLICATE];
    return replicated && replicate !== undefined ? [{ volume: full, replicate }] : [];
  });
}

/** What is wrong with the labels of a volume, one line each. */
export function scheduleProblems({ short, replicated, labels }: Volume): string[] {
  const replicate = labels[REPLICATE];
  if (!replicated || replicate === undefined) return [];
  try {
    parseInterval(replicate);
    return [];
  } catch (thrown) {
    return [`volume ${short}: label ${REPLICATE}: ${asCoveyError(thrown).message}`];
  }
}

/** How often a volume of an app goes to its slave, in milliseconds; 0: never. */
export function replicateEvery(
  record: { slave: string | null; schedules?: readonly Schedule[] | null | undefined },
  volume: string,
): number {
  if (record.slave === null) return 0;
  const own = record.schedules?.find((schedule) => schedule.volume === volume);
  return parseInterval(own?.replicate ?? DEFAULT_REPLICATE);
}
