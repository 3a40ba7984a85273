import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lock, Locks } from '../consul/lock.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { begunOf, JOURNAL_PREFIX, journalOf, readJournal, unfinished } from '../plan/journal.ts';
import { finishStep, type Performer, type StepChange, undoAll } from '../plan/runner.ts';
import { coordinate } from './coordinate.ts';
import type { Deps } from './deps.ts';
import { APP_PREFIX } from './records.ts';
import { liveNames } from './targets.ts';

interface Recovery {
  app: string;
  lock: Lock;
  /**
   * Does not wait for nodes that are not alive: what is left to undo there is given up, since another node takes over from
   * its replica. The node itself sees to it when it is back, as to any app that is no longer its own.
   */
  givesUpDead: boolean;
  /**
   * Nothing else is to be done: what cannot be finished stays in the journal. A new operation does not wait for it, as it
   * clears its nodes itself, and those that are away clear themselves when they are back.
   */
  isAll: boolean;
  performer: Performer;
  onChange: (change: StepChange) => void;
  logger: Logger;
}

/**
 * Under the app's lock, before anything new: undoes what an earlier operation had begun and not committed, finishes what
 * it had committed.
 * Errors: `unavailable` where not all could be undone (it is tried again, and nothing new begins before) or finished.
 */
export async function recover(
  deps: Deps,
  { app, lock, givesUpDead, isAll, performer, onChange, logger }: Recovery,
): Promise<void> {
  const left = await readJournal(deps.kv, app, lock.signal);
  if (!left) return;
  const { entry } = left;
  const journal = journalOf(deps.kv, lock.guard, app, left);
  const { requestId, coordinator, committed } = entry;
  logger.warn(
    { request: requestId, coordinator },
    `${committed ? 'Finishes' : 'Undoes'} what was left of a ${entry.operation}`,
  );
  const generation = (await deps.kv.get(`${APP_PREFIX}${app}`, { signal: lock.signal }))?.modifyIndex ?? 0;
  const context = { app, lock, existing: undefined, record: null, performer, journal, generation };
  const options = {
    performer: coordinate(deps, context).performer,
    onChange,
    undoTimeoutMs: deps.bounds.undo,
    journal,
    signal: lock.signal,
  };
  if (committed) {
    const warnings: string[] = [];
    for (const step of unfinished(entry)) warnings.push(...(await finishStep(step, options, new Map())));
    for (const warning of warnings) logger.warn(warning);
    if (warnings.length > 0 && isAll) {
      throw new CoveyError('unavailable', `An earlier ${entry.operation} of ${app} is not finished yet.`);
    }
  } else {
    const live = givesUpDead ? liveNames(await deps.members()) : undefined;
    const begun = begunOf(entry).filter(({ step }) => live?.includes(step.node) ?? true);
    const problems = await undoAll(begun, options);
    if (problems.length > 0) {
      throw new CoveyError(
        'unavailable',
        `An earlier ${entry.operation} of ${app} is not undone yet: ${problems.join('; ')}.`,
        {
          hint: 'It is tried again; bring the nodes back that it names.',
        },
      );
    }
  }
  await journal.close();
}

/** Between two looks for operations that nobody ends, in milliseconds. */
const INTERVAL = 5_000;

/** Ends, again and again, what coordinators left that have died. All peers do so; an app's lock decides which one. */
export async function recoverAbandoned(
  deps: Deps & { locks: Pick<Locks, 'holder'> },
  operate: (app: string, requestId: string, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(INTERVAL, undefined, { signal });
    for (const { key } of await deps.kv.list(JOURNAL_PREFIX, { signal })) {
      const app = key.slice(JOURNAL_PREFIX.length);
      try {
        if ((await deps.locks.holder(`lock/app/${app}`, signal)) !== undefined) continue;
        if (!(await canGoOn(deps, app, signal))) continue;
        await operate(app, randomUUID(), signal);
      } catch (thrown) {
        const error = asCoveyError(thrown);
        // Another peer was faster.
        if (error.code !== 'locked') deps.logger.warn({ app }, error.message);
      }
    }
  }
}

/** Whether a node that has something left to do is alive. Until then the lock is left to those who want to take over. */
async function canGoOn(deps: Deps, app: string, signal: AbortSignal): Promise<boolean> {
  const left = await readJournal(deps.kv, app, signal);
  if (!left) return false;
  const { entry } = left;
  const steps = entry.committed ? unfinished(entry) : begunOf(entry).map(({ step }) => step);
  const live = liveNames(await deps.members());
  return steps.length === 0 || steps.some(({ node }) => live.includes(node));
}
