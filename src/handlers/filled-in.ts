import { CoveyError } from '../errors.ts';
import { snapshotResult } from '../plan/results.ts';
import type { Results } from '../plan/runner.ts';
import type { Action, Step } from '../plan/steps.ts';

/**
 * A step with the snapshots that earlier steps sent, kept or named, and with how long requests have `waited`, in milliseconds.
 * Errors: `failed` where that has not been done.
 */
export function filledIn(step: Step, results: Results, waited?: number): Step {
  const { action } = step;
  if (action.kind === 'health')
    return waited === undefined ? step : { ...step, action: { ...action, waited } };
  if (!('from' in action) || action.kind === 'fetch') return step;
  if (action.kind === 'restore') return { ...step, action: restored(action, results) };
  return action.from ? { ...step, action: { ...action, snapshots: given(action.from, results) } } : step;
}

type Restore = Extract<Action, { kind: 'restore' }>;

/** What is put in place may be what an earlier step has kept of another app's volumes. */
function restored(action: Restore, results: Results): Restore {
  const { from, of } = action;
  const filled = from ? { ...action, kept: given(from, results) } : action;
  if (of === undefined) return filled;
  const taken = given(of.from, results);
  // An empty name is refused where it is put in place.
  const pairs = Object.entries(of.volumes).map(([volume, other]) => [volume, taken[other] ?? '']);
  return { ...filled, snapshots: Object.fromEntries(pairs) };
}

function given(from: string, results: Results): Record<string, string> {
  const parsed = snapshotResult.safeParse(results.get(from));
  if (parsed.success) return parsed.data.snapshots;
  throw new CoveyError('failed', `It needs what ${from} gives, and that has not been done.`);
}
