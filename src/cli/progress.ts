import { isPlainTerminal } from '../config/caller.ts';
import type { Plan__Output as Plan } from '../generated/covey/v1/Plan.ts';
import type { Progress__Output as Progress } from '../generated/covey/v1/Progress.ts';
import { print, printJson } from './output.ts';
import { progressText } from './progress-text.ts';

/**
 * Shows an operation as it goes: the plan, every change of a step, and how it ended. A line for each in a pipe; on a terminal
 * what runs is shown below the lines that stay. Gives the plan, if there was one.
 */
export async function follow(stream: AsyncIterable<Progress>, json: boolean): Promise<Plan | undefined> {
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  const live = json ? undefined : await liveOn(process.stdout, elapsed);
  let plan: Plan | undefined;
  try {
    for await (const progress of stream) {
      plan = progress.plan ?? plan;
      if (json) printJson(withoutEmpty(progress));
      else if (live) live.show(progress);
      else for (const text of progressText(progress, elapsed())) print(text);
    }
  } finally {
    live?.close();
  }
  return plan;
}

/** The live view where the terminal can have one; its size is 0 where nobody knows it. */
async function liveOn(out: typeof process.stdout, elapsed: () => number) {
  if (!out.isTTY || out.columns === 0 || isPlainTerminal()) return undefined;
  const { liveView } = await import('./live.ts');
  return liveView(out, elapsed);
}

/** Only what a message says: every field is there by default, most of them empty. */
function withoutEmpty(progress: Progress): Partial<Progress> {
  return Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== null && value !== ''));
}
