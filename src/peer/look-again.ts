import { setTimeout as pause } from 'node:timers/promises';
import type { View } from '../proxy/view.ts';

/** Until the next look, in milliseconds: at what could not be done yet, and at all, whatever was missed. */
const RETRY = 5_000;
const AGAIN = 60_000;

/** At least from one look to the next, in milliseconds: records may change many times a second, and there is no hurry. */
const APART = 1_000;

/**
 * Looks whenever the records change, and now and then besides. Ends by the signal.
 * @param look does what is to be done; whether nothing of it is left
 * @param again until the next look where nothing is left, in milliseconds
 */
export async function lookAgain(
  records: {
    view(): View | undefined;
    /** Aborts when the view is replaced. */
    outdated(): AbortSignal;
  },
  look: (view: View) => Promise<boolean>,
  signal: AbortSignal,
  again: number = AGAIN,
): Promise<void> {
  while (!signal.aborted) {
    // Taken first: what changes from here on is seen at once.
    const change = AbortSignal.any([signal, records.outdated()]);
    const view = records.view();
    const done = view === undefined || (await look(view));
    await pause(APART, undefined, { signal }).catch(() => undefined); // a peer that stops
    await pause(done ? again : RETRY, undefined, { signal: change }).catch(() => undefined); // a change comes first
  }
}
