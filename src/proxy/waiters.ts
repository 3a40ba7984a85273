/** Those who wait until something is so. */
export interface Waiters {
  /** Something has changed: all look again. */
  wake(): void;
  /** Resolves with what `look` finds, once it finds something: now, or when they are woken. @throws the signal's reason */
  until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T>;
}

export function createWaiters(): Waiters {
  const waiting = new Set<() => void>();
  return {
    wake: () => {
      for (const check of [...waiting]) check();
    },
    until: <T>(look: () => T | undefined, signal: AbortSignal) =>
      new Promise<T>((resolve, reject) => {
        const settle = () => {
          const found = signal.aborted ? undefined : look();
          if (signal.aborted) reject(signal.reason);
          else if (found !== undefined) resolve(found);
          else return;
          waiting.delete(settle);
          signal.removeEventListener('abort', settle);
        };
        waiting.add(settle);
        signal.addEventListener('abort', settle);
        settle();
      }),
  };
}
