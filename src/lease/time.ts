import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** A clock that only goes forward, and waiting by it. In milliseconds; where it began does not matter. */
export interface Time {
  now(): number;
  /** Ends early, without an error, with the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** It keeps no process alive: a peer that can't start ends. */
const sleep: Time['sleep'] = async (ms, signal) => {
  await pause(ms, undefined, { signal, ref: false }).catch(() => undefined); // an abort ends it, as it says above
};

/** Since the machine booted, also while it slept: who holds something for a time must not believe that it stood still. */
export const sinceBoot: Time = { now: () => uptime() * 1000, sleep };

/** Stands still while the machine sleeps: who waits for somebody's silence must not count what it could not hear. */
export const whileAwake: Time = { now: () => performance.now(), sleep };

/** Differs from one boot of the machine to the next: the clock begins anew then. */
export const bootId = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

/** A signal that aborts with `signal`, or after some time. `done` ends the waiting. */
export function within(time: Time, ms: number, signal: AbortSignal): { signal: AbortSignal; done(): void } {
  const late = new AbortController();
  const over = new AbortController();
  void time.sleep(ms, AbortSignal.any([signal, over.signal])).then(() => {
    if (!over.signal.aborted) late.abort(new Error(`no answer within ${ms / 1000} s`));
  });
  return { signal: AbortSignal.any([signal, late.signal]), done: () => over.abort() };
}
