import { findRelease, type PastRelease } from '../app/releases.ts';
import { CoveyError } from '../errors.ts';
import type { NodeSnapshotsReply } from '../generated/covey/v1/NodeSnapshotsReply.ts';
import type { RollbackRequest__Output } from '../generated/covey/v1/RollbackRequest.ts';
import type { Choice } from '../plan/choose.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { assertSnapshotName } from '../volumes/snapshot-name.ts';
import type { Deps } from './deps.ts';
import { heldOf } from './releases.ts';

/**
 * The release that is meant.
 * @throws CoveyError as `findRelease`; `conflict` where another release runs than the one that the plan was shown for
 */
export function findTarget(
  { name, record }: Existing,
  releases: readonly PastRelease[],
  { to, from }: Pick<RollbackRequest__Output, 'to' | 'from'>,
): PastRelease {
  if (from !== '' && from !== record.deploy_id) {
    throw new CoveyError(
      'conflict',
      `${name} was deployed meanwhile: ${record.deploy_id} runs, not ${from}.`,
      {
        hint: 'Look at the plan again: covey rollback APP --plan.',
      },
    );
  }
  return findRelease(name, releases, { current: record.deploy_id, to });
}

/**
 * Everything that the volumes are put back to has to be on the app's master, before anything is touched.
 * @param wanted volume -> snapshot
 * @throws CoveyError `refused` naming what is missing, and the nodes that hold it
 */
export async function assertHeld(
  { nodes, bounds }: Pick<Deps, 'nodes' | 'bounds'>,
  about: {
    existing: Existing;
    target: PastRelease;
    wanted: Readonly<Record<string, string>>;
    held: NodeSnapshotsReply;
    live: readonly string[];
    signal: AbortSignal;
  },
): Promise<void> {
  const { existing, target, wanted, held, live, signal } = about;
  const { master } = existing.record;
  const missing = Object.entries(wanted).filter(([, snapshot]) => !held.snapshots?.includes(snapshot));
  if (missing.length === 0) return;
  const asked = live.filter((node) => node !== master);
  const elsewhere = await Promise.all(
    asked.map(async (node) => {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(bounds.observe)]);
      const reply = await nodes
        .snapshots(node, heldOf(existing.name, [target]), bounded)
        .catch((): NodeSnapshotsReply => ({})); // it only would have been a place to name
      return { node, snapshots: reply.snapshots ?? [] };
    }),
  );
  const lines = missing.map(([volume, snapshot]) => {
    const holders = elsewhere.filter(({ snapshots }) => snapshots.includes(snapshot)).map(({ node }) => node);
    const where = holders.length > 0 ? `${holders.join(', ')} has it` : 'no live node has it';
    return `of ${volume} the snapshot ${snapshot} (${where})`;
  });
  throw new CoveyError('refused', `${master}, the master of ${existing.name}, lacks ${lines.join('; ')}.`, {
    hint: '--code-only goes back to the release with the data of now. Or deploy the app to a node that has them first.',
  });
}

/** The snapshots of those volumes that there is a place for. */
export function choicesOf(wanted: Readonly<Record<string, string>>, volumes: readonly string[]): Choice[] {
  return Object.entries(wanted)
    .filter(([volume]) => volumes.includes(volume))
    .map(([volume, name]) => ({ volume, snapshot: assertSnapshotName(name) }));
}
