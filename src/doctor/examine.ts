import { asCoveyError, CoveyError } from '../errors.ts';
import type { Check, Finding } from './check.ts';
import { error } from './check.ts';

/** A finding, and the check that made it. */
export interface Examined extends Finding {
  check: string;
}

/** Examines this node. Rejects only with the reason of the signal. */
export type Examine = (signal: AbortSignal) => Promise<Examined[]>;

/** How long one check may take, in milliseconds. */
const DEADLINE = 5_000;

/**
 * Runs the checks, all at once, and gives what they found in their order. One that throws, or gives no answer in time, is an
 * error of the node and not of the examination.
 */
export async function examine(
  checks: readonly Check[],
  signal: AbortSignal,
  deadline = DEADLINE,
): Promise<Examined[]> {
  const found = await Promise.all(checks.map((check) => examined(check, signal, deadline)));
  if (signal.aborted) throw asCoveyError(signal.reason);
  return found;
}

async function examined(check: Check, signal: AbortSignal, deadline: number): Promise<Examined> {
  const { name, hint } = check;
  const limit = AbortSignal.timeout(deadline);
  const bounded = AbortSignal.any([signal, limit]);
  try {
    // What does not heed its signal must not hold up the others.
    return { check: name, ...(await Promise.race([check.look(bounded), aborted(bounded)])) };
  } catch (thrown) {
    const late = new CoveyError('timeout', `There was no answer within ${deadline / 1000} s.`);
    return { check: name, ...error((limit.aborted ? late : asCoveyError(thrown)).message, hint) };
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
