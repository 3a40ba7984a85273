import { parseMoment } from '../app/moment.ts';
import { CoveyError } from '../errors.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { RestoreRequest__Output } from '../generated/covey/v1/RestoreRequest.ts';
import { type Choice, type Held, named, newestOfEach } from '../plan/choose.ts';
import { planRestore, planRestoreTo } from '../plan/restore.ts';
import type { Plan } from '../plan/steps.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { type Found, onMaster } from './on-master.ts';
import { assertFree, ownVolumes } from './own-volumes.ts';

/** Puts volumes of an app back to snapshots of its master, or gives one of them to another volume. */
export function restore(deps: Deps): StreamHandler<RestoreRequest__Output, Progress> {
  return (request, call) => {
    const { app, to, wait, planOnly } = request;
    const alsoHeld = to === '' ? [] : [to];
    return onMaster(deps, { app, kind: 'restore', wait, planOnly, alsoHeld }, call, (found) =>
      plan(deps, request, found),
    );
  };
}

async function plan(deps: Deps, request: RestoreRequest__Output, found: Found): Promise<Plan> {
  const { to } = request;
  const { existing, project, signal } = found;
  const { master, volumes } = existing.record;
  if (to !== '') assertFree(to, found.records);
  const reply = await deps.nodes.snapshots(master, { project, volumes }, signal);
  const { snapshots = [], unfinished = [] } = reply;
  const now = Date.now();
  const choices = choose(request, found, { node: master, snapshots, unfinished }, now);
  if (to === '') return planRestore({ ...found, choices, now });
  const [choice, second] = choices;
  if (choice === undefined || second !== undefined) {
    throw new CoveyError('invalid', `${to} takes the state of one volume, not of ${choices.length}.`, {
      hint: 'Name it with --volume.',
    });
  }
  return planRestoreTo({ ...found, choices, choice, to, now });
}

function choose(
  { volumes, at, snapshots, to }: RestoreRequest__Output,
  { existing, project }: Found,
  held: Held,
  now: number,
): Choice[] {
  const until = at === '' ? null : parseMoment(at, now);
  if (snapshots.length === 0) return newestOfEach(ownVolumes(existing, volumes), held, until);
  if (volumes.length > 0 || until !== null) {
    throw new CoveyError('invalid', 'A snapshot by name says volume and time already.', {
      hint: 'Leave out --volume and --at, or --snapshot.',
    });
  }
  // What the app no longer declares it has no place for, but another volume has.
  const isOwn = (volume: string) =>
    existing.record.volumes.includes(volume) || (to !== '' && volume.startsWith(`${project}_`));
  return named(snapshots, held, isOwn);
}
