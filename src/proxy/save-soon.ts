import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError, type CoveyError } from '../errors.ts';

/** A `save` that does not wait for the disk. */
export interface Saving<T> {
  /** Takes note of the value: of those that come before it is written, the newest is. */
  save(value: T): Promise<void>;
  /** Writes what is not on disk yet, without a wait. */
  flush(): Promise<void>;
}

/**
 * From the first value that is not on disk yet to its write, from one write to the next, and from one that failed to the next
 * try, in milliseconds.
 */
const TIMES = { delay: 200, interval: 1_000, retry: 10_000 };

/**
 * Writes by `save`, but in its own time: with thousands of apps a write takes longer than a change of the routes. What cannot
 * be written is told, and tried again.
 */
export function saveSoon<T>(
  save: (value: T) => Promise<void>,
  onError: (error: CoveyError) => void,
  times = TIMES,
): Saving<T> {
  let next: { value: T } | undefined;
  let running: Promise<void> | undefined;
  let hurry = new AbortController();

  const write = async (): Promise<void> => {
    const { signal } = hurry;
    await rest(times.delay, signal);
    while (next !== undefined) {
      const { value } = next;
      next = undefined;
      let wait = times.interval;
      try {
        await save(value);
      } catch (thrown) {
        onError(asCoveyError(thrown));
        // A peer that stops waits for no disk.
        if (!signal.aborted) next ??= { value };
        wait = times.retry;
      }
      await rest(wait, signal);
    }
    running = undefined;
  };

  return {
    save: async (value) => {
      next = { value };
      running ??= write();
    },
    flush: async () => {
      hurry.abort();
      await running;
      hurry = new AbortController();
    },
  };
}

/** A wait that a hurry ends. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown;
  });
}
