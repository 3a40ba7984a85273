import { z } from 'zod';
import { maintenanceOperation, type PastOperation, parseOperations } from '../app/history.ts';
import { JOURNAL_PREFIX, OPERATIONS_PREFIX } from '../app/keys.ts';
import type { KvEntry } from '../consul/kv.ts';
import type { Occurrence } from './occurrence.ts';

type Entry = Pick<KvEntry, 'key' | 'value'>;

/** What a journal tells of an operation that has begun to change something; the rest of it is for who ends it. */
const journal = z.object({
  operation: z.string(),
  requestId: z.string(),
  coordinator: z.string(),
  draft: z.object({ operation: z.string(), by: z.string(), begun: z.number() }).optional(),
});

interface Begun {
  app: string;
  operation: string;
  id: string;
  coordinator: string;
  by: string;
  begun: number;
}

/** The operations that have begun between two looks at Consul's keys of journals. */
export function beginnings(before: readonly Entry[], after: readonly Entry[], at: number): Occurrence[] {
  const were = new Set(before.flatMap(readJournal).map(keyOf));
  return after
    .flatMap(readJournal)
    .filter((each) => !were.has(keyOf(each)))
    .map((each) => started(each, each.begun || at));
}

/** What is told of an operation when it begins. */
export function started(
  { app, operation, id, by, coordinator }: Omit<Begun, 'begun'>,
  at: number,
): Occurrence {
  const text = `${operation} of ${app} has begun on ${coordinator}${asked(by)}`;
  return { kind: 'operation.started', at, app, node: coordinator, text, details: { operation, id, by } };
}

const keyOf = ({ app, id }: Begun): string => `${app} ${id}`;

const asked = (by: string): string => (by === '' ? '' : `, asked for by ${by}`);

/** As in the history: that a node leaves an app to its new master follows a move or a takeover, which is told. */
const UNTOLD = ['leave', 'recover', 'follow'];

export const isTold = (operation: string): boolean => !UNTOLD.includes(operation);

/** None where it cannot be read: `covey status` and the next operation tell that. */
function readJournal({ key, value }: Entry): Begun[] {
  const parsed = journal.safeParse(parseJson(value));
  if (!parsed.success) return [];
  const { operation, requestId, coordinator, draft } = parsed.data;
  const app = key.slice(JOURNAL_PREFIX.length);
  const about = draft ?? { operation, by: '', begun: 0 };
  return isTold(about.operation) ? [{ app, id: requestId, coordinator, ...about }] : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not of ours: the schema refuses it
  }
}

/** The operations that have ended, or were settled, between two looks at Consul's keys of what was done to each app. */
export function endings(before: readonly Entry[], after: readonly Entry[], at: number): Occurrence[] {
  const were = new Map(before.map((entry) => [entry.key, entry]));
  return after.flatMap((entry) => {
    const old = were.get(entry.key);
    if (old?.value === entry.value) return [];
    const known = new Map((old ? read(old) : []).map((each) => [identityOf(each), each]));
    const app = entry.key.slice(OPERATIONS_PREFIX.length);
    return read(entry).flatMap((each) => changeOf(app, known.get(identityOf(each)), each, at));
  });
}

/** Maintenance is told as such. */
function read({ key, value }: Entry): PastOperation[] {
  try {
    return parseOperations(key, value).filter(
      ({ operation }) =>
        operation !== maintenanceOperation(true) && operation !== maintenanceOperation(false),
    );
  } catch {
    return []; // covey history says that it cannot be read
  }
}

/** One that is asked for again by the same id, as events are, ends again. */
const identityOf = ({ operation, id, ended }: PastOperation): string => `${operation} ${id} ${ended}`;

function changeOf(
  app: string,
  before: PastOperation | undefined,
  past: PastOperation,
  at: number,
): Occurrence[] {
  const { operation, id, by, coordinator: node, begun, error, outcome } = past;
  if (before !== undefined) {
    if (!before.pending || past.pending) return [];
    const text = `what ${operation} of ${app} had left is ${outcome === 'done' ? 'finished' : 'undone'}`;
    return [
      {
        kind: 'operation.settled',
        at,
        app,
        node: past.endedBy ?? node,
        text,
        details: { operation, id, outcome },
      },
    ];
  }
  const elapsedMs = past.ended - begun;
  return [
    ended(
      { app, operation, id, by, coordinator: node, outcome, elapsedMs, error: error?.message },
      past.ended,
    ),
  ];
}

interface End extends Omit<Begun, 'begun'> {
  outcome: PastOperation['outcome'];
  elapsedMs: number;
  error?: string | undefined;
}

/** What is told of an operation when it has ended. */
export function ended(end: End, at: number): Occurrence {
  const { app, operation, id, by, coordinator: node, outcome, error = '' } = end;
  const about = { at, app, node };
  const details = { operation, id, by, elapsedMs: `${end.elapsedMs}` };
  if (outcome === 'done')
    return { kind: 'operation.done', ...about, text: `${operation} of ${app} is done`, details };
  if (outcome === 'cancelled') {
    const text = `${operation} of ${app} was cancelled`;
    return { kind: 'operation.cancelled', ...about, text, details: { ...details, error } };
  }
  const text = `${operation} of ${app} has failed: ${error}`;
  return { kind: 'operation.failed', ...about, text, details: { ...details, error } };
}
