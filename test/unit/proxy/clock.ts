import type { Clock } from '../../../src/proxy/pace.ts';

/** A clock that stands still until it is told. */
export function fakeClock(): { clock: Clock; advance(ms: number): Promise<void> } {
  let time = 0;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    clock: {
      now: () => time,
      pause: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal.aborted) return reject(signal.reason);
          const sleeper = { until: time + ms, wake: resolve };
          sleepers.add(sleeper);
          const stop = () => {
            sleepers.delete(sleeper);
            reject(signal.reason);
          };
          signal.addEventListener('abort', stop, { once: true });
        }),
    },
    advance: async (ms) => {
      const end = time + ms;
      for (;;) {
        await turn();
        const [next] = [...sleepers].sort((a, b) => a.until - b.until);
        if (next === undefined || next.until > end) break;
        time = next.until;
        sleepers.delete(next);
        next.wake();
      }
      time = end;
      await turn();
    },
  };
}
