import { parseDeployDate } from '../app/dates.ts';
import { projectOf } from '../app/identity.ts';
import type { PastRelease } from '../app/releases.ts';
import { asCoveyError } from '../errors.ts';
import type { NodeSnapshotsReply } from '../generated/covey/v1/NodeSnapshotsReply.ts';
import type { PastRelease as PastReleaseMessage } from '../generated/covey/v1/PastRelease.ts';
import type { ReleasesReply } from '../generated/covey/v1/ReleasesReply.ts';
import type { ReleasesRequest__Output } from '../generated/covey/v1/ReleasesRequest.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Handler } from '../rpc/handler.ts';
import { parseSnapshotName } from '../volumes/snapshot-name.ts';
import type { Deps } from './deps.ts';
import { loadReleases } from './kept-releases.ts';
import { findApp, loadRecords } from './records.ts';

/** The releases of an app, and what its master has of each. */
export function releases(deps: Deps): Handler<ReleasesRequest__Output, ReleasesReply> {
  return async ({ app }, { signal }) => {
    const existing = findApp(await loadRecords(deps.kv, signal), app);
    return await releasesOf(deps, existing, signal);
  };
}

/** The same for a record. Errors: `invalid` where what is kept of its releases cannot be read. */
export async function releasesOf(
  deps: Pick<Deps, 'kv' | 'nodes' | 'bounds'>,
  { name: app, record }: Existing,
  signal: AbortSignal,
): Promise<{ problem: string; releases: PastReleaseMessage[] }> {
  const kept = await loadReleases(deps.kv, app, signal);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(deps.bounds.observe)]);
  let held: NodeSnapshotsReply = {};
  let problem = '';
  try {
    held = await deps.nodes.snapshots(record.master, heldOf(app, kept), bounded);
  } catch (thrown) {
    problem = `${record.master}: ${asCoveyError(thrown).message}`;
  }
  const { snapshots: here = [], images: imagesHere = [] } = held;
  return {
    problem,
    releases: kept.map(({ record: past, images, ended }) => {
      const snapshots = Object.values(ended?.snapshots ?? {});
      const ids = Object.values(images.ids);
      return {
        deployId: past.deploy_id ?? '',
        deployedAt: parseDeployDate(past.deploy_date) ?? 0,
        commit: past.commit ?? '',
        master: past.master,
        endedAt: ended?.at ?? 0,
        snapshots,
        missing: problem === '' ? snapshots.filter((name) => !here.includes(name)) : [],
        hasImages: ids.length > 0 && ids.every((id) => imagesHere.includes(id)),
      };
    }),
  };
}

/** What to ask a node for, to know what it has of some releases. */
export function heldOf(
  app: string,
  releases: readonly PastRelease[],
): { project: string; volumes: string[]; images: string[] } {
  const names = releases.flatMap(({ ended }) => Object.values(ended?.snapshots ?? {}));
  const volumes = names.flatMap((name) => parseSnapshotName(name)?.volume ?? []);
  const images = releases.flatMap(({ images: { ids } }) => Object.values(ids));
  return { project: projectOf(app), volumes: [...new Set(volumes)], images: [...new Set(images)] };
}
