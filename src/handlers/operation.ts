import { randomUUID } from 'node:crypto';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Journal } from '../plan/journal.ts';
import { snapshotsMade } from '../plan/keep.ts';
import { newPreparation } from '../plan/prepared.ts';
import { runPlan, runStep } from '../plan/runner.ts';
import { sentBytes } from '../plan/sent-bytes.ts';
import type { Action, OperationName, Plan, Step } from '../plan/steps.ts';
import { newChronicle } from './chronicle.ts';
import { type Change, coordinate } from './coordinate.ts';
import type { Deps } from './deps.ts';
import { takeLocks } from './locks.ts';
import { forgetOldHistories } from './note-operation.ts';
import { announce } from './observer.ts';
import { type Emit, emitOutcome, emitPlan, emitStep } from './progress.ts';
import { recover } from './recover.ts';

/** One operation on one app, from its lock to its outcome. */
export interface Operation {
  app: string;
  requestId: string;
  /** Aborted when the caller goes, and when the lock is lost. */
  signal: AbortSignal;
  emit: Emit;
  /** Runs one step before there is a plan; `app` where it is about the source. */
  prepare(node: string, title: string, action: Action, app?: string): Promise<unknown>;
  /** Undoes what `prepare` did; where that fails it is logged, and tried again when the node is back. */
  forget(node: string, title: string, action: Action): Promise<void>;
  /** Shows the plan, runs it, commits `change` and tells the outcome. Undoes what was prepared if it fails. */
  execute(plan: Plan, existing: Existing | undefined, change: Change, deployId: string): Promise<void>;
  /** Shows the plan only. */
  show(plan: Plan): void;
}

export interface OperationRequest {
  app: string;
  /** Another app whose data is taken: its lock is held too, until a step `unlock` gives it back. */
  source?: string;
  kind: OperationName | 'recover' | 'leave' | 'follow';
  requestId: string;
  /** Who asked, for the history: the caller's name, or that of the node itself. */
  by: string;
  wait: boolean;
  /** Nothing is to be changed: what an earlier operation left waits for one that does, and nothing is written down. */
  looksOnly: boolean;
  /** What an earlier operation left to undo on a master that is not alive does not stand in the way: see `recover`. */
  givesUpMaster: boolean;
  /** A slave takes over by itself: it gives nothing up, but is a takeover for the history. */
  takesOver?: boolean;
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

/** Runs `body` under the app's lock, and the source's. They are released whatever happens; losing one aborts the operation. */
export async function operate(
  deps: Deps,
  request: OperationRequest,
  body: (operation: Operation) => Promise<void>,
): Promise<void> {
  const { app, kind, requestId, emit } = request;
  const started = Date.now();
  const logger = deps.logger.child({ app, operation: kind, request: requestId });
  const held = await takeLocks(deps, request);
  const { own, source, performer: remote } = held;
  const { lock } = own;
  const ended = announce(deps.observer, request);
  const signal = AbortSignal.any([request.signal, held.signal]);
  const onChange = emitStep(emit);
  const step = (node: string, title: string, action: Action, of?: string): Step => ({
    id: `${action.kind}@${node}`,
    node,
    title,
    afterCommit: false,
    action,
    app: of,
  });
  const chronicle = newChronicle(deps, request, { lock, begun: started, logger });
  const about = { app, requestId, coordinator: deps.node, draft: chronicle.draft() };
  const preparation = newPreparation(deps.kv, lock.guard, about);
  /** Whether the journal stays: something was prepared that could not be taken back, or it could not be removed. */
  let isLeft = false;
  /** Whether something of the plan is left to be undone or finished. */
  let isPending = () => false;
  let failure: CoveyError | undefined;
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
    for (const each of looksOnly ? [] : [own, ...(source ? [source] : [])])
      await recover(deps, { ...each, givesUpMaster, isAll, onChange, logger });
    logger.info(`${kind} begins`);
    await body({
      app,
      requestId,
      signal,
      emit,
      prepare: async (node, title, action, of) => {
        const prepared = step(node, title, action, of);
        if (!looksOnly) await preparation.begin(prepared);
        return runStep(prepared, { performer: remote, onChange, signal });
      },
      forget: (node, title, action) => forget(step(node, title, action)),
      show: (plan) => emitPlan(emit, plan),
      execute: async (plan, existing, change, deployId) => {
        emitPlan(emit, plan);
        chronicle.planned(existing, change);
        const journal = preparation.journal(plan, chronicle.draft());
        isPending = journal.isPending;
        const unlock = async () => source?.lock.release();
        const begun = { app, requestId, lock, existing, change };
        const ending = coordinate(deps, { ...begun, performer: remote, journal, unlock });
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
            if (!isLeft && !journal.isPending()) isLeft = !(await close(journal, logger));
          });
        chronicle.committed(ending.generation());
        for (const warning of [...ending.warnings(), ...warnings]) {
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
          sentBytes: sentBytes(plan, results),
        });
      },
    }).finally(async () => {
      if (!isLeft) isLeft = !(await close(preparation, logger));
    });
    logger.info({ elapsedMs: Date.now() - started }, `${kind} done`);
  } catch (thrown) {
    failure = asCoveyError(thrown);
    logger.error({ err: failure, elapsedMs: Date.now() - started }, `${kind} failed: ${failure.message}`);
    throw failure;
  } finally {
    const isFirst = await chronicle.end(failure, isLeft || isPending());
    ended(failure, chronicle.draft());
    await held.release();
    if (isFirst) await forgetOldHistories({ kv: deps.kv, logger });
  }
}

async function close(journal: Pick<Journal, 'close'>, logger: Logger): Promise<boolean> {
  try {
    await journal.close();
    return true;
  } catch (thrown) {
    logger.warn(`The journal is closed by the next holder of the lock: ${asCoveyError(thrown).message}`);
    return false;
  }
}
