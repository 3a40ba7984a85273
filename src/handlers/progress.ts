import type { Outcome } from '../generated/covey/v1/Outcome.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { StepChange } from '../plan/runner.ts';
import type { Plan } from '../plan/steps.ts';

/** Takes what an operation says of itself. */
export type Emit = (progress: Progress) => void;

export const emitPlan = (emit: Emit, plan: Plan): void =>
  emit({
    plan: {
      app: plan.app,
      operation: plan.operation,
      warnings: plan.warnings,
      snapshots: [...(plan.restores ?? [])],
      target: plan.target ?? '',
      from: plan.current ?? '',
      steps: plan.steps.map(({ id, node, title, afterCommit }) => ({ id, node, title, afterCommit })),
    },
  });

export const emitStep =
  (emit: Emit) =>
  ({ step, state, percent, detail, elapsedMs }: StepChange): void =>
    emit({ step: { id: step.id, node: step.node, title: step.title, state, percent, detail, elapsedMs } });

export const emitOutcome = (emit: Emit, outcome: Outcome): void => emit({ outcome });

/**
 * A callback's messages as a stream. The operation runs to its end even when nobody reads any more: it is the
 * signal that ends it early.
 */
export async function* streamed<T>(
  operation: (emit: (message: T) => void) => Promise<void>,
): AsyncGenerator<T> {
  const waiting: T[] = [];
  let wake = () => {};
  let running = true;
  const ended = operation((message) => {
    waiting.push(message);
    wake();
  }).finally(() => {
    running = false;
    wake();
  });
  // Whoever stops reading does not learn of a failure; the operation itself logs it.
  ended.catch(() => {});
  while (true) {
    if (waiting.length > 0) yield waiting.shift() as T;
    else if (!running) break;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  await ended;
}
