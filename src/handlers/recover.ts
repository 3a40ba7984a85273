import { withSettled } from '../app/history.ts';
import { APP_PREFIX } from '../app/keys.ts';
import { parseRecord } from '../app/record.ts';
import type { Lock } from '../consul/lock.ts';
import type { Member } from '../consul/members.ts';
import { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { begunOf, journalOf, readJournal, unfinished } from '../plan/journal.ts';
import { finishStep, type Performer, type StepChange, undoAll } from '../plan/runner.ts';
import type { Step } from '../plan/steps.ts';
import { coordinate } from './coordinate.ts';
import type { Deps } from './deps.ts';
import { noteOperation } from './note-operation.ts';
import { liveNames } from './targets.ts';

interface Recovery {
  app: string;
  lock: Lock;
  /**
   * What is left stays in the journal until all nodes are there. A new operation does not wait for nodes that are not
   * alive: when they are back they leave the app to its master by themselves. Only for the master itself it waits.
   */
  isAll: boolean;
  /** Not even for the master: another node takes over from its replica. */
  givesUpMaster: boolean;
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
  { app, lock, isAll, givesUpMaster, performer, onChange, logger }: Recovery,
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
  const stored = await deps.kv.get(`${APP_PREFIX}${app}`, { signal: lock.signal, consistent: true });
  const generation = stored?.modifyIndex ?? 0;
  const members = await deps.members();
  const hasGone = goneFrom(app, stored?.value, members);
  const context = { app, requestId, lock, existing: undefined, change: null, performer, journal, generation };
  const options = {
    performer: coordinate(deps, context).performer,
    onChange,
    undoTimeoutMs: deps.bounds.undo,
    journal,
    signal: lock.signal,
  };
  if (committed) {
    const warnings: string[] = [];
    const results = new Map(Object.entries(entry.results));
    for (const step of unfinished(entry).filter((each) => isOurs(each) || !hasGone(each.node)))
      warnings.push(...(await finishStep(step, options, results)));
    for (const warning of warnings) logger.warn(warning);
    if (warnings.length > 0 && isAll) {
      throw new CoveyError('unavailable', `An earlier ${entry.operation} of ${app} is not finished yet.`, {
        hint: 'It is tried again. The log of this peer says what is left to do, and on which nodes.',
      });
    }
  } else {
    const live = liveNames(members);
    const master = stored && masterOf(app, stored.value);
    const isAwaited = (node: string) =>
      !hasGone(node) &&
      (isAll || live.includes(node) || (!givesUpMaster && (master === undefined || node === master)));
    const begun = begunOf(entry).filter(({ step }) => isOurs(step) || isAwaited(step.node));
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
  // Before the journal goes: who dies in between leaves it to the next, who says the same once more.
  const { operation, draft = null } = entry;
  const settled = { id: requestId, coordinator, committed, operation, draft, endedBy: deps.node };
  await noteOperation({ kv: deps.kv, logger, app, guard: lock.guard }, (history) =>
    withSettled(history, { ...settled, at: Date.now() }),
  );
  await journal.close();
}

/**
 * Maintenance and a hold are ended here, also where their node is given up: nobody else would. Where it is awaited, `undoAll` says which
 * of them waits with it.
 */
const isOurs = ({ action }: Step): boolean => ['maintenance', 'hold'].includes(action.kind);

/**
 * Which nodes have left the cluster: what they had to do is not waited for, since they do not come back, or come with nothing that
 * is their own. Not the app's master, nor any node while that is not known: it would have the data.
 */
export function goneFrom(
  app: string,
  record: string | undefined,
  members: readonly Member[],
): (node: string) => boolean {
  const master = record === undefined ? '' : masterOf(app, record);
  const left = members.filter(({ state }) => state === 'left').map(({ name }) => name);
  return (node) => master !== undefined && node !== master && left.includes(node);
}

/** Undefined for a record that cannot be read: then its nodes are not known either. */
function masterOf(app: string, value: string): string | undefined {
  try {
    return parseRecord(app, value).master;
  } catch {
    return undefined; // whoever deploys it next is told
  }
}
