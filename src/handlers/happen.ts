import { setTimeout as pause } from 'node:timers/promises';
import { diff } from '../occurrences/diff.ts';
import type { Occurrence } from '../occurrences/occurrence.ts';
import { carriedOver, type Seen } from '../occurrences/seen.ts';
import { type SeeingDeps, see } from './see.ts';

/** At least that often is looked, in milliseconds: that a replica is late comes by no change. */
const AGAIN = 5_000;

/** Something that has happened, in the cluster as it is since then. */
export interface Happened {
  occurrence: Occurrence;
  seen: Seen;
}

/** What happens in the cluster from now on, as this node sees it, in order; ends with the signal. `ready` once it has begun. */
export async function* happen(
  deps: SeeingDeps,
  signal: AbortSignal,
  ready: () => void = () => undefined,
): AsyncGenerator<Happened, void, undefined> {
  let before: Seen | undefined;
  for await (const _ of atLeastEvery(AGAIN, deps.memory.changes, signal)) {
    const now = see(deps, Date.now());
    const seen = before === undefined ? now : carriedOver(before, now);
    const occurrences = before === undefined ? [] : diff(before, seen);
    if (before === undefined) ready();
    before = seen;
    for (const occurrence of occurrences) yield { occurrence, seen };
  }
}

/** Yields for each change, and where none has come for that long. */
async function* atLeastEvery(
  milliseconds: number,
  changes: (signal: AbortSignal) => AsyncIterable<void>,
  signal: AbortSignal,
): AsyncGenerator<void, void, undefined> {
  const leaving = new AbortController();
  const within = AbortSignal.any([signal, leaving.signal]);
  const iterator = changes(within)[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    while (!signal.aborted) {
      const waiting = new AbortController();
      const time = pause(milliseconds, undefined, { signal: waiting.signal }).catch(() => undefined); // a change comes first
      const result = await Promise.race([next, time]).finally(() => waiting.abort());
      if (result?.done || signal.aborted) return;
      if (result) next = iterator.next();
      yield;
    }
  } finally {
    leaving.abort();
    await iterator.return?.();
  }
}
