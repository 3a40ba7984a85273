import { z } from 'zod';
import { CoveyError } from '../errors.ts';

/** Where an app runs, and who keeps its replica. */
const place = z.object({ master: z.string(), slave: z.string().nullable() });

/** What is known of an operation when it begins; it goes into the journal, for whoever ends it. */
export const operationDraft = z.object({
  /** "deploy", "destroy" and so on, or "maintenance on" and "maintenance off". */
  operation: z.string(),
  /** Who asked: the name in the caller's certificate, "event ID", or a node. */
  by: z.string(),
  /** Unix milliseconds. */
  begun: z.number(),
  /** Another node took over from its replica. */
  takeover: z.boolean().optional(),
  /** Of a migrate: the app whose data it is. */
  source: z.string().optional(),
  /** Before; not there for a new app, and where it failed before there was a plan. */
  from: place.optional(),
  /** As it was to be. Not there for what moves nothing. */
  to: place.optional(),
  /** Hash of the git commit that was to run. */
  commit: z.string().optional(),
});

export type OperationDraft = z.output<typeof operationDraft>;

const pastOperation = operationDraft.extend({
  /** The request's. */
  id: z.string(),
  /** Node whose peer ran it. */
  coordinator: z.string(),
  /** Unix milliseconds. */
  ended: z.number(),
  outcome: z.enum(['done', 'failed', 'cancelled']),
  /** Something is left to be undone, or, where it is done, to be cleared up; it is tried again. */
  pending: z.boolean(),
  /** Node that undid or finished what the coordinator had left. */
  endedBy: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Consul's index of the record that it committed. */
  generation: z.number().optional(),
});

/** An operation that has ended. */
export type PastOperation = z.output<typeof pastOperation>;

const stored = z.object({ operations: z.array(pastOperation) });

/** How many operations are kept of an app. */
const MOST = 20;

/** How many of these may be such that leave the app as it is: a script that makes a snapshot each night must not push out all else. */
const MOST_LOOKING_ON = 5;
const LOOKING_ON: readonly string[] = ['snapshot', 'clone'];

/** Of an app, in Consul, in bytes. */
const MOST_BYTES = 16 * 1024;

/** Of an error's message, in characters; the log of the coordinator has all of it. */
const MOST_OF_MESSAGE = 500;

/** How many apps without a record keep their history. */
const MOST_GONE = 50;

/**
 * The operations of an app, in the order in which they ended.
 * @throws CoveyError `invalid` naming the key
 */
export function parseOperations(key: string, value: string): PastOperation[] {
  try {
    return stored.parse(JSON.parse(value)).operations;
  } catch (cause) {
    throw new CoveyError('invalid', `The history in ${key} cannot be read.`, {
      cause,
      hint: 'Delete the key in Consul: it begins anew with the next operation.',
    });
  }
}

export function formatOperations(operations: readonly PastOperation[]): string {
  return JSON.stringify({ operations });
}

/**
 * The history with one more. An operation that failed and was asked for again under the same id, as events are, stands in it
 * once: as it ended last, begun when it was first asked for. The oldest go until it is within its bounds.
 */
export function withOperation(history: readonly PastOperation[], ended: PastOperation): PastOperation[] {
  const isSame = (each: PastOperation) =>
    each.id === ended.id && each.operation === ended.operation && each.outcome !== 'done';
  const begun = Math.min(ended.begun, ...history.filter(isSame).map((each) => each.begun));
  const others = history.filter((each) => !isSame(each));
  return bounded([...(isUnderLock(ended) ? others.map(settled) : others), { ...short(ended), begun }]);
}

/** What is done under the app's lock begins only once nothing is left of what came before. */
const isUnderLock = ({ operation, outcome }: PastOperation): boolean =>
  outcome === 'done' && operation !== maintenanceOperation(true) && operation !== maintenanceOperation(false);

const settled = (operation: PastOperation): PastOperation => ({ ...operation, pending: false });

/** Its name in the history: it is no operation under the app's lock. */
export const maintenanceOperation = (on: boolean): string => `maintenance ${on ? 'on' : 'off'}`;

/** What somebody else found out who undid or finished what was left of an operation. */
export interface Settled {
  id: string;
  coordinator: string;
  committed: boolean;
  /** Null in journals of an older version. */
  draft: OperationDraft | null;
  /** As in the journal, for where there is no draft. */
  operation: string;
  endedBy: string;
  /** Unix milliseconds. */
  at: number;
}

/** The history once nothing is left of an operation. What its coordinator had put down itself stays, as far as it is still so. */
export function withSettled(history: readonly PastOperation[], about: Settled): PastOperation[] {
  const { id, coordinator, committed, endedBy, at } = about;
  const left = history.findLastIndex((each) => each.id === id && each.pending);
  if (left !== -1) {
    return history.map((each, index) => {
      if (index !== left) return each;
      const { error, ...rest } = each;
      const now = { ...rest, pending: false, endedBy };
      return committed ? { ...now, outcome: 'done' } : { ...now, ...(error && { error }) };
    });
  }
  const draft = about.draft ?? { operation: about.operation, by: '', begun: at };
  const message = `Its coordinator ${coordinator} was lost before it had ended.`;
  return withOperation(history, {
    ...draft,
    ...{ id, coordinator, ended: at, pending: false, endedBy },
    ...(committed ? { outcome: 'done' } : { outcome: 'failed', error: { code: 'unavailable', message } }),
  });
}

/** The newest `limit` of all, the newest last. */
export function newestOperations<T extends Pick<PastOperation, 'ended'>>(
  all: readonly T[],
  limit: number,
): T[] {
  // Those of one app that ended at the same time keep their order.
  return all.toSorted((a, b) => a.ended - b.ended).slice(-limit);
}

/** Of all histories those of apps that have no record any more, but for the 50 that were written last. `index`: Consul's. */
export function outdatedHistories<T extends { app: string; index: number }>(
  histories: readonly T[],
  apps: ReadonlySet<string>,
): T[] {
  return histories
    .filter(({ app }) => !apps.has(app))
    .toSorted((a, b) => b.index - a.index)
    .slice(MOST_GONE);
}

function short(operation: PastOperation): PastOperation {
  const { error } = operation;
  if (error === undefined || error.message.length <= MOST_OF_MESSAGE) return operation;
  return { ...operation, error: { ...error, message: `${error.message.slice(0, MOST_OF_MESSAGE - 1)}…` } };
}

function bounded(all: readonly PastOperation[]): PastOperation[] {
  const lookingOn = all.filter(({ operation }) => LOOKING_ON.includes(operation));
  const dropped = new Set(lookingOn.slice(0, Math.max(0, lookingOn.length - MOST_LOOKING_ON)));
  const kept = all.filter((each) => !dropped.has(each)).slice(-MOST);
  const first = kept.findIndex(
    (_, index) => Buffer.byteLength(formatOperations(kept.slice(index))) <= MOST_BYTES,
  );
  return first === -1 ? [] : kept.slice(first);
}
