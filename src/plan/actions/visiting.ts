import { snapshotResult } from '../results.ts';
import type { Action } from '../steps.ts';
import type { ActionDeps, ActionOptions, Performed } from './action.ts';

type Deps = Pick<ActionDeps, 'store' | 'isPinned'>;
type Snapshots = Extract<Action, { kind: 'drop' }>['snapshots'];

/** Says which snapshots come here for one operation; what has come by then goes where that is undone. */
export function expect(deps: Deps): Performed<'expect'> {
  return {
    run: async ({ snapshots }) => ({ snapshots }),
    undo: async (_action, result, options) => {
      // Without a result nothing has been sent yet.
      if (result !== undefined) await remove(deps, snapshotResult.parse(result).snapshots, options);
    },
  };
}

/** Removes what came for one operation. */
export function drop(deps: Deps): Performed<'drop'> {
  return { run: async ({ snapshots }, options) => remove(deps, snapshots, options) };
}

async function remove(
  { store, isPinned }: Deps,
  snapshots: Snapshots,
  { signal, report }: ActionOptions,
): Promise<void> {
  for (const name of Object.values(snapshots)) {
    // The other app has moved to this node meanwhile: from now on it is its own, and its purge sees to it.
    if (isPinned(name)) continue;
    report(-1, name);
    await store.removeSnapshot(name, { signal });
  }
}
