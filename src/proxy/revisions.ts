import type { View } from './view.ts';
import { createWaiters } from './waiters.ts';

/** Counts what changes on this node beside the records, and tells when that is served. */
export interface Revisions {
  /** Something is another way from the next view on. */
  begin(): void;
  /** The view has all that was begun. */
  mark(view: View): void;
  /** Such a view is served. */
  applied(view: View): void;
  /** Resolves once a view is served that has all that was begun before this call. @throws the signal's reason */
  served(signal: AbortSignal): Promise<void>;
}

export function createRevisions(): Revisions {
  let newest = 0;
  let reached = 0;
  const marked = new WeakMap<View, number>();
  const waiters = createWaiters();

  return {
    begin: () => {
      newest += 1;
    },
    mark: (view) => void marked.set(view, newest),
    applied: (view) => {
      reached = Math.max(reached, marked.get(view) ?? 0);
      waiters.wake();
    },
    served: async (signal) => {
      const wanted = newest;
      await waiters.until(() => reached >= wanted || undefined, signal);
    },
  };
}
