/** What several sources give, each in its order, as one in the order of `keyOf`; one item of each is held. */
export async function* inOrder<T>(
  sources: readonly AsyncGenerator<T, void>[],
  keyOf: (item: T) => string,
): AsyncGenerator<T, void> {
  const heads: { item: T; source: AsyncGenerator<T, void> }[] = [];
  const advance = async (source: AsyncGenerator<T, void>): Promise<void> => {
    const { value, done } = await source.next();
    if (!done) heads.push({ item: value, source });
  };
  try {
    await Promise.all(sources.map(advance));
    while (heads.length > 0) {
      const first = heads.reduce((one, other) => (keyOf(other.item) < keyOf(one.item) ? other : one));
      heads.splice(heads.indexOf(first), 1);
      yield first.item;
      await advance(first.source);
    }
  } finally {
    await Promise.allSettled(sources.map((source) => source.return()));
  }
}

/** A way from several that give to one that takes: who gives waits until what it gave has been taken. */
export interface Funnel<T> {
  /** Resolves once the item is taken; rejects with the reason of `signal`. */
  put(item: T, signal: AbortSignal): Promise<void>;
  /** Ends what is taken, with the error where there is one; what waits comes before the end. */
  end(error?: unknown): void;
  items(): AsyncGenerator<T, void>;
}

export function createFunnel<T>(): Funnel<T> {
  const waiting: { item: T; taken: () => void }[] = [];
  let ended: { error: unknown } | undefined;
  let wake = () => {};
  return {
    put: (item, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.push({ item, taken: resolve });
      wake();
      if (signal.aborted) onAbort();
      return promise.finally(() => signal.removeEventListener('abort', onAbort));
    },
    end: (error) => {
      ended ??= { error };
      wake();
    },
    async *items() {
      for (;;) {
        const next = waiting.shift();
        if (next) {
          yield next.item;
          next.taken();
        } else if (ended) {
          if (ended.error !== undefined) throw ended.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
