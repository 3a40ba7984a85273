import type { Kv } from '../consul/kv.ts';
import { begunOf, readJournal } from './journal.ts';
import type { ActionKind } from './steps.ts';

/** What starts containers. */
const STARTS: readonly ActionKind[] = ['start', 'script'];

/**
 * The nodes, other than those given, on which an operation that has neither ended nor committed may have started the app: until
 * it is undone nobody else may start it. Errors: `invalid` for a journal that can't be read, and those of Kv.
 */
export async function startedOn(
  kv: Pick<Kv, 'get'>,
  app: string,
  except: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const entry = (await readJournal(kv, app, signal))?.entry;
  if (entry === undefined || entry.committed) return [];
  const begun = begunOf(entry).filter(({ step }) => STARTS.includes(step.action.kind));
  return [...new Set(begun.map(({ step }) => step.node))].filter((node) => !except.includes(node));
}
