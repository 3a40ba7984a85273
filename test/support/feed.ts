/** A source that yields what is put into it, until the signal ends it. */
export interface Feed<T> {
  put(value: T): void;
  watch(signal: AbortSignal): AsyncGenerator<T>;
}

export function createFeed<T>(): Feed<T> {
  const waiting: T[] = [];
  let wake = () => {};
  return {
    put: (value) => {
      waiting.push(value);
      wake();
    },
    async *watch(signal) {
      signal.addEventListener('abort', () => wake());
      for (;;) {
        const [value] = waiting.splice(0, 1);
        if (value !== undefined) yield value;
        else if (signal.aborted) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
