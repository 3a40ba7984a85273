import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../errors.ts';

/** Time as a pace needs it; tests bring their own. */
export interface Clock {
  /** In milliseconds, from whenever. */
  now(): number;
  /** Rejects when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** Keeps what is costly from being done all the time. For one caller, who does one thing at a time. */
export interface Pace {
  /**
   * Resolves when it may be done: at once, unless there is still to be rest. What may be done now is not kept back by the
   * signal, so that things which come faster than the pace replace each other and yet get on.
   * @throws CoveyError `cancelled` when the signal aborts the wait
   */
  turn(outdated: AbortSignal): Promise<void>;
  /** There is to be rest for so many milliseconds from now. */
  rest(ms: number): void;
}

const realTime: Clock = {
  now: () => performance.now(),
  pause: async (ms, signal) => {
    await pause(ms, undefined, { signal });
  },
};

export function createPace(clock: Clock = realTime): Pace {
  let restedAt = Number.NEGATIVE_INFINITY;
  return {
    turn: async (outdated) => {
      // a timer may fire a moment early
      for (let left = restedAt - clock.now(); left > 0; left = restedAt - clock.now()) {
        try {
          await clock.pause(Math.ceil(left), outdated);
        } catch (cause) {
          throw new CoveyError('cancelled', 'Something newer came while this waited for its turn.', {
            cause,
          });
        }
      }
    },
    rest: (ms) => {
      restedAt = clock.now() + ms;
    },
  };
}
