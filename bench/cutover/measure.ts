import { setTimeout as pause } from 'node:timers/promises';
import { startLoad } from '../../src/drill/load.ts';
import { lanesOf } from '../../src/drill/look.ts';
import type { Sample } from '../../src/drill/report.ts';
import type { Part } from './stage.ts';

/** How long the load goes on after each time, in milliseconds: what goes wrong just after it belongs to it. */
const AFTER = 1_000;

/** What came of one thing that was done over and over under load. */
export interface Measured {
  samples: Sample[];
  /** How long it took each time, in milliseconds. */
  durations: number[];
  /** From node to node, each time. */
  sentBytes: number[];
}

/** Does it until there are enough samples: `requests` by each way, or so many `times`. */
export async function underLoad(
  { targets, deed }: Part,
  { rate, requests, times }: { rate: number; requests: number; times?: number },
  signal: AbortSignal,
): Promise<Measured> {
  const lanes = await lanesOf(targets, { signal });
  const ways = new Set(lanes.map(({ asker }) => asker.way));
  const measured: Measured = { samples: [], durations: [], sentBytes: [] };
  const { samples, durations, sentBytes } = measured;
  const isEnough = () => {
    if (times !== undefined) return durations.length >= times;
    return [...ways].every((way) => samples.filter((sample) => sample.way === way).length >= requests);
  };
  const load = startLoad({ lanes, rate, onSample: (sample) => samples.push(sample) }, 'bench');
  try {
    await load.underWay(signal);
    while (!isEnough()) {
      const begun = performance.now();
      sentBytes.push((await deed()).sentBytes);
      durations.push(performance.now() - begun);
      await pause(AFTER, undefined, { signal }); // time itself is meant: see AFTER
    }
  } finally {
    await load.stop({ drop: signal.aborted });
  }
  return measured;
}

/**
 * How long somebody would have waited who tries again until there is an answer, at most, in milliseconds: from the beginning of
 * the first request that failed to the end of the next one that did not.
 */
export function longestOutage(samples: readonly Sample[]): number {
  let longest = 0;
  let since: number | undefined;
  for (const { at, wait, problem } of samples.toSorted((a, b) => a.at - b.at)) {
    if (problem !== undefined) since ??= at;
    else {
      longest = Math.max(longest, at + wait - (since ?? at));
      since = undefined;
    }
  }
  return longest;
}
