import type { OperationDraft } from '../app/history.ts';
import { withOperation } from '../app/history.ts';
import type { Lock } from '../consul/lock.ts';
import type { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { Change } from './coordinate.ts';
import type { Deps } from './deps.ts';
import { noteOperation } from './note-operation.ts';

/** What the history of its app will have of one operation. */
export interface Chronicle {
  /** As far as it is known: for the journal. */
  draft(): OperationDraft;
  /** It is known what is to be done. */
  planned(existing: Existing | undefined, change: Change): void;
  /** The commit was made. */
  committed(generation: number): void;
  /**
   * Writes it down, while the lock is held; it never fails. An operation that neither did anything nor failed was done under
   * its id before, and stands in the history already. Whether the app had no history before.
   */
  end(error: CoveyError | undefined, isPending: boolean): Promise<boolean>;
}

interface About {
  app: string;
  kind: string;
  requestId: string;
  by: string;
  source?: string;
  looksOnly: boolean;
  givesUpMaster: boolean;
  takesOver?: boolean;
}

/** Ends of what is left are told by `recover`, with the operation that they end; a node that leaves, or follows, goes by what is told already. */
const UNTOLD: readonly string[] = ['recover', 'leave', 'follow'];

export function newChronicle(
  { kv, node }: Pick<Deps, 'kv' | 'node'>,
  { app, kind, requestId, by, source, looksOnly, givesUpMaster, takesOver }: About,
  { lock, begun, logger }: { lock: Lock; begun: number; logger: Logger },
): Chronicle {
  let draft: OperationDraft = {
    ...{ operation: kind, by, begun },
    ...(((givesUpMaster && kind === 'deploy') || takesOver) && { takeover: true }),
    ...(source !== undefined && { source }),
  };
  let isPlanned = false;
  let generation: number | undefined;
  return {
    draft: () => draft,
    planned: (existing, change) => {
      isPlanned = true;
      draft = { ...draft, ...placesOf(existing, change) };
    },
    committed: (index) => {
      generation = index;
    },
    end: async (error, isPending) => {
      if (looksOnly || UNTOLD.includes(kind) || !(isPlanned || error)) return false;
      const { guard } = lock;
      return await noteOperation({ kv, logger, app, guard }, (history) =>
        withOperation(history, {
          ...draft,
          ...{ id: requestId, coordinator: node, ended: Date.now(), pending: isPending },
          outcome: error === undefined ? 'done' : error.code === 'cancelled' ? 'cancelled' : 'failed',
          ...(error && { error: { code: error.code, message: error.message } }),
          ...(generation !== undefined && { generation }),
        }),
      );
    },
  };
}

/** Where the app runs, and is to run. */
function placesOf(
  existing: Existing | undefined,
  change: Change,
): Pick<OperationDraft, 'from' | 'to' | 'commit'> {
  const from = existing && { master: existing.record.master, slave: existing.record.slave };
  if (change === 'unchanged') return {};
  if (change === null) return { ...(from && { from }) };
  const { master, slave, commit } = change.record;
  return { ...(from && { from }), to: { master, slave }, ...(commit !== undefined && { commit }) };
}
