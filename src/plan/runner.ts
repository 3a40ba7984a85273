import { asCoveyError, CoveyError } from '../errors.ts';
import type { Plan, Step } from './steps.ts';

/** One change in the life of a step, for whoever watches. */
export interface StepChange {
  step: Step;
  state: 'RUNNING' | 'DONE' | 'FAILED' | 'UNDOING' | 'UNDONE';
  /** 0 to 100 where known, else -1. */
  percent: number;
  detail: string;
  elapsedMs: number;
}

/** What a running step says of itself. */
export type Report = (percent: number, detail: string) => void;

/** What the steps before have resolved with, by their ids. */
export type Results = ReadonlyMap<string, unknown>;

/** Does steps, wherever they are to be done. */
export interface Performer {
  /** Runs the step; twice does no harm. Resolves with its result, plain data. */
  run(step: Step, options: { signal: AbortSignal; report: Report; results: Results }): Promise<unknown>;
  /** Undoes the step, whether it had finished, had begun or had never run; `result` where it is known. */
  undo(step: Step, result: unknown, options: { signal: AbortSignal; report: Report }): Promise<void>;
}

export interface RunOptions {
  performer: Performer;
  onChange: (change: StepChange) => void;
  /** Aborts the plan: before the commit it is undone. */
  signal: AbortSignal;
  /** How long an undo may take, in milliseconds: it must not hang where the step did. */
  undoTimeoutMs: number;
}

/**
 * Runs the steps in order. A failure before the commit undoes what had begun, from the last to the first, and is
 * thrown; one after the commit does not stop the steps that follow, and comes back as a warning.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<{ warnings: string[] }> {
  const begun: { step: Step; result: unknown }[] = [];
  const warnings: string[] = [];
  const results = new Map<string, unknown>();
  for (const step of plan.steps) {
    const entry = { step, result: undefined as unknown };
    if (!step.afterCommit) begun.push(entry);
    try {
      if (!step.afterCommit) options.signal.throwIfAborted();
      entry.result = await runStep(step, options, results);
      results.set(step.id, entry.result);
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (step.afterCommit) {
        warnings.push(`${step.title} on ${step.node}: ${error.message}`);
        continue;
      }
      const undone = await undoAll(begun, options);
      throw failure(step, error, undone);
    }
  }
  return { warnings };
}

/** Runs one step, reporting its life. */
export async function runStep(
  step: Step,
  options: Omit<RunOptions, 'undoTimeoutMs'>,
  results: Results = new Map(),
): Promise<unknown> {
  const tell = teller(step, options.onChange);
  tell('RUNNING', -1, '');
  try {
    const result = await options.performer.run(step, {
      signal: options.signal,
      report: (percent, detail) => tell('RUNNING', percent, detail),
      results,
    });
    tell('DONE', 100, '');
    return result;
  } catch (thrown) {
    tell('FAILED', -1, asCoveyError(thrown).message);
    throw thrown;
  }
}

/** Undoes from the last to the first; what cannot be undone is told, and does not stop the rest. */
async function undoAll(begun: { step: Step; result: unknown }[], options: RunOptions): Promise<string[]> {
  const problems: string[] = [];
  for (const { step, result } of begun.reverse()) {
    const tell = teller(step, options.onChange);
    tell('UNDOING', -1, '');
    try {
      await options.performer.undo(step, result, {
        signal: AbortSignal.timeout(options.undoTimeoutMs),
        report: (percent, detail) => tell('UNDOING', percent, detail),
      });
      tell('UNDONE', -1, '');
    } catch (thrown) {
      const { message } = asCoveyError(thrown);
      problems.push(`${step.title} on ${step.node} could not be undone: ${message}`);
      tell('FAILED', -1, message);
    }
  }
  return problems;
}

function failure(step: Step, error: CoveyError, problems: string[]): CoveyError {
  const code = error.code === 'internal' ? 'failed' : error.code;
  const undone =
    problems.length === 0 ? 'Everything is as it was.' : `Look after this by hand: ${problems.join('; ')}.`;
  const said = error.message.trimEnd();
  const separator = said.includes('\n') ? '\n' : /[.!?]$/.test(said) ? ' ' : '. ';
  return new CoveyError(code, `${step.title} on ${step.node}: ${said}${separator}${undone}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function teller(step: Step, onChange: RunOptions['onChange']) {
  const started = Date.now();
  return (state: StepChange['state'], percent: number, detail: string) =>
    onChange({ step, state, percent, detail, elapsedMs: Date.now() - started });
}
