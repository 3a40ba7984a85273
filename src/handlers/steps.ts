import { CoveyError } from '../errors.ts';
import type { Faults } from '../faults.ts';
import type { StepEvent } from '../generated/covey/v1/StepEvent.ts';
import type { StepRequest__Output } from '../generated/covey/v1/StepRequest.ts';
import type { ActionOptions } from '../plan/actions/action.ts';
import type { NodeActions } from '../plan/actions/table.ts';
import type { Fences } from '../plan/fences.ts';
import { type Action, actionSchema } from '../plan/steps.ts';
import type { Turns } from '../plan/turns.ts';
import type { StreamHandler } from '../rpc/handler.ts';
import { streamed } from './progress.ts';

export interface StepDeps {
  actions: NodeActions;
  fences: Fences;
  faults: Faults;
  turns: Turns;
  /** Hears of each step before it is done, and on whose behalf. */
  watch(app: string, by: string, action: Action, undoes: boolean): void;
}

/** Does one action of an operation on this node. */
export function runStep(deps: StepDeps): StreamHandler<StepRequest__Output, StepEvent> {
  return perform(deps, false, async (action, _result, options) => {
    await deps.faults.reach(`run:${action.kind}`, options.signal);
    const result = await deps.actions.run(action, options);
    await deps.faults.reach(`ran:${action.kind}`, options.signal);
    return result;
  });
}

/** Undoes one action on this node. */
export function undoStep(deps: StepDeps): StreamHandler<StepRequest__Output, StepEvent> {
  return perform(deps, true, async (action, result, options) => {
    await deps.faults.reach(`undo:${action.kind}`, options.signal);
    return deps.actions.undo(action, result, options);
  });
}

function perform(
  { fences, turns, watch }: StepDeps,
  undoes: boolean,
  work: (action: Action, result: unknown, options: ActionOptions) => Promise<unknown>,
): StreamHandler<StepRequest__Output, StepEvent> {
  return (request, context) =>
    streamed(async (emit) => {
      const { app, fence, operationId: operation } = request;
      const action = readAction(request.action);
      await fences.pass(app, fence);
      const given = request.result === '' ? undefined : JSON.parse(request.result);
      const result = await turns.take({ app, fence, undoes }, context.signal, (signal) => {
        watch(app, context.caller.name, action, undoes);
        return work(action, given, {
          signal,
          report: (percent, detail) => emit({ percent, detail, result: '' }),
          mandate: { app, fence, operation },
        });
      });
      emit({ percent: 100, detail: '', result: result === undefined ? '' : JSON.stringify(result) });
    });
}

function readAction(text: string): Action {
  const parsed = actionSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new CoveyError('invalid', 'The other peer asks for a step that this one does not know.', {
    hint: 'All peers of a cluster run the same version of covey, but for the time of an upgrade.',
  });
}
