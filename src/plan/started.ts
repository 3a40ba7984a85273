import { begunOf, type JournalEntry } from './journal.ts';
import type { ActionKind } from './steps.ts';

/** What starts containers. */
const STARTS: readonly ActionKind[] = ['start', 'script'];

/**
 * The nodes on which an operation that has neither ended nor committed may have started the app: until it is undone there nobody
 * else may start it by himself.
 */
export function startersOf(entry: JournalEntry): string[] {
  if (entry.committed) return [];
  const begun = begunOf(entry).filter(({ step }) => STARTS.includes(step.action.kind));
  return [...new Set(begun.map(({ step }) => step.node))];
}
