import type { StandIns } from './stand-ins.ts';
import type { View } from './view.ts';

/** What stands in for containers on this node, added to each view. */
export interface StandInStates {
  /** Undefined: nothing. */
  set(app: string, standIns: StandIns | undefined): void;
  /** The view with it; that of apps which are not here any more is forgotten. */
  added(view: View): View;
}

export function createStandIns(node: string): StandInStates {
  const all = new Map<string, StandIns>();
  const isOfUse = (view: View, name: string) =>
    view.apps.some((app) => app.name === name && (!('record' in app) || app.record.master === node));
  return {
    set: (app, standIns) => {
      if (standIns === undefined) all.delete(app);
      else all.set(app, standIns);
    },
    added: (view) => {
      for (const name of all.keys()) if (!isOfUse(view, name)) all.delete(name);
      const { standIns: before, ...rest } = view;
      if (all.size === 0) return before === undefined ? view : rest;
      return { ...rest, standIns: new Map(all) };
    },
  };
}
