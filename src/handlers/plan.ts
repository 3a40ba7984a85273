import { CoveyError } from '../errors.ts';
import type { PlanReply } from '../generated/covey/v1/PlanReply.ts';
import type { PlanRequest__Output } from '../generated/covey/v1/PlanRequest.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { CallContext, Handler, Handlers } from '../rpc/handler.ts';

/** The operations that have a plan. */
type Planned = Pick<
  Handlers['Cluster'],
  'Deploy' | 'Destroy' | 'Snapshot' | 'Restore' | 'Clone' | 'Migrate' | 'Rollback'
>;

/** What an operation would do: it is asked itself, and only plans. So it refuses what the operation refuses, with the same errors. */
export function plan(operations: Planned): Handler<PlanRequest__Output, PlanReply> {
  return async (request, call) => {
    const reply: PlanReply = { warnings: [] };
    for await (const progress of asked(operations, request, call)) {
      if (progress.plan) reply.plan = progress.plan;
      if (progress.warning) reply.warnings?.push(progress.warning);
    }
    return reply;
  };
}

function asked(
  operations: Planned,
  request: PlanRequest__Output,
  call: CallContext,
): AsyncIterable<Progress> {
  const { deploy, destroy, snapshot, restore, clone, migrate, rollback } = request;
  const planOnly = true;
  if (deploy) return operations.Deploy({ ...deploy, planOnly }, call);
  if (destroy) return operations.Destroy({ ...destroy, planOnly }, call);
  if (snapshot) return operations.Snapshot({ ...snapshot, planOnly }, call);
  if (restore) return operations.Restore({ ...restore, planOnly }, call);
  if (clone) return operations.Clone({ ...clone, planOnly }, call);
  if (migrate) return operations.Migrate({ ...migrate, planOnly }, call);
  if (rollback) return operations.Rollback({ ...rollback, planOnly }, call);
  throw new CoveyError('invalid', 'No operation is given to be planned.', {
    hint: 'Set one of deploy, destroy, snapshot, restore, clone, migrate and rollback.',
  });
}
