/** How long what has failed is let be, in milliseconds: at first, and at most. */
const FIRST = 5_000;
const LONGEST = 10 * 60_000;

/**
 * When something is tried again that has failed: after twice as long each time. What is in the way is mostly gone in a moment, and the
 * rest is not asked for all the time. What has changed since is tried at once.
 */
export interface BackOff {
  /** @param version of what is tried: what failed before counts only as long as that stays */
  isDue(key: string, version: number): boolean;
  failed(key: string, version: number): void;
  succeeded(key: string): void;
}

/** @param now a clock in milliseconds that is never set back; changed by tests */
export function createBackOff(now: () => number = () => performance.now()): BackOff {
  const failures = new Map<string, { version: number; wait: number; until: number }>();
  const of = (key: string, version: number) => {
    const failure = failures.get(key);
    return failure?.version === version ? failure : undefined;
  };
  return {
    isDue: (key, version) => now() >= (of(key, version)?.until ?? 0),
    failed: (key, version) => {
      const before = of(key, version);
      const wait = before === undefined ? FIRST : Math.min(LONGEST, 2 * before.wait);
      failures.set(key, { version, wait, until: now() + wait });
    },
    succeeded: (key) => void failures.delete(key),
  };
}
