import { setTimeout as pause } from 'node:timers/promises';
import { APP_PREFIX, MAINTENANCE_PREFIX, RELEASES_PREFIX } from '../app/keys.ts';
import { type AppRecord, formatRecord } from '../app/record.ts';
import type { Lock } from '../consul/lock.ts';
import type { KvOp } from '../consul/transaction.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Journal } from '../plan/journal.ts';
import type { Performer, Results } from '../plan/runner.ts';
import type { Step } from '../plan/steps.ts';
import type { Deps } from './deps.ts';
import { takeLease } from './fence.ts';
import { filledIn } from './filled-in.ts';
import { newHeld } from './held.ts';
import { ifKnown } from './if-known.ts';
import { maintained } from './maintained.ts';
import { unserved } from './serving.ts';
import { liveNames } from './targets.ts';

/** The generation that nodes acknowledge when the record is gone. */
const GONE = 0;

/** Between two questions whether a commit was made, in milliseconds. */
const RETRY = 500;

/**
 * A new record, and the text of the app's releases with it: the images and snapshots in it are results of steps. Without one
 * the release stays, and so do those.
 */
export interface Committed {
  record: AppRecord;
  releases?(results: Results): string;
}

/** What is to be committed: a new record, the deletion of the record (null), or the end of what it has nothing to do with. */
export type Change = Committed | null | 'unchanged';

/** What a coordinator works on. */
export interface Context {
  app: string;
  requestId: string;
  lock: Lock;
  existing: Existing | undefined;
  change: Change;
  /** Does the steps of nodes. */
  performer: Performer;
  journal: Journal;
  /** Gives back the lock of the app whose data was taken. */
  unlock?: () => Promise<void>;
  /** Where the commit was made before: what nodes are to acknowledge. */
  generation?: number;
}

