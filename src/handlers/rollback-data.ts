import { CoveyError } from '../errors.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { RollbackRequest__Output } from '../generated/covey/v1/RollbackRequest.ts';
import { planRestore } from '../plan/restore.ts';
import type { Plan } from '../plan/steps.ts';
import type { CallContext } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { loadReleases } from './kept-releases.ts';
import { type Found, onMaster } from './on-master.ts';
import { assertHeld, choicesOf, findTarget } from './past-release.ts';
import { heldOf } from './releases.ts';

/** Puts the volumes back to what they held when an earlier release ended: a restore of just these snapshots. */
export function rollbackData(
  deps: Deps,
  request: RollbackRequest__Output,
  call: CallContext,
): AsyncGenerator<Progress> {
  const { app, wait, planOnly } = request;
  return onMaster(deps, { app, kind: 'rollback', wait, planOnly }, call, (found) =>
    planData(deps, request, found),
  );
}

async function planData(deps: Deps, request: RollbackRequest__Output, found: Found): Promise<Plan> {
  const { existing, live, signal } = found;
  const { name, record } = existing;
  const releases = await loadReleases(deps.kv, name, signal);
  const target = findTarget(existing, releases, request);
  const choices = choicesOf(target.ended?.snapshots ?? {}, record.volumes);
  if (choices.length === 0) {
    throw new CoveyError(
      'refused',
      `No snapshot was kept with ${target.record.deploy_id} of a volume that ${name} has.`,
      {
        hint: `covey snapshots ${name} lists all snapshots, and covey restore puts them in place.`,
      },
    );
  }
  const held = await deps.nodes.snapshots(record.master, heldOf(name, [target]), signal);
  const wanted = Object.fromEntries(choices.map(({ volume, snapshot }) => [volume, snapshot.name]));
  await assertHeld(deps, { existing, target, wanted, held, live, signal });
  const plan = planRestore({ ...found, choices, now: Date.now() });
  return {
    ...plan,
    operation: 'rollback',
    target: target.record.deploy_id ?? '',
    current: record.deploy_id ?? '',
  };
}
