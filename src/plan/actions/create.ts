import { asCoveyError } from '../../errors.ts';
import { type ActionDeps, lines, type Performed } from './action.ts';
import { takeBack } from './containers.ts';

/**
 * Makes the containers of a release where it will run, which the later `start` then only has to start. Docker mounts volumes at
 * that: those that another node is master of have provisional ones in their place, which nothing else may mount.
 */
export function create({ compose, engine, store, mounts }: ActionDeps): Performed<'create'> {
  return {
    run: async (action, { signal, report }) => {
      const { folder, project, volumes, snapshots, scripted } = action;
      const provisional = await store.provisional();
      for (const [volume, snapshot] of Object.entries(snapshots)) {
        // What has come since the plan was made is somebody's data.
        if ((await store.exists(volume)) && !provisional.includes(volume)) continue;
        await store.restore(volume, snapshot, { provisional: true, signal });
      }
      mounts.allow(volumes);
      try {
        await compose.create(folder, project, { signal, onLine: lines(report) });
      } catch (thrown) {
        const { code, message } = asCoveyError(thrown);
        if (!scripted || code !== 'failed') throw thrown;
        report(-1, `none is made before update.sh: ${message}`);
        await removeAll({ engine, store }, action, signal);
      } finally {
        mounts.revoke(volumes);
      }
    },
    undo: async (action, _result, { signal }) => {
      mounts.revoke(action.volumes);
      await removeAll({ engine, store }, action, signal);
    },
  };
}

/** What has been put in the place of a provisional volume is not ours to remove. */
async function removeAll(
  { engine, store }: Pick<ActionDeps, 'engine' | 'store'>,
  {
    project,
    volumes,
    newVolumes,
  }: { project: string; volumes: readonly string[]; newVolumes: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const provisional = (await store.provisional()).filter((volume) => volumes.includes(volume));
  await takeBack({ engine, store }, { project, newVolumes: [...provisional, ...newVolumes] }, signal);
}
