import { setTimeout as pause } from 'node:timers/promises';

/** Something to be done again and again. */
export interface Task {
  /** What must not be done twice at a time. */
  key: string;
  /** When it is to begin, in unix ms. */
  due: number;
  /** Does it once, and sees to it that it is due later. Never fails. */
  run(signal: AbortSignal): Promise<void>;
}

/** Node's timers can't wait longer than 24.8 days. */
const LONGEST_WAIT = 24 * 3_600_000;

/**
 * Runs tasks when they are due, at most `atOnce` at a time, the longest overdue first; one that still runs is not
 * begun again. Between that it sleeps: until the next is due, one ends, or `outdated` says that there are other tasks
 * now. One that runs and is no task any more is aborted. Ends by the signal, when all have ended.
 */
export async function runPeriodically(
  deps: { tasks: () => Promise<Task[]>; outdated: () => AbortSignal; atOnce: number },
  signal: AbortSignal,
): Promise<void> {
  const running = new Map<string, { stop: AbortController; done: Promise<void> }>();
  let ended = new AbortController();

  function begin({ key, run }: Task): void {
    const stop = new AbortController();
    const done = run(AbortSignal.any([signal, stop.signal])).finally(() => {
      running.delete(key);
      ended.abort();
    });
    running.set(key, { stop, done });
  }

  try {
    while (!signal.aborted) {
      // Taken first: what changes from here on is seen at once.
      const outdated = deps.outdated();
      ended = new AbortController();
      const tasks = (await deps.tasks()).toSorted((a, b) => a.due - b.due);
      const keys = new Set(tasks.map(({ key }) => key));
      for (const [key, { stop }] of running) if (!keys.has(key)) stop.abort();
      const waiting = tasks.filter(({ key }) => !running.has(key));
      const now = Date.now();
      const free = Math.max(0, deps.atOnce - running.size);
      const due = waiting.filter((task) => task.due <= now).slice(0, free);
      for (const task of due) begin(task);
      const next = free > due.length ? waiting.find((task) => task.due > now)?.due : undefined;
      const wait = Math.min((next ?? Number.POSITIVE_INFINITY) - now, LONGEST_WAIT);
      // An abort is what is waited for.
      await pause(wait, undefined, { signal: AbortSignal.any([signal, outdated, ended.signal]) }).catch(
        () => undefined,
      );
    }
  } finally {
    for (const { stop } of running.values()) stop.abort();
    await Promise.allSettled([...running.values()].map(({ done }) => done));
  }
}
