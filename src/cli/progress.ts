import type { Outcome__Output as Outcome } from '../generated/covey/v1/Outcome.ts';
import type { Plan__Output as Plan } from '../generated/covey/v1/Plan.ts';
import type { Progress__Output as Progress } from '../generated/covey/v1/Progress.ts';
import type { StepProgress__Output as StepProgress } from '../generated/covey/v1/StepProgress.ts';
import { plain, print, printJson } from './output.ts';

/** Prints an operation as it goes: the plan, a line for every change of a step, and how it ended. Gives the plan, if there was one. */
export async function follow(stream: AsyncIterable<Progress>, json: boolean): Promise<Plan | undefined> {
  const begun = performance.now();
  let plan: Plan | undefined;
  for await (const progress of stream) {
    plan = progress.plan ?? plan;
    if (json) {
      printJson(withoutEmpty(progress));
      continue;
    }
    const width = Math.max(0, ...(progress.plan?.steps ?? []).map((step) => step.node.length));
    if (progress.plan !== null) print(planText(progress.plan, width));
    const elapsed = performance.now() - begun;
    if (progress.step !== null) print(stepLine(progress.step, elapsed));
    if (progress.warning !== '') print(`${clock(elapsed)} warning: ${plain(progress.warning)}`);
    if (progress.outcome !== null) print(outcomeText(progress.outcome, elapsed));
  }
  return plan;
}

/** The plan as people read it: numbered steps, and where it commits. */
export function planText(plan: Plan, width: number): string {
  const lines = [`Plan: ${plan.operation} ${plan.app}`];
  for (const [index, step] of plan.steps.entries()) {
    if (step.afterCommit && !plan.steps[index - 1]?.afterCommit) {
      lines.push('      -- from here on it is finished, not undone --');
    }
    lines.push(`${String(index + 1).padStart(4)}  ${step.node.padEnd(width)}  ${plain(step.title)}`);
  }
  return [...lines, ...plan.warnings.map((warning) => `warning: ${plain(warning)}`)].join('\n');
}

/** `[  3.2s] node1  build  done`; `elapsed` in milliseconds. */
export function stepLine(step: StepProgress, elapsed: number): string {
  const state = step.state === 'STATE_UNSPECIFIED' ? '' : step.state.toLowerCase();
  const percent = step.state === 'RUNNING' && step.percent >= 0 ? ` ${step.percent}%` : '';
  const detail = step.detail === '' ? '' : `: ${plain(step.detail)}`;
  return `${clock(elapsed)} ${step.node}  ${plain(step.title)}  ${state}${percent}${detail}`;
}

function outcomeText(outcome: Outcome, elapsed: number): string {
  const lines = [`${clock(elapsed)} ${outcome.app}: done, generation ${outcome.generation}`];
  if (outcome.deployId !== '') lines[0] += `, deploy ${outcome.deployId}`;
  if (outcome.silentNodes.length > 0) {
    lines.push(`warning: not yet confirmed by ${outcome.silentNodes.join(', ')}; they follow when they can`);
  }
  lines.push(...outcome.snapshots.map((name) => `kept ${plain(name)}`));
  return lines.join('\n');
}

function clock(elapsed: number): string {
  return `[${(elapsed / 1000).toFixed(1).padStart(5)}s]`;
}

/** Only what a message says: every field is there by default, most of them empty. */
function withoutEmpty(progress: Progress): Partial<Progress> {
  return Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== null && value !== ''));
}
