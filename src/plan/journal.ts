import { z } from 'zod';
import { type OperationDraft, operationDraft } from '../app/history.ts';
import { JOURNAL_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import type { KvOp } from '../consul/transaction.ts';
import { CoveyError } from '../errors.ts';
import { type ActionKind, actionSchema, operationName, type Plan, type Step } from './steps.ts';

const step = z.object({
  id: z.string(),
  node: z.string(),
  title: z.string(),
  afterCommit: z.boolean(),
  action: actionSchema,
  app: z.string().optional(),
});

/**
 * What is begun without a write of its own where it comes right after another step: to undo one that has never run changes nothing,
 * whatever had become of those before it.
 */
const LIGHT: readonly ActionKind[] = ['drain', 'retain', 'health', 'register', 'certificates'];

/** Longest wait for the journal itself, in milliseconds. */
const READ_DEADLINE = 10_000;

/** What has been done of an operation, for whoever holds the app's lock next. */
const entry = z.object({
  operation: operationName,
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
  /** Grows with every write: Consul gives no new index to a value that is the same. */
  revision: z.number(),
  /** For the history, which whoever ends it writes. The journal of an older version does not have it. */
  draft: operationDraft.optional(),
});

export type JournalEntry = z.output<typeof entry>;

/** An entry, and Consul's index of it (0: not written yet). */
export interface Written {
  entry: JournalEntry;
  index: number;
}

/**
 * The journal of one operation, in Consul, under the app's lock: every write is refused to who has lost it.
 * Errors: `conflict` when the lock is lost, and those of Kv.
 */
export interface Journal {
  /** With it begin the light ones that come next. */
  begin(step: Step): Promise<void>;
  /** Of one before the commit, written with what is written next: until then it counts as one that may have ended, without a result. */
  end(step: Step, result: unknown): Promise<void>;
  undone(step: Step): Promise<void>;
  /** For the transaction that commits. */
  commitOps(step: Step): KvOp[];
  /**
   * Makes sure of a commit that Consul has not answered: true if it was made; false if not, and then it never will be,
   * since what it compares has changed. Until this has resolved the journal is in doubt. Errors: as of the writes.
   */
  resolve(): Promise<boolean>;
  /** Nothing may be undone while it is not known whether the commit was made. */
  inDoubt(): boolean;
  /** Whether something is left to be undone, or, after the commit, to be done. */
  isPending(): boolean;
  /** Nothing is left to be undone or finished. */
  close(): Promise<void>;
}

/** The steps after the commit that have not ended. */
export function unfinished({ steps, results }: JournalEntry): Step[] {
  return steps.filter((each) => each.afterCommit && !(each.id in results));
}

/** The steps that have begun and are not undone, with their results where they have ended. */
export function begunOf({ steps, begun, results }: JournalEntry): { step: Step; result: unknown }[] {
  return steps
    .filter(({ id }) => begun.includes(id))
    .map((step) => ({ step, result: results[step.id] ?? undefined }));
}

/** Reads what an earlier operation left; undefined where all is done. Errors: `invalid` if it cannot be read. */
export async function readJournal(
  kv: Pick<Kv, 'get'>,
  app: string,
  signal: AbortSignal,
): Promise<Written | undefined> {
  const found = await kv.get(`${JOURNAL_PREFIX}${app}`, { signal, consistent: true });
  if (!found) return undefined;
  try {
    return { entry: entry.parse(JSON.parse(found.value)), index: found.modifyIndex };
  } catch (cause) {
    throw new CoveyError('invalid', `The journal ${JOURNAL_PREFIX}${app} cannot be read.`, {
      cause,
      hint: 'Another version of covey may have written it. See that the app runs on its master, then delete the key.',
    });
  }
}

/** What a new journal says; `prepared` has been begun already. */
export interface About {
  requestId: string;
  coordinator: string;
  plan: Plan;
  prepared: readonly Step[];
  draft?: OperationDraft;
}

/** A journal for a new operation, written with its first step. `index` of what was prepared, if that was written down. */
export function newJournal(
  kv: Kv,
  guard: KvOp,
  { index = 0, ...about }: About & { index?: number },
): Journal {
  return journalOf(kv, guard, about.plan.app, { entry: newEntry(about), index });
}

export function newEntry({ requestId, coordinator, plan, prepared, draft }: About): JournalEntry {
  return {
    operation: plan.operation,
    requestId,
    coordinator,
    steps: [...prepared, ...plan.steps],
    begun: prepared.map(({ id }) => id),
    results: {},
    committed: false,
    revision: 0,
    ...(draft && { draft }),
  };
}

/** Goes on with the journal of an earlier operation. */
export function journalOf(kv: Kv, guard: KvOp, app: string, start: Written): Journal {
  const key = `${JOURNAL_PREFIX}${app}`;
  let { entry: current, index } = start;
  let doubtful = false;
  const prepared = new Set(current.begun);
  /** Those that count as begun, and have not begun yet. */
  let ahead: readonly string[] = [];

  // Undoing must go on when whoever asked has gone: no signal but the lock's guard.
  const tryWrite = async (wanted: JournalEntry): Promise<boolean> => {
    const next = { ...wanted, revision: current.revision + 1 };
    const value = JSON.stringify(next);
    const written = await kv.transaction([guard, { op: 'cas', key, value, index }]);
    if (!written.ok) return false;
    current = next;
    index = written.indexes.get(key) ?? index;
    return true;
  };
  const write = async (next: JournalEntry): Promise<void> => {
    if (!(await tryWrite(next))) throw lost(app);
  };

  return {
    begin: async ({ id }) => {
      if (ahead.includes(id)) {
        ahead = ahead.filter((each) => each !== id);
        return;
      }
      const next = lightAfter(current.steps, id);
      await write({ ...current, begun: [...current.begun, id, ...next] });
      ahead = next;
    },
    end: async ({ id, action, afterCommit }, result) => {
      // The commit was written by its own transaction.
      if (action.kind === 'commit') return reread();
      const ended = { ...current, results: { ...current.results, [id]: result ?? null } };
      if (afterCommit) await write(ended);
      // Visitors may wait, and the next step begins at once: it uses nothing that is not written by then.
      else current = ended;
    },
    undone: async ({ id }) => {
      await write({
        ...current,
        begun: current.begun.filter((each) => each !== id && !ahead.includes(each)),
      });
      ahead = [];
    },
    commitOps: ({ id }) => {
      doubtful = true;
      const results = { ...current.results, [id]: null };
      return [{ op: 'cas', key, value: JSON.stringify({ ...current, results, committed: true }), index }];
    },
    resolve: async () => {
      if (!(await tryWrite(current))) await reread();
      doubtful = false;
      return current.committed;
    },
    inDoubt: () => doubtful,
    isPending: () =>
      doubtful ||
      (current.committed ? unfinished(current).length > 0 : current.begun.some((id) => !prepared.has(id))),
    close: async () => {
      const removed = await kv.transaction([guard, { op: 'delete', key }]);
      if (!removed.ok) throw lost(app);
    },
  };

  /** What was written by the commit. */
  async function reread(): Promise<void> {
    const found = await readJournal(kv, app, AbortSignal.timeout(READ_DEADLINE));
    if (!found?.entry.committed) throw lost(app);
    current = found.entry;
    index = found.index;
    doubtful = false;
  }
}

function lightAfter(steps: readonly Step[], id: string): string[] {
  const after = steps.slice(steps.findIndex((each) => each.id === id) + 1);
  const end = after.findIndex(({ action, afterCommit }) => afterCommit || !LIGHT.includes(action.kind));
  return after.slice(0, end < 0 ? after.length : end).map((each) => each.id);
}

export function lost(app: string): CoveyError {
  return new CoveyError('conflict', `The lock of ${app} was lost.`, {
    hint: 'Whoever has it now undoes or finishes what was begun.',
  });
}
