import type { OperationDraft } from '../app/history.ts';
import { JOURNAL_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import type { KvOp } from '../consul/transaction.ts';
import { type Journal, lost, newEntry, newJournal } from './journal.ts';
import type { Plan, Step } from './steps.ts';

/** A step of the same kind on the same node may stand in the plan too. */
const prepared = (step: Step): Step => ({ ...step, id: `prepare-${step.id}` });

/**
 * What is done before there is a plan and leaves something: written down before it begins, so that whoever holds the
 * app's lock next undoes it where the coordinator dies. Errors: those of the journal.
 */
export interface Preparation {
  /** Only a fetch leaves anything. It takes the place of an earlier one on its node: the folder is the same. */
  begin(step: Step): Promise<void>;
  /** What was prepared and is not undone. */
  steps(): readonly Step[];
  /** It is undone already. The next write says so; a second undo would do no harm. */
  undone(step: Step): void;
  /** The journal of the plan, which goes on with what was prepared. By the plan more is known of the operation. */
  journal(plan: Plan, draft: OperationDraft): Journal;
  /** Nothing was prepared, or it is undone. Does nothing once a plan goes on. */
  close(): Promise<void>;
}

export function newPreparation(
  kv: Kv,
  guard: KvOp,
  about: { app: string; requestId: string; coordinator: string; draft: OperationDraft },
): Preparation {
  const { app, requestId, coordinator, draft: first } = about;
  const key = `${JOURNAL_PREFIX}${app}`;
  let steps: Step[] = [];
  let index = 0;
  let handedOn = false;
  return {
    begin: async (step) => {
      if (step.action.kind !== 'fetch') return;
      const begun = prepared(step);
      steps = [...steps.filter(({ id }) => id !== begun.id), begun];
      // Only deploys and rollbacks prepare anything; the name is for messages.
      const plan: Plan = { app, operation: 'deploy', steps: [], warnings: [] };
      const value = JSON.stringify(newEntry({ requestId, coordinator, plan, prepared: steps, draft: first }));
      const written = await kv.transaction([guard, { op: 'cas', key, value, index }]);
      if (!written.ok) throw lost(app);
      index = written.indexes.get(key) ?? index;
    },
    steps: () => steps,
    undone: (step) => {
      steps = steps.filter(({ node, action }) => node !== step.node || action.kind !== step.action.kind);
    },
    journal: (plan, draft) => {
      handedOn = true;
      return newJournal(kv, guard, { requestId, coordinator, plan, prepared: steps, index, draft });
    },
    close: async () => {
      if (handedOn || index === 0) return;
      const removed = await kv.transaction([guard, { op: 'delete', key }]);
      if (!removed.ok) throw lost(app);
    },
  };
}
