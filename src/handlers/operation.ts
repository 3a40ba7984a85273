import { randomUUID } from 'node:crypto';
import type { AppRecord } from '../app/record.ts';
import { formatRecord } from '../app/record.ts';
import { describe, type Lock } from '../consul/lock.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Existing } from '../plan/planner.ts';
import { type Performer, type Results, runPlan, runStep } from '../plan/runner.ts';
import { type Action, type Plan, type Step, sendResult } from '../plan/steps.ts';
import type { Deps } from './deps.ts';
import { type Emit, emitOutcome, emitPlan, emitStep } from './progress.ts';
import { APP_PREFIX, MAINTENANCE_PREFIX } from './records.ts';
import { liveNames } from './targets.ts';

/** One operation on one app, from its lock to its outcome. */
export interface Operation {
  app: string;
  kind: 'deploy' | 'destroy';
  requestId: string;
  /** Aborted when the caller goes, and when the lock is lost. */
  signal: AbortSignal;
  emit: Emit;
  fence: number;
  /** Runs one step before there is a plan. */
  prepare(node: string, title: string, action: Action): Promise<unknown>;
  /** Undoes what `prepare` did; a failure of that is only logged. */
  forget(node: string, title: string, action: Action): Promise<void>;
  /** Shows the plan, runs it, commits `record` (null: its deletion) and tells the outcome. */
  execute(
    plan: Plan,
    existing: Existing | undefined,
    record: AppRecord | null,
    deployId: string,
  ): Promise<void>;
  /** Shows the plan only. */
  show(plan: Plan): void;
}

export interface OperationRequest {
  app: string;
  kind: 'deploy' | 'destroy';
  requestId: string;
  wait: boolean;
  signal: AbortSignal;
  emit: Emit;
}

/** The generation that nodes acknowledge when the record is gone. */
const GONE = 0;

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
    `lock/app/${app}`,
    { node: deps.node, operation: kind, requestId, since: new Date().toISOString() },
    {
      wait: request.wait,
      signal: request.signal,
      onWaiting: (holder) => emit({ warning: `${app} is ${describe(holder)}: waiting.` }),
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
  try {
    logger.info(`${kind} begins`);
    await body({
      app,
      kind,
      requestId,
      signal,
      emit,
      fence: lock.fence,
      prepare: (node, title, action) =>
        runStep(step(node, title, action), { performer: remote, onChange, signal }),
      forget: async (node, title, action) => {
        try {
          const bounded = AbortSignal.timeout(deps.bounds.undo);
          await remote.undo(step(node, title, action), undefined, { signal: bounded, report: () => {} });
        } catch (thrown) {
          logger.warn({ err: thrown, node }, `${title} could not be undone; what it left does no harm`);
        }
      },
      show: (plan) => emitPlan(emit, plan),
      execute: async (plan, existing, record, deployId) => {
        emitPlan(emit, plan);
        const ending = coordinate(deps, { app, lock, existing, record, performer: remote });
        const { warnings } = await runPlan(plan, {
          performer: ending.performer,
          onChange,
          signal,
          undoTimeoutMs: deps.bounds.undo,
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
        });
      },
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

/** The two steps that only the coordinator can do, in front of a performer that does the others. */
function coordinate(
  deps: Deps,
  context: {
    app: string;
    lock: Lock;
    existing: Existing | undefined;
    record: AppRecord | null;
    performer: Performer;
  },
) {
  const { app, lock, existing, record, performer } = context;
  const key = `${APP_PREFIX}${app}`;
  let generation = 0;
  let silent: string[] = [];

  const commit = async (signal: AbortSignal): Promise<void> => {
    const index = existing?.index ?? 0;
    const writes = record
      ? [{ op: 'cas' as const, key, value: formatRecord(record), index }]
      : [
          { op: 'delete-cas' as const, key, index },
          { op: 'delete' as const, key: `${MAINTENANCE_PREFIX}${app}` },
        ];
    // Consul itself checks that we still hold the lock.
    const written = await deps.kv.transaction([lock.guard, ...writes], signal);
    if (!written.ok) {
      throw new CoveyError(
        'conflict',
        `The record ${key}, or its lock, was taken by somebody else meanwhile.`,
        {
          hint: 'Look at the app, then give the command again.',
        },
      );
    }
    generation = record ? (written.indexes.get(key) ?? index) : GONE;
  };

  const acknowledge = async (signal: AbortSignal): Promise<void> => {
    const live = liveNames(await deps.members());
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(deps.bounds.acknowledge)]);
    const answers = await Promise.all(
      live.map(async (node) => {
        try {
          const error = await deps.nodes.awaitGeneration(node, app, generation, bounded);
          return error ? { problem: `${node} does not serve it: ${error}` } : {};
        } catch (thrown) {
          return { silent: node, problem: `${node} has not acknowledged: ${asCoveyError(thrown).message}` };
        }
      }),
    );
    silent = answers.flatMap((answer) => answer.silent ?? []);
    const problems = answers.flatMap((answer) => answer.problem ?? []);
    if (problems.length > 0) throw new CoveyError('unavailable', problems.join('; '));
  };

  return {
    generation: () => generation,
    silentNodes: () => silent,
    performer: {
      run: async (step, options) => {
        if (step.action.kind === 'commit') return commit(options.signal);
        if (step.action.kind === 'acknowledge') return acknowledge(options.signal);
        return performer.run(withSent(step, options.results), options);
      },
      undo: async (step, result, options) => {
        // A commit that failed changed nothing: it is a compare-and-set.
        if (step.action.kind === 'commit') return;
        await performer.undo(step, result, options);
      },
    } satisfies Performer,
  };
}

/** A step that adopts volumes, with the snapshots that were sent. */
function withSent(step: Step, results: Results): Step {
  const { action } = step;
  if (action.kind !== 'adopt') return step;
  const { snapshots } = sendResult.parse(results.get(action.from));
  return { ...step, action: { ...action, snapshots } };
}
