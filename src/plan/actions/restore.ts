import { assertSnapshotName } from '../../volumes/snapshot-name.ts';
import { isUnchangedSince } from '../../volumes/unchanged.ts';
import type { ActionDeps, Performed } from './action.ts';
import { stopContainers } from './containers.ts';
import { assertUnused } from './unused.ts';

/** Keeps a plain snapshot of each volume. One that is not there is an error: somebody believes that it is safe. */
export function keep({ store }: ActionDeps): Performed<'keep'> {
  return {
    run: async ({ volumes }, { signal, report }) => {
      const snapshots: Record<string, string> = {};
      for (const volume of volumes) {
        const name = await store.snapshot(volume, { signal });
        report(-1, name);
        snapshots[volume] = name;
      }
      return { snapshots };
    },
  };
}

/**
 * Puts snapshots in the place of volumes that nothing has mounted. A state that has not been kept, or has changed since, is
 * put aside before it goes.
 */
export function restore({ engine, store }: ActionDeps): Performed<'restore'> {
  return {
    run: async ({ snapshots, kept }, { signal, report }) => {
      await assertUnused(engine, Object.keys(snapshots), signal);
      for (const [volume, snapshot] of Object.entries(snapshots)) {
        const before = kept[volume];
        const isKept =
          before !== undefined &&
          (await store.exists(volume)) &&
          (await isUnchangedSince(store, volume, before, { signal }));
        const of = assertSnapshotName(snapshot).volume;
        const done = await store.restore(of, snapshot, { to: volume, keep: !isKept, signal });
        report(
          -1,
          done.kept ? `${volume} from ${snapshot}; put aside ${done.kept}` : `${volume} from ${snapshot}`,
        );
      }
    },
    undo: async ({ project, snapshots, present, of }, _result, { signal, report }) => {
      // Those that were there the step that kept them puts back. What was not there came from a snapshot, which stays.
      const meant = Object.keys({ ...snapshots, ...of?.volumes });
      const added = meant.filter((volume) => !present.includes(volume));
      if (added.length > 0 && project) await stopContainers(engine, project, { signal, report });
      for (const volume of added) await store.remove(volume, { signal });
    },
  };
}

/** Makes restored states the newest of their volumes. */
export function promote({ store }: ActionDeps): Performed<'promote'> {
  return {
    run: async (action, { signal, report }) => {
      const snapshots: Record<string, string> = {};
      for (const snapshot of action.snapshots) {
        const name = await store.promote(snapshot, { signal });
        report(-1, name);
        snapshots[assertSnapshotName(snapshot).volume] = name;
      }
      return { snapshots };
    },
  };
}

/** A writable copy of a volume. */
export function clone({ store }: ActionDeps): Performed<'clone'> {
  return {
    run: async ({ volume, to }, { signal }) => store.clone(volume, to, { signal }),
  };
}
