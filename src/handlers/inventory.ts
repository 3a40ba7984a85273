import { projectOf } from '../app/identity.ts';
import { replicateEvery } from '../app/schedules.ts';
import type { Fact } from '../observed/facts.ts';
import type { View } from '../proxy/view.ts';
import type { Replicas } from '../volumes/replicas.ts';
import { DIVERGED, newestOf } from '../volumes/snapshot-name.ts';
import type { Snapshot } from '../volumes/store.ts';

/** What a node has of the replicated volumes of the apps: the volume or snapshots of it, or the duty to send it. */
export function inventory(given: {
  node: string;
  view: View | undefined;
  /** Names of the live volumes. */
  live: readonly string[];
  /** All snapshots of the node. */
  snapshots: readonly Snapshot[];
  replicas: Pick<Replicas, 'of'>;
}): Fact<'volume'>[] {
  const { node, view, replicas } = given;
  const live = new Set(given.live);
  const byVolume = Map.groupBy(given.snapshots, ({ volume }) => volume);
  return (view?.apps ?? []).flatMap((app) => {
    if (!('record' in app)) return [];
    const { name, record } = app;
    const lost = divergedOf(projectOf(name), given.snapshots);
    return [...new Set([...record.volumes, ...lost])].flatMap((volume): Fact<'volume'>[] => {
      const snapshots = byVolume.get(volume) ?? [];
      const isSent = record.master === node && record.volumes.includes(volume);
      const to = isSent ? record.slave : null;
      if (!live.has(volume) && snapshots.length === 0 && to === null) return [];
      const newest = newestOf(snapshots.filter(({ subvolume }) => subvolume.readonly));
      const state = to === null ? null : replicas.of(volume, to);
      return [
        {
          volume,
          app: name,
          live: live.has(volume),
          snapshots: snapshots.length,
          newest: newest?.name ?? '',
          newestAt: Math.floor((newest?.at ?? 0) / 1000),
          diverged: snapshots
            .filter(({ kind, mark }) => kind === 'aside' && mark === DIVERGED)
            .map((one) => one.name),
          replicatedTo: to ?? '',
          replicatedAt: state?.equalAt ?? 0,
          intervalMs: to === null ? 0 : replicateEvery(record, volume),
          replicationError: state?.failure?.error ?? '',
        },
      ];
    });
  });
}

/** Volumes of a project that left diverged data: the present release may declare them no more. */
function divergedOf(project: string, snapshots: readonly Snapshot[]): string[] {
  return snapshots
    .filter(
      ({ kind, mark, volume }) => kind === 'aside' && mark === DIVERGED && volume.startsWith(`${project}_`),
    )
    .map(({ volume }) => volume);
}
