import type { BalanceState } from './balance.ts';
import type { View } from './view.ts';

/** What this node knows better than the records, added to each view. */
export interface BalanceStates {
  /** Undefined: nothing. */
  set(app: string, state: BalanceState | undefined): void;
  /** The view with it; what is of no use any more is forgotten. */
  added(view: View): View;
}

export function createBalanceStates(node: string): BalanceStates {
  const states = new Map<string, BalanceState>();

  const isOfUse = (view: View, name: string, state: BalanceState): boolean => {
    const app = view.apps.find((each) => each.name === name);
    if (app === undefined || !('record' in app)) return app !== undefined;
    const isHere = app.record.balanced?.nodes.includes(node) ?? false;
    return isHere && ('out' in state || state.index === app.index);
  };

  return {
    set: (app, state) => {
      if (state === undefined) states.delete(app);
      else states.set(app, state);
    },
    added: (view) => {
      for (const [name, state] of states) if (!isOfUse(view, name, state)) states.delete(name);
      const { balance: before, ...rest } = view;
      const plain: View = before === undefined ? view : rest;
      return states.size === 0 ? plain : { ...rest, balance: new Map(states) };
    },
  };
}
