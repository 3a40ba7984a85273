import { DIVERGED } from '../../volumes/snapshot-name.ts';
import { worthAnotherRound } from '../../volumes/transfer/rounds.ts';
import { isMadeOf, isUnchangedSince } from '../../volumes/unchanged.ts';
import { adoptResult, snapshotResult } from '../results.ts';
import type { Report } from '../runner.ts';
import type { ActionDeps, Performed } from './action.ts';
import { removeContainers, stopContainers } from './containers.ts';
import { removeFolders } from './release.ts';
import { assertUnused } from './unused.ts';

/** Keeps a snapshot of each volume that is there. Nothing writes to them meanwhile: the app is stopped. */
export function snapshot({ engine, store }: ActionDeps): Performed<'snapshot'> {
  return {
    run: async ({ volumes, label }, { signal, report }) => {
      const snapshots: Record<string, string> = {};
      for (const volume of volumes) {
        if (!(await store.exists(volume))) continue;
        report(-1, volume);
        snapshots[volume] = await store.snapshot(volume, { signal, ...(label ? { label } : {}) });
      }
      return { snapshots };
    },
    undo: async ({ project, label }, result, { signal, report }) => {
      // Without a result the snapshots were not all made, so nothing after them has begun.
      if (result === undefined) return;
      const { snapshots } = snapshotResult.parse(result);
      // What has a volume mounted would go on writing to the one that is replaced.
      if (project) await stopContainers(engine, project, { signal, report });
      for (const [volume, name] of Object.entries(snapshots)) {
        // What was put aside and not replaced is still there, and what it holds is the newest.
        if (label && (await store.exists(volume)) && (await isMadeOf(store, volume, name, { signal })))
          continue;
        await store.restore(volume, name, { signal });
      }
    },
  };
}

/**
 * Sends the present state of volumes to another node, in rounds. Each round sends all of them, since one changes while
 * the others are sent.
 */
export function send({ handOff }: ActionDeps): Performed<'send'> {
  return {
    run: async ({ volumes, to, rounds, snapshots: given = {}, passing, landsFor = {} }, options) => {
      const mandate = { ...options.mandate, ...landsFor };
      const snapshots: Record<string, string> = {};
      const sent: number[] = [];
      do {
        const round = rounds === 1 ? '' : `round ${sent.length + 1}, `;
        const report: Report = (percent, detail) => options.report(percent, `${round}${detail}`);
        let bytes = 0;
        for (const volume of volumes) {
          const more = { report, mandate, passing, snapshot: given[volume] };
          const landed = await handOff(volume, to, { ...options, ...more });
          snapshots[volume] = landed.snapshot;
          bytes += landed.bytes;
        }
        sent.push(bytes);
        report(-1, `${(bytes / 1_000_000).toFixed(1)} MB sent`);
      } while (worthAnotherRound(sent, rounds));
      return { snapshots, bytes: sent.reduce((sum, bytes) => sum + bytes, 0) };
    },
  };
}

/** Makes sent snapshots the live volumes of this node. */
export function adopt({ engine, store, mounts }: ActionDeps): Performed<'adopt'> {
  return {
    run: async ({ volumes, snapshots }, { signal, report }) => {
      await assertUnused(engine, Object.keys(snapshots), signal);
      const kept: Record<string, string> = {};
      for (const [volume, snapshot] of Object.entries(snapshots)) {
        report(-1, volume);
        const restored = await store.restore(volume, snapshot, { signal });
        if (restored.kept) kept[volume] = restored.kept;
      }
      mounts.allow(volumes);
      return { kept };
    },
    undo: async ({ volumes, present, project }, result, { signal }) => {
      mounts.revoke(volumes);
      if (project !== undefined) await removeContainers(engine, project, signal);
      const kept = adoptResult.safeParse(result).data?.kept ?? {};
      const known = new Set(await engine.volumes({ signal }));
      for (const volume of volumes) {
        const before = kept[volume];
        if (before !== undefined) await store.restore(volume, before, { signal });
        if (present.includes(volume)) continue;
        if (known.has(volume)) await engine.removeVolume(volume, { signal });
        await store.remove(volume, { signal });
      }
    },
  };
}

/** Removes what an app no longer needs on the node; of each live volume a snapshot stays. */
export function clear(deps: ActionDeps): Performed<'clear'> {
  const { engine, store, registration, deployRoot } = deps;
  return {
    run: async ({ name, project, folder, everything, volumes, leftTo }, { signal, report }) => {
      if (everything) {
        report(-1, 'containers');
        await removeContainers(engine, project, signal);
        await engine.removeNetworks(project, { signal });
        for (const service of await registration.registered(signal)) {
          if (service.app === name) await registration.deregister(service.id, signal);
        }
      }
      const present = new Set(await engine.volumes({ signal }));
      const provisional = await store.provisional();
      const own = provisional.filter((volume) => volume.startsWith(`${project}_`));
      const others = everything ? [...(await engine.volumes({ project, signal })), ...own] : [];
      for (const volume of new Set([...volumes, ...others])) {
        report(-1, volume);
        const isData = (await store.exists(volume)) && !provisional.includes(volume);
        if (isData) await keepState(deps, volume, { leftTo, signal });
        if (present.has(volume)) await engine.removeVolume(volume, { signal });
        await store.remove(volume, { signal });
      }
      await removeFolders(deployRoot, name, folder);
    },
  };
}

/**
 * A snapshot of the volume as it is, unless the newest one is that already. Where another node has taken over that one has
 * to have it too: else somebody must hear of it.
 */
async function keepState(
  { store, isShared }: Pick<ActionDeps, 'store' | 'isShared'>,
  volume: string,
  { leftTo, signal }: { leftTo: string; signal: AbortSignal },
): Promise<void> {
  const newest = await store.newest(volume);
  const isKept = newest !== null && (await isUnchangedSince(store, volume, newest.name, { signal }));
  if (isKept && (leftTo === '' || isShared(newest.name, leftTo))) return;
  await store.snapshot(volume, leftTo === '' ? { signal } : { signal, label: DIVERGED });
}
