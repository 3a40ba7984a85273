import { randomUUID } from 'node:crypto';
import { lockKey } from '../app/keys.ts';
import { describeHolder } from '../consul/lock-holder.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Journal } from '../plan/journal.ts';
import { snapshotsMade } from '../plan/keep.ts';
import type { Existing } from '../plan/planner.ts';
import { newPreparation } from '../plan/prepared.ts';
import { runPlan, runStep } from '../plan/runner.ts';
import type { Action, OperationName, Plan, Step } from '../plan/steps.ts';
import { type Change, coordinate } from './coordinate.ts';
import type { Deps } from './deps.ts';
import { type Emit, emitOutcome, emitPlan, emitStep } from './progress.ts';
import { recover } from './recover.ts';

/** One operation on one app, from its lock to its outcome. */
export interface Operation {
  app: string;
  requestId: string;
  /** Aborted when the caller goes, and when the lock is lost. */
  signal: AbortSignal;
  emit: Emit;
  /** Runs one step before there is a plan. */
  prepare(node: string, title: string, action: Action): Promise<unknown>;
  /** Undoes what `prepare` did; where that fails it is logged, and tried again when the node is back. */
  forget(node: string, title: string, action: Action): Promise<void>;
  /** Shows the plan, runs it, commits `change` and tells the outcome. Undoes what was prepared if it fails. */
  execute(plan: Plan, existing: Existing | undefined, change: Change, deployId: string): Promise<void>;
  /** Shows the plan only. */
  show(plan: Plan): void;
}

export interface OperationRequest {
  app: string;
  kind: OperationName | 'recover' | 'leave';
  requestId: string;
  wait: boolean;
  /** Nothing is to be changed: what an earlier operation left waits for one that does, and nothing is written down. */
  looksOnly: boolean;
  /** What an earlier operation left to undo on a master that is not alive does not stand in the way: see `recover`. */
  givesUpMaster: boolean;
  signal: AbortSignal;
  emit: Emit;
}

const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;

/** The caller's request id, or a new one. */
export function requestIdOf(given: string): string {
  if (given === '') return randomUUID();
  if (REQUEST_ID.test(given)) return given;
  throw new CoveyError('invalid', `"${given}" is no request id: letters, digits and "-", at most 64.`);
}

/** Runs `body` under the app's lock. The lock is released whatever happens; losing it aborts the operation. */
export async function operate(
  deps: Deps,
  request: OperationRequest,
  body: (operation: Operation) => Promise<void>,
): Promise<void> {
  const { app, kind, requestId, emit } = request;
  const started = Date.now();
  const logger = deps.logger.child({ app, operation: kind, request: requestId });
  const lock = await deps.acquire(
    lockKey(app),
    { node: deps.node, operation: kind, requestId, since: new Date().toISOString() },
    {
      wait: request.wait,
      signal: request.signal,
      onWaiting: (holder) => emit({ warning: `${app} is ${describeHolder(holder)}: waiting.` }),
    },
  );
  const signal = AbortSignal.any([request.signal, lock.signal]);
  const remote = deps.nodes.performer({ app, id: requestId, fence: lock.fence });
  const onChange = emitStep(emit);
  const step = (node: string, title: string, action: Action): Step => ({
    id: `${action.kind}@${node}`,
    node,
    title,
    afterCommit: false,
    action,
  });
  const preparation = newPreparation(deps.kv, lock.guard, { app, requestId, coordinator: deps.node });
  /** Whether something was prepared that could not be taken back: the journal stays for it. */
  let isLeft = false;
  const forget = async (prepared: Step): Promise<void> => {
    try {
      const bounded = AbortSignal.timeout(deps.bounds.undo);
      await remote.undo(prepared, undefined, { signal: bounded, report: () => {} });
      preparation.undone(prepared);
    } catch (thrown) {
      const { node, title } = prepared;
      logger.warn({ err: thrown, node }, `${title} could not be undone; it is tried again`);
      isLeft = true;
    }
  };
  try {
    const { looksOnly, givesUpMaster } = request;
    const isAll = kind === 'recover';
    if (!looksOnly)
      await recover(deps, { app, lock, givesUpMaster, isAll, performer: remote, onChange, logger });
    logger.info(`${kind} begins`);
    await body({
      app,
      requestId,
      signal,
      emit,
      prepare: async (node, title, action) => {
        const prepared = step(node, title, action);
        if (!looksOnly) await preparation.begin(prepared);
        return runStep(prepared, { performer: remote, onChange, signal });
      },
      forget: (node, title, action) => forget(step(node, title, action)),
      show: (plan) => emitPlan(emit, plan),
      execute: async (plan, existing, change, deployId) => {
        emitPlan(emit, plan);
        const journal = preparation.journal(plan);
        const ending = coordinate(deps, { app, lock, existing, change, performer: remote, journal });
        const options = {
          performer: ending.performer,
          onChange,
          signal,
          holding: lock.signal,
          undoTimeoutMs: deps.bounds.undo,
          journal,
        };
        const { warnings, results } = await runPlan(plan, options)
          .catch(async (error: unknown) => {
            // Where it is not known whether it was committed, or not all is undone, whoever comes next needs it.
            if (!journal.isPending()) for (const prepared of preparation.steps()) await forget(prepared);
            throw error;
          })
          .finally(async () => {
            // What is left to be undone, or to be finished, stays in the journal for the next holder of the lock.
            if (!isLeft && !journal.isPending()) await close(journal, logger);
          });
        for (const warning of warnings) {
          logger.warn(warning);
          emit({ warning });
        }
        emitOutcome(emit, {
          app,
          deployId,
          generation: ending.generation(),
          elapsedMs: Date.now() - started,
          silentNodes: ending.silentNodes(),
          snapshots: snapshotsMade(plan, results),
        });
      },
    }).finally(async () => {
      if (!isLeft) await close(preparation, logger);
    });
    logger.info({ elapsedMs: Date.now() - started }, `${kind} done`);
  } catch (thrown) {
    const error = asCoveyError(thrown);
    logger.error({ err: error, elapsedMs: Date.now() - started }, `${kind} failed: ${error.message}`);
    throw error;
  } finally {
    await lock.release();
  }
}

async function close(journal: Pick<Journal, 'close'>, logger: Logger): Promise<void> {
  try {
    await journal.close();
  } catch (thrown) {
    logger.warn(`The journal is closed by the next holder of the lock: ${asCoveyError(thrown).message}`);
  }
}
