import { z } from 'zod';
import type { Kv } from '../consul/kv.ts';
import type { KvOp } from '../consul/transaction.ts';
import { CoveyError } from '../errors.ts';
import { actionSchema, type Plan, type Step } from './steps.ts';

export const JOURNAL_PREFIX = 'covey/journal/';

const step = z.object({
  id: z.string(),
  node: z.string(),
  title: z.string(),
  afterCommit: z.boolean(),
  action: actionSchema,
});

/** What has been done of an operation, for whoever holds the app's lock next. */
const entry = z.object({
  operation: z.enum(['deploy', 'destroy']),
  requestId: z.string(),
  coordinator: z.string(),
  /** Of the whole operation, in order. */
  steps: z.array(step),
  /** Ids of the steps that have begun and are not undone. */
  begun: z.array(z.string()),
  /** Results of the steps that have ended, by id. */
  results: z.record(z.string(), z.unknown()),
  /** Set by the very transaction that commits: before, the operation is undone; after, it is finished. */
  committed: z.boolean(),
});

export type JournalEntry = z.output<typeof entry>;

/**
 * The journal of one operation, in Consul, under the app's lock: every write is refused to who has lost it.
 * Errors: `conflict` when the lock is lost, and those of Kv.
 */
export interface Journal {
  begin(step: Step): Promise<void>;
  end(step: Step, result: unknown): Promise<void>;
  undone(step: Step): Promise<void>;
  /** For the transaction that commits. */
  commitOps(step: Step): KvOp[];
  /** Consul has not said whether the commit was made: nothing may be undone until it does. */
  doubt(): void;
  /** It has said so. */
  resolve(): void;
  inDoubt(): boolean;
  /** Whether something is left to be undone. */
  isPending(): boolean;
  /** Nothing is left to be undone or finished. */
  close(): Promise<void>;
}

/** Reads what an earlier operation left; undefined where all is done. Errors: `invalid` if it cannot be read. */
export async function readJournal(
  kv: Kv,
  app: string,
  signal: AbortSignal,
): Promise<JournalEntry | undefined> {
  const found = await kv.get(`${JOURNAL_PREFIX}${app}`, { signal, consistent: true });
  if (!found) return undefined;
  try {
    return entry.parse(JSON.parse(found.value));
  } catch (cause) {
    throw new CoveyError('invalid', `The journal ${JOURNAL_PREFIX}${app} cannot be read.`, {
      cause,
      hint: 'Another version of covey may have written it. See that the app runs on its master, then delete the key.',
    });
  }
}

/** A journal for a new operation; `prepared` has been done already. Written with its first step. */
export function newJournal(
  kv: Kv,
  guard: KvOp,
  about: { requestId: string; coordinator: string; plan: Plan; prepared: readonly Step[] },
): Journal {
  const { requestId, coordinator, plan, prepared } = about;
  return journalOf(kv, guard, plan.app, {
    operation: plan.operation,
    requestId,
    coordinator,
    steps: [...prepared, ...plan.steps],
    begun: prepared.map(({ id }) => id),
    results: {},
    committed: false,
  });
}

/** Goes on with the journal of an earlier operation. */
export function journalOf(kv: Kv, guard: KvOp, app: string, start: JournalEntry): Journal {
  const key = `${JOURNAL_PREFIX}${app}`;
  let current = start;
  let doubtful = false;
  const prepared = new Set(start.begun);

  const write = async (next: JournalEntry): Promise<void> => {
    // Undoing must go on when whoever asked has gone: the lock decides, not the caller's signal.
    const written = await kv.transaction([guard, { op: 'set', key, value: JSON.stringify(next) }]);
    if (!written.ok) throw lost(app);
    current = next;
  };

  return {
    begin: ({ id }) => write({ ...current, begun: [...current.begun, id] }),
    end: async ({ id }, result) => {
      const results = { ...current.results, [id]: result ?? null };
      // The commit is written by its own transaction.
      if (current.steps.find((each) => each.id === id)?.action.kind === 'commit') {
        current = { ...current, results, committed: true };
      } else {
        await write({ ...current, results });
      }
    },
    undone: ({ id }) => write({ ...current, begun: current.begun.filter((each) => each !== id) }),
    commitOps: ({ id }) => {
      const results = { ...current.results, [id]: null };
      return [{ op: 'set', key, value: JSON.stringify({ ...current, results, committed: true }) }];
    },
    doubt: () => {
      doubtful = true;
    },
    resolve: () => {
      doubtful = false;
    },
    inDoubt: () => doubtful,
    isPending: () => doubtful || (!current.committed && current.begun.some((id) => !prepared.has(id))),
    close: async () => {
      const removed = await kv.transaction([guard, { op: 'delete', key }]);
      if (!removed.ok) throw lost(app);
    },
  };
}

function lost(app: string): CoveyError {
  return new CoveyError('conflict', `The lock of ${app} was lost.`, {
    hint: 'Whoever has it now undoes or finishes what was begun.',
  });
}
