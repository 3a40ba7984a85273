/**
 * Runs `work` on the newest value only, one run at a time: values that come while it runs replace each other.
 * The first comes at once.
 */
export function latest<T>(work: (value: T) => Promise<void>): {
  push(value: T): void;
  idle(): Promise<void>;
} {
  let next: { value: T } | undefined;
  let running: Promise<void> | undefined;

  const drain = async () => {
    while (next !== undefined) {
      const { value } = next;
      next = undefined;
      await work(value);
    }
    running = undefined;
  };

  return {
    push: (value) => {
      next = { value };
      running ??= drain();
    },
    idle: async () => {
      await running;
    },
  };
}
