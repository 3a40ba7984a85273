import type { Occurrence } from './occurrence.ts';

/** What waits until somebody takes it, `most` at a time: more than that pushes out the oldest, and that is told. */
export interface Backlog {
  /** Never waits. */
  push(occurrence: Occurrence): void;
  /** No more comes; what waits is still given. With an error that follows then. */
  end(error?: unknown): void;
  items(): AsyncGenerator<Occurrence, void, undefined>;
}

export function createBacklog({ most, now }: { most: number; now: () => number }): Backlog {
  const waiting: Occurrence[] = [];
  let missed = 0;
  let ended: { error: unknown } | undefined;
  let woken = Promise.withResolvers<void>();
  return {
    push: (occurrence) => {
      if (ended) return;
      waiting.push(occurrence);
      if (waiting.length > most) {
        waiting.shift();
        missed += 1;
      }
      woken.resolve();
    },
    end: (error) => {
      ended ??= { error };
      woken.resolve();
    },
    async *items() {
      for (;;) {
        const count = missed;
        missed = 0;
        if (count > 0) yield missedOf(count, now());
        const next = waiting.shift();
        if (next) yield next;
        else if (ended) {
          if (ended.error !== undefined) throw ended.error;
          return;
        } else {
          await woken.promise;
          woken = Promise.withResolvers();
        }
      }
    },
  };
}

function missedOf(count: number, at: number): Occurrence {
  const text = `${count} more things have happened than were taken; the oldest are not told`;
  return { kind: 'watch.missed', at, text, details: { count: `${count}` } };
}
