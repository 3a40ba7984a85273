import type { Time } from '../../src/lease/time.ts';

interface Timer {
  at: number;
  fire: () => void;
}

/** A clock that stands still until it is told to go on. */
export interface VirtualTime extends Time {
  /** Calls back at a moment, or at once for one that has passed. */
  at(moment: number, work: () => void): void;
  /** Goes on to a moment, through all that happens before. */
  runTo(moment: number): Promise<void>;
}

export function createVirtualTime(): VirtualTime {
  let now = 0;
  let timers: Timer[] = [];

  function add(at: number, fire: () => void): Timer {
    const timer = { at, fire };
    const place = timers.findLastIndex((other) => other.at <= at) + 1;
    timers.splice(place, 0, timer);
    return timer;
  }

  return {
    now: () => now,
    sleep: (ms, signal) => {
      if (signal.aborted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = add(now + ms, done);
      const aborted = () => {
        timers = timers.filter((other) => other !== timer);
        done();
      };
      signal.addEventListener('abort', aborted, { once: true });
      function done() {
        signal.removeEventListener('abort', aborted);
        resolve();
      }
      return promise;
    },
    at: (moment, work) => {
      add(moment, work);
    },
    runTo: async (moment) => {
      for (;;) {
        // All that follows from what has happened so far, without time going on.
        await new Promise((resolve) => setImmediate(resolve));
        const next = timers[0];
        if (next === undefined || next.at > moment) break;
        timers.shift();
        now = Math.max(now, next.at);
        next.fire();
      }
      now = moment;
    },
  };
}
