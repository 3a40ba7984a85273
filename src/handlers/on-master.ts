import { projectOf } from '../app/identity.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { OnMaster } from '../plan/keep.ts';
import type { OperationName, Plan } from '../plan/steps.ts';
import type { CallContext } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { lookAt } from './look.ts';
import { isMaintained } from './maintained.ts';
import { operate, requestIdOf } from './operation.ts';
import { streamed } from './progress.ts';
import { findApp, loadRecords, type Records } from './records.ts';
import { assertMasterAlive, liveNames } from './targets.ts';

/** What a plan is made of, all of it read under the app's lock. */
export interface Found extends OnMaster {
  records: Records;
  /** Names of the live members. */
  live: string[];
  signal: AbortSignal;
}

/**
 * An operation on what an app's master holds, which leaves the app's record as it is.
 * @param alsoHeld further volumes to look for on the master
 * @param plan throws a CoveyError where it can't be done
 */
export function onMaster(
  deps: Deps,
  request: { app: string; kind: OperationName; wait: boolean; planOnly: boolean; alsoHeld?: string[] },
  call: CallContext,
  plan: (found: Found) => Plan | Promise<Plan>,
): AsyncGenerator<Progress> {
  return streamed(async (emit) => {
    const { kind, wait, planOnly, alsoHeld = [] } = request;
    const { name } = findApp(await loadRecords(deps.kv, call.signal), request.app);
    const asked = {
      app: name,
      kind,
      requestId: requestIdOf(''),
      by: call.caller.name,
      wait,
      looksOnly: planOnly,
      givesUpMaster: false,
      signal: call.signal,
      emit,
    };
    await operate(deps, asked, async (operation) => {
      const { signal } = operation;
      const records = await loadRecords(deps.kv, signal);
      const existing = findApp(records, name);
      const { record } = existing;
      const live = liveNames(await deps.members());
      assertMasterAlive(existing, live);
      const project = projectOf(name);
      const volumes = [...record.volumes, ...alsoHeld];
      const held = await lookAt(record.master, { operation, name, volumes });
      const inMaintenance = await isMaintained(deps.kv, name, signal);
      const { node: coordinator, deployRoot: root } = deps;
      const about = { coordinator, root, project, existing, survey: held, inMaintenance };
      const made = await plan({ ...about, records, live, signal });
      if (planOnly) operation.show(made);
      else await operation.execute(made, existing, 'unchanged', record.deploy_id ?? '');
    });
  });
}
