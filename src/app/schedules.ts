import { z } from 'zod';
import { parseInterval, parseRetention } from '../durations.ts';
import { asCoveyError } from '../errors.ts';
import type { Volume } from './release.ts';

/** The labels of a volume: how often it is replicated and snapshotted, and which snapshots are kept. */
const LABELS = { replicate: 'covey.replicate', snapshot: 'covey.snapshot', retention: 'covey.retention' };

/** Where no label says otherwise. */
const DEFAULTS = { replicate: '60m', snapshot: '60m', retention: '1h:1d:1w:4w:1y' };

const PARSERS = { replicate: parseInterval, snapshot: parseInterval, retention: parseRetention };

const KINDS = ['replicate', 'snapshot', 'retention'] as const;

const understoodBy = (parse: (text: string) => unknown) =>
  z.string().superRefine((text, issue) => {
    try {
      parse(text);
    } catch (thrown) {
      issue.addIssue(asCoveyError(thrown).message);
    }
  });

/**
 * What the record keeps of one volume's labels, as they say it. A list of them, as the keys of a record have to be plain
 * identifiers, which names of volumes are not.
 */
export const scheduleSchema = z.looseObject({
  /** Full name of the volume. */
  volume: z.string(),
  replicate: understoodBy(PARSERS.replicate).optional(),
  snapshot: understoodBy(PARSERS.snapshot).optional(),
  retention: understoodBy(PARSERS.retention).optional(),
});

export type Schedule = z.output<typeof scheduleSchema>;

/** Of a record, what schedules follow from. */
interface Scheduled {
  slave: string | null;
  schedules?: readonly Schedule[] | null | undefined;
}

/** The schedules that a release asks for: only volumes that have a label of ours are named. */
export function schedulesOf(volumes: readonly Volume[]): Schedule[] {
  return volumes.flatMap(({ full, replicated, labels }) => {
    const own = KINDS.flatMap((kind) => {
      const text = labels[LABELS[kind]];
      return text === undefined ? [] : [[kind, text]];
    });
    return replicated && own.length > 0 ? [{ volume: full, ...Object.fromEntries(own) }] : [];
  });
}

/** What is wrong with the labels of a volume, one line each. */
export function scheduleProblems({ short, replicated, labels }: Volume): string[] {
  if (!replicated) return [];
  return KINDS.flatMap((kind) => {
    const text = labels[LABELS[kind]];
    if (text === undefined) return [];
    try {
      PARSERS[kind](text);
      return [];
    } catch (thrown) {
      return [`volume ${short}: label ${LABELS[kind]}: ${asCoveyError(thrown).message}`];
    }
  });
}

/** How often a volume of an app goes to its slave, in milliseconds; 0: never. */
export function replicateEvery(record: Scheduled, volume: string): number {
  if (record.slave === null) return 0;
  return parseInterval(ownOf(record, volume)?.replicate ?? DEFAULTS.replicate);
}

/**
 * How often the master keeps a snapshot of a volume, in milliseconds; 0: never. Replications make snapshots too, so with
 * a slave it takes the label.
 */
export function snapshotEvery(record: Scheduled, volume: string): number {
  const label = ownOf(record, volume)?.snapshot;
  if (label === undefined && record.slave !== null) return 0;
  return parseInterval(label ?? DEFAULTS.snapshot);
}

/** Which snapshots of a volume are kept. */
export interface Retention {
  /** As the label says it, or the default. */
  pattern: string;
  /** The node that the volume goes to or comes from; null where it is not replicated. */
  partner: string | null;
}

/** How a node purges the snapshots of a volume; null where the record gives it no part in that. */
export function retentionOn(
  node: string,
  record: Scheduled & { master: string; volumes: readonly string[] },
  volume: string,
): Retention | null {
  const { master, slave } = record;
  if ((master !== node && slave !== node) || !record.volumes.includes(volume)) return null;
  const pattern = ownOf(record, volume)?.retention ?? DEFAULTS.retention;
  return { pattern, partner: replicateEvery(record, volume) === 0 ? null : master === node ? slave : master };
}

function ownOf({ schedules }: Scheduled, volume: string): Schedule | undefined {
  return schedules?.find((schedule) => schedule.volume === volume);
}
