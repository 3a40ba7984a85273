import type { BalanceState } from './balance.ts';
import type { View } from './view.ts';
import { createWaiters } from './waiters.ts';

/** What this node knows better than the records, added to each view, and who waits until it is served. */
export interface BalanceStates {
  /** Undefined: nothing. */
  set(app: string, state: BalanceState | undefined): void;
  /** The view with it; what is of no use any more is forgotten. */
  added(view: View): View;
  /** Such a view is served. */
  applied(view: View): void;
  /** Resolves once a view is served that has all of what is set now. @throws the signal's reason */
  served(signal: AbortSignal): Promise<void>;
}

export function createBalanceStates(node: string): BalanceStates {
  const states = new Map<string, BalanceState>();
  /** Of what was set, and which of it views have. */
  let revision = 0;
  const revisions = new WeakMap<View, number>();
  let reached = 0;
  const waiters = createWaiters();

  const isOfUse = (view: View, name: string, state: BalanceState): boolean => {
    const app = view.apps.find((each) => each.name === name);
    if (app === undefined || !('record' in app)) return app !== undefined;
    const isHere = app.record.balanced?.nodes.includes(node) ?? false;
    return isHere && ('out' in state || state.index === app.index);
  };

  return {
    set: (app, state) => {
      revision += 1;
      if (state === undefined) states.delete(app);
      else states.set(app, state);
    },
    added: (view) => {
      for (const [name, state] of states) if (!isOfUse(view, name, state)) states.delete(name);
      const { balance: before, ...rest } = view;
      const plain: View = before === undefined ? view : rest;
      const added = states.size === 0 ? plain : { ...rest, balance: new Map(states) };
      revisions.set(added, revision);
      return added;
    },
    applied: (view) => {
      reached = Math.max(reached, revisions.get(view) ?? 0);
      waiters.wake();
    },
    served: async (signal) => {
      const wanted = revision;
      await waiters.until(() => reached >= wanted || undefined, signal);
    },
  };
}
