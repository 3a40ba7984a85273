import { asCoveyError, CoveyError } from '../errors.ts';
import { waitElsewhere } from './cutover.ts';
import type { Journal } from './journal.ts';
import type { ActionKind, Plan, Step } from './steps.ts';

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
  /** Aborts the plan before the commit: it is undone. */
  signal: AbortSignal;
  /** Aborts what comes after the commit: whoever asked may go, but the lock must be held. */
  holding: AbortSignal;
  /** How long an undo may take, in milliseconds: it must not hang where the step did. */
  undoTimeoutMs: number;
  /** What has begun is written down before it begins. */
  journal: Journal;
}

/**
 * Runs the steps in order. A failure before the commit undoes what had begun, from the last to the first, and is
 * thrown; one after the commit does not stop the steps that follow, and comes back as a warning.
 */
export async function runPlan(
  plan: Plan,
  options: RunOptions,
): Promise<{ warnings: string[]; results: Results }> {
  const { journal } = options;
  const begun: Begun[] = [];
  const warnings: string[] = [];
  const results = new Map<string, unknown>();
  for (const step of plan.steps) {
    if (step.afterCommit) {
      warnings.push(...(await finishStep(step, { ...options, signal: options.holding }, results)));
      continue;
    }
    const entry: Begun = { step, result: undefined };
    try {
      options.signal.throwIfAborted();
      await journal.begin(step);
      begun.push(entry);
      entry.result = await runStep(step, options, results);
      results.set(step.id, entry.result);
      await journal.end(step, entry.result);
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (journal.inDoubt()) throw failure(step, error, ['it is not known whether it was committed']);
      throw failure(step, error, await undoAll(begun, options));
    }
  }
  return { warnings, results };
}

/** A step that has begun, and its result where it has ended. */
export interface Begun {
  step: Step;
  result: unknown;
}

/**
 * What is not tried again after the commit: nodes that are silent follow the record when they can, and a replica that
 * could not be sent the next replication sends; images that could not be let go of are the next deploy's, and those that a
 * slave could not build it builds when it takes over.
 */
const LEFT_TO_OTHERS: readonly ActionKind[] = ['acknowledge', 'send', 'prune', 'build', 'retain'];

/** Runs a step after the commit, and adds its result; a failure is a warning, and leaves it in the journal for another try. */
export async function finishStep(
  step: Step,
  options: Pick<RunOptions, 'performer' | 'onChange' | 'signal' | 'journal'>,
  results: Map<string, unknown>,
): Promise<string[]> {
  try {
    const result = await runStep(step, options, results);
    results.set(step.id, result);
    await options.journal.end(step, result);
    return [];
  } catch (thrown) {
    const warning = `${step.title} on ${step.node}: ${asCoveyError(thrown).message}`;
    if (!LEFT_TO_OTHERS.includes(step.action.kind)) return [`${warning.trimEnd()} (It is tried again.)`];
    await options.journal.end(step, null).catch(() => undefined); // then it is tried once more, by who comes next
    return [warning];
  }
}

/** Runs one step, reporting its life. */
export async function runStep(
  step: Step,
  options: Pick<RunOptions, 'performer' | 'onChange' | 'signal'>,
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

/**
 * Undoes from the last to the first. Where one cannot be undone, that is told, and what came before it on the same node
 * stays as it is, for another try: the order on a node matters. The other nodes go on, and so do requests that wait on one of them.
 */
export async function undoAll(
  begun: readonly Begun[],
  options: Omit<RunOptions, 'signal' | 'holding'>,
): Promise<string[]> {
  const problems: string[] = [];
  const stuck = new Set<string>();
  for (const { step, result } of begun.toReversed()) {
    if (stuck.has(step.node) && !waitElsewhere(step)) continue;
    const tell = teller(step, options.onChange);
    tell('UNDOING', -1, '');
    try {
      await options.performer.undo(step, result, {
        signal: AbortSignal.timeout(options.undoTimeoutMs),
        report: (percent, detail) => tell('UNDOING', percent, detail),
      });
      await options.journal.undone(step);
      tell('UNDONE', -1, '');
    } catch (thrown) {
      const { message } = asCoveyError(thrown);
      problems.push(`${step.title} on ${step.node} could not be undone: ${message}`);
      stuck.add(step.node);
      tell('FAILED', -1, message);
    }
  }
  return problems;
}

function failure(step: Step, error: CoveyError, problems: string[]): CoveyError {
  const code = error.code === 'internal' ? 'failed' : error.code;
  const undone =
    problems.length === 0
      ? 'Everything is as it was.'
      : `Not all of it is undone yet, and it is tried again: ${problems.join('; ')}.`;
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