/** The steps that only the coordinator can do, in front of a performer that does the others. */
export function coordinate(deps: Deps, context: Context) {
  const { app, lock, existing, change, performer, journal } = context;
  const key = `${APP_PREFIX}${app}`;
  let generation = context.generation ?? GONE;
  let silent: string[] = [];
  const warnings: string[] = [];
  const warn = (warning: string) => void warnings.push(warning);
  const held = newHeld(deps, { app, lock, requestId: context.requestId, warn });

  const commit = async (
    step: Step,
    { signal, results }: { signal: AbortSignal; results: Results },
  ): Promise<void> => {
    const index = existing?.index ?? 0;
    const writes = writesOf(key, change, { index, results });
    const ended = held.endOps(change === 'unchanged' ? 'returned' : 'open');
    let made: number | undefined;
    try {
      // Consul itself checks that we still hold the lock.
      const written = await deps.kv.transaction(
        [lock.guard, ...writes, ...ended, ...journal.commitOps(step)],
        signal,
      );
      made = written.ok ? written.indexes.get(key) : undefined;
      if (!written.ok && !(await isCommitted())) throw taken(key);
    } catch (thrown) {
      if (!journal.inDoubt() || !(await isCommitted())) throw thrown;
    }
    if (change === 'unchanged') generation = index;
    else generation = change ? (made ?? (await indexOf(key))) : GONE;
  };

  /** After a write without an answer, or refused: makes sure, as long as the lock may still be ours. */
  const isCommitted = async (): Promise<boolean> => {
    for (;;) {
      try {
        return await journal.resolve();
      } catch (thrown) {
        if (lock.signal.aborted || asCoveyError(thrown).code === 'conflict') throw thrown;
        await pause(RETRY, undefined, { signal: lock.signal });
      }
    }
  };

  /** The record's index, for the nodes to acknowledge; the commit is made, whatever this says. */
  const indexOf = async (path: string): Promise<number> => {
    try {
      return (await deps.kv.get(path, { consistent: true }))?.modifyIndex ?? GONE;
    } catch (thrown) {
      deps.logger.warn(`The generation is not known: ${asCoveyError(thrown).message}`);
      return GONE;
    }
  };

  const acknowledge = async (signal: AbortSignal): Promise<void> => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deps.bounds.acknowledge)]);
    const about = { app, generation, nodes: liveNames(await deps.members()) };
    const missing = await unserved(deps, about, () => bounded);
    silent = missing.flatMap(({ node, isSilent }) => (isSilent ? [node] : []));
    const problems = missing.map(({ node, why }) => `${node} ${why}`);
    // The nodes that do not serve the new generation yet, each with its reason.
    if (problems.length > 0) throw new CoveyError('unavailable', problems.join('; '));
  };

  const unlock = async (): Promise<void> => {
    try {
      await context.unlock?.();
    } catch (thrown) {
      deps.logger.warn(`The other lock is free as soon as its session ends: ${asCoveyError(thrown).message}`);
    }
  };

  const run: Performer['run'] = async (step, options) => {
    const { action } = step;
    const { signal } = options;
    if (action.kind === 'hold')
      return held.begin({ node: action.to, from: step.node }, existing?.index ?? GONE, signal);
    // Without a hold requests go on coming, and to wait for their end would only take time.
    if (action.kind === 'drain' && held.waited() === undefined) return undefined;
    if (action.kind === 'commit') return commit(step, options);
    if (action.kind === 'acknowledge') return acknowledge(signal);
    if (action.kind === 'fence') return takeLease(deps, lock, action, signal);
    if (action.kind === 'unlock') return unlock();
    if (action.kind === 'maintenance') {
      const kept = maintained(deps.kv, lock, app, action.operation);
      return action.on ? kept.begin(signal) : kept.end(signal);
    }
    const done = performer.run(filledIn(step, options.results, held.waited()), options);
    return action.kind === 'certificates' ? ifKnown(done, options.report) : done;
  };

  return {
    generation: () => generation,
    silentNodes: () => silent,
    warnings: (): readonly string[] => warnings,
    performer: {
      run: async (step, options) => {
        await deps.faults.reach(`begin:${step.id}`, options.signal);
        const result = await run(step, options);
        await deps.faults.reach(`end:${step.id}`, options.signal);
        return result;
      },
      undo: async (step, result, options) => {
        const { action } = step;
        // A commit that failed changed nothing: it is a compare-and-set.
        if (action.kind === 'commit' || action.kind === 'unlock' || action.kind === 'fence') return;
        if (action.kind === 'hold') return held.giveBack(options.signal);
        // There is nothing to undo, and a peer of an older version does not know it.
        if (action.kind === 'certificates') return;
        if (action.kind === 'maintenance')
          return maintained(deps.kv, lock, app, action.operation).end(options.signal);
        // The app whose data was taken has not been changed, and its node may be away.
        if (step.app !== undefined) return;
        await performer.undo(step, result, options);
      },
    } satisfies Performer,
  };
}

/** What the transaction of a commit says of the record; one that stays has to be what was read all the same. */
function writesOf(
  key: string,
  change: Change,
  { index, results }: { index: number; results: Results },
): KvOp[] {
  const app = key.slice(APP_PREFIX.length);
  const releases = `${RELEASES_PREFIX}${app}`;
  if (change === 'unchanged') return [{ op: 'check-index', key, index }];
  if (change) {
    const value = change.releases?.(results);
    return [
      { op: 'cas', key, value: formatRecord(change.record), index },
      // The lock's guard sees to it that nobody else has written it meanwhile.
      ...(value === undefined ? [] : [{ op: 'set', key: releases, value } as const]),
    ];
  }
  return [
    { op: 'delete-cas', key, index },
    { op: 'delete', key: `${MAINTENANCE_PREFIX}${app}` },
    { op: 'delete', key: releases },
  ];
}

function taken(key: string): CoveyError {
  return new CoveyError('conflict', `The record ${key}, or its lock, was taken by somebody else meanwhile.`, {
    hint: 'Look at the app, then give the command again.',
  });
}
