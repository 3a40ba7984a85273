import { sendResult } from './results.ts';
import type { Results } from './runner.ts';
import type { Plan } from './steps.ts';

/** How much of volumes went from node to node; a step that failed after the commit counts as none. */
export function sentBytes(plan: Plan, results: Results): number {
  return plan.steps
    .filter(({ action }) => action.kind === 'send')
    .reduce((sum, { id }) => sum + (sendResult.safeParse(results.get(id)).data?.bytes ?? 0), 0);
}
