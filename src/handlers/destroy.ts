import { projectOf } from '../app/identity.ts';
import type { DestroyRequest__Output } from '../generated/covey/v1/DestroyRequest.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import { planDestroy } from '../plan/destroy.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { releasesOrNew } from './kept-releases.ts';
import { lookAt } from './look.ts';
import { operate, requestIdOf } from './operation.ts';
import { streamed } from './progress.ts';
import { findAppOf, loadRecords } from './records.ts';
import { assertMasterAlive, assertMasterLost, liveNames } from './targets.ts';

/** Removes an app from the cluster; snapshots of its volumes stay. */
export function destroy(deps: Deps): StreamHandler<DestroyRequest__Output, Progress> {
  return (request, call) =>
    streamed(async (emit) => {
      const requestId = requestIdOf(request.requestId);
      const { name } = findAppOf(await loadRecords(deps.kv, call.signal), request);
      await operate(
        deps,
        {
          app: name,
          kind: 'destroy',
          requestId,
          by: call.caller.name,
          wait: request.wait,
          looksOnly: request.planOnly,
          givesUpMaster: request.lost,
          signal: call.signal,
          emit,
        },
        async (operation) => {
          const existing = findAppOf(await loadRecords(deps.kv, operation.signal), request);
          const live = liveNames(await deps.members());
          const { record } = existing;
          if (request.lost) assertMasterLost(existing, live);
          else assertMasterAlive(existing, live);
          const project = projectOf(name);
          const { volumes } = record;
          const survey = request.lost ? null : await lookAt(record.master, { operation, name, volumes });
          const releases = await releasesOrNew(deps.kv, name, {
            signal: operation.signal,
            warn: (warning) => operation.emit({ warning }),
          });
          const plan = planDestroy({
            coordinator: deps.node,
            root: deps.deployRoot,
            project,
            existing,
            live,
            releases,
            survey,
          });
          if (request.planOnly) operation.show(plan);
          else await operation.execute(plan, existing, null, record.deploy_id ?? '');
        },
      );
    });
}
