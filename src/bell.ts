/** Tells those who follow that something changed, not what: they look for themselves. */
export interface Bell {
  ring(): void;
  /** At once, and then for all rings since it was last asked; ends with the signal. */
  rings(signal: AbortSignal): AsyncGenerator<void, void, undefined>;
}

export function createBell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring: () => {
      for (const listener of listeners) listener();
    },
    rings: async function* (signal) {
      let rung = true;
      let woken = Promise.withResolvers<void>();
      const wake = () => {
        rung = true;
        woken.resolve();
      };
      const end = () => woken.resolve();
      listeners.add(wake);
      signal.addEventListener('abort', end, { once: true });
      try {
        while (!signal.aborted) {
          if (rung) {
            rung = false;
            yield;
          } else {
            await woken.promise;
            woken = Promise.withResolvers();
          }
        }
      } finally {
        listeners.delete(wake);
        signal.removeEventListener('abort', end);
      }
    },
  };
}
