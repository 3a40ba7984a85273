import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { APP_PREFIX, JOURNAL_PREFIX, lockKey } from '../app/keys.ts';
import type { Locks } from '../consul/lock.ts';
import { asCoveyError } from '../errors.ts';
import { waitElsewhere } from '../plan/cutover.ts';
import { begunOf, readJournal, unfinished } from '../plan/journal.ts';
import type { Deps } from './deps.ts';
import { goneFrom } from './recover.ts';
import { liveNames } from './targets.ts';

/**
 * From one look for operations that nobody ends to the next, and from one try to end one to the next; in milliseconds. Visitors may
 * wait for what a dead coordinator left, but what cannot be ended yet is not tried all the time.
 */
const PACE = { look: 1_000, again: 5_000 };

/**
 * Ends, again and again, what coordinators left that have died. All peers do so; an app's lock decides which one.
 * @param pace changed by tests
 */
export async function recoverAbandoned(
  deps: Pick<Deps, 'kv' | 'members' | 'logger'> & { locks: Pick<Locks, 'holder'> },
  operate: (app: string, requestId: string, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  pace = PACE,
): Promise<void> {
  /** When this node has tried an app last, on the clock of `performance.now()`. */
  const tried = new Map<string, number>();
  while (!signal.aborted) {
    await pause(pace.look, undefined, { signal });
    const entries = await deps.kv.list(JOURNAL_PREFIX, { signal });
    const apps = entries.map(({ key }) => key.slice(JOURNAL_PREFIX.length));
    for (const app of tried.keys()) if (!apps.includes(app)) tried.delete(app);
    for (const app of apps) {
      const last = tried.get(app);
      if (last !== undefined && performance.now() - last < pace.again) continue;
      try {
        if ((await deps.locks.holder(lockKey(app), signal)) !== undefined) continue;
        if (!(await canGoOn(deps, app, signal))) continue;
        tried.set(app, performance.now());
        await operate(app, randomUUID(), signal);
        tried.delete(app);
      } catch (thrown) {
        const error = asCoveyError(thrown);
        // Another peer was faster.
        if (error.code !== 'locked') deps.logger.warn({ app }, error.message);
      }
    }
  }
}

/** Whether a node that has something left to do is alive, or none is awaited, or none is needed. Until then the lock is left to those who want to take over. */
async function canGoOn(
  deps: Pick<Deps, 'kv' | 'members'>,
  app: string,
  signal: AbortSignal,
): Promise<boolean> {
  const left = await readJournal(deps.kv, app, signal);
  if (!left) return false;
  const { entry } = left;
  const steps = entry.committed ? unfinished(entry) : begunOf(entry).map(({ step }) => step);
  const members = await deps.members();
  const live = liveNames(members);
  const stored = await deps.kv.get(`${APP_PREFIX}${app}`, { signal, consistent: true });
  const hasGone = goneFrom(app, stored?.value, members);
  return (
    steps.every(({ node }) => hasGone(node)) ||
    steps.some((step) => waitElsewhere(step) || live.includes(step.node))
  );
}
