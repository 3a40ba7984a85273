import type { Outcome__Output as Outcome } from '../generated/covey/v1/Outcome.ts';
import type { Plan__Output as Plan } from '../generated/covey/v1/Plan.ts';
import type { Progress__Output as Progress } from '../generated/covey/v1/Progress.ts';
import type { StepProgress__Output as StepProgress } from '../generated/covey/v1/StepProgress.ts';
import { plain } from './output.ts';

/** All that one change of an operation says, as lines that stay; `elapsed` in milliseconds. */
export function progressText(progress: Progress, elapsed: number): string[] {
  const { plan, step, warning, outcome } = progress;
  const width = Math.max(0, ...(plan?.steps ?? []).map(({ node }) => node.length));
  return [
    ...(plan === null ? [] : [planText(plan, width)]),
    ...(step === null ? [] : [stepLine(step, elapsed)]),
    ...(warning === '' ? [] : [`${clock(elapsed)} warning: ${plain(warning)}`]),
    ...(outcome === null ? [] : [outcomeText(outcome, elapsed)]),
  ];
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
  return `${clock(elapsed)} ${stepText(step)}`;
}

/** `node1  build  running 40%: Step 1`. */
export function stepText(step: StepProgress): string {
  const state = step.state === 'STATE_UNSPECIFIED' ? '' : step.state.toLowerCase();
  const percent = step.state === 'RUNNING' && step.percent >= 0 ? ` ${step.percent}%` : '';
  const detail = step.detail === '' ? '' : `: ${plain(step.detail)}`;
  return `${step.node}  ${plain(step.title)}  ${state}${percent}${detail}`;
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

export function clock(elapsed: number): string {
  return `[${(elapsed / 1000).toFixed(1).padStart(5)}s]`;
}
