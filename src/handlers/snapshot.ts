import { CoveyError } from '../errors.ts';
import type { CloneRequest__Output } from '../generated/covey/v1/CloneRequest.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { SnapshotRequest__Output } from '../generated/covey/v1/SnapshotRequest.ts';
import { planClone, planSnapshot } from '../plan/keep.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { onMaster } from './on-master.ts';
import { assertFree, ownVolumes } from './own-volumes.ts';

/** Keeps a snapshot of each volume of an app on its master. */
export function snapshot(deps: Deps): StreamHandler<SnapshotRequest__Output, Progress> {
  return ({ app, volumes, stop, wait, planOnly }, call) =>
    onMaster(deps, { app, kind: 'snapshot', wait, planOnly }, call, (found) =>
      planSnapshot({ ...found, volumes: ownVolumes(found.existing, volumes), stop }),
    );
}

/** A writable copy of a volume under another name, on the app's master. */
export function clone(deps: Deps): StreamHandler<CloneRequest__Output, Progress> {
  return ({ app, volume, to, wait, planOnly }, call) =>
    onMaster(deps, { app, kind: 'clone', wait, planOnly, alsoHeld: [to] }, call, (found) => {
      const [own = ''] = ownVolumes(found.existing, [volume]);
      assertFree(to, found.records);
      if (found.survey.volumes.includes(to)) {
        const { master } = found.existing.record;
        throw new CoveyError('conflict', `${master} has a volume ${to} already.`, {
          hint: 'Name another one.',
        });
      }
      return planClone({ ...found, volume: own, to });
    });
}
