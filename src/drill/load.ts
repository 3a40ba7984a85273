import { problemOf } from './expected.ts';
import type { Lane } from './look.ts';
import type { Sample } from './report.ts';
import { nothingCame, whatCame } from './what-came.ts';

/** The most requests in a second. */
export const MOST_PER_SECOND = 1_000;

/** Longer than an app's requests are held by default (30 s) with all that comes before and after, in milliseconds. */
const PATIENCE = 60_000;

/** The most that may wait at once: each has a connection, or a part of one. */
const MOST_WAITING = 10_000;

/** The finest that requests are spread, in milliseconds. */
const TICK = 5;

export interface LoadOptions {
  /** Asked in turn. */
  lanes: readonly Lane[];
  /** Requests a second, over all lanes. They begin when it is their time, however long those before them take. */
  rate: number;
  /** Is told each request when it has ended. */
  onSample: (sample: Sample) => void;
  /** How long an answer may take, in milliseconds. */
  patience?: number;
  mostWaiting?: number;
}

export interface Load {
  /** What begins from now on belongs to that phase. */
  mark(phase: string): void;
  /** Resolves once each lane has brought an answer since the load began, right or wrong. Errors: the signal's reason. */
  underWay(signal: AbortSignal): Promise<void>;
  /** Begins no more, and waits for what is under way, or drops that. Closes the lanes. */
  stop(options?: { drop: boolean }): Promise<void>;
}

/** Puts load on the lanes until it is stopped. */
export function startLoad(options: LoadOptions, phase: string): Load {
  const { lanes, rate, onSample, patience = PATIENCE, mostWaiting = MOST_WAITING } = options;
  const begun = performance.now();
  const waiting = new Map<AbortController, Promise<void>>();
  let isDropped = false;
  const silent = new Set(lanes);
  const answered = Promise.withResolvers<void>();
  let current = phase;
  /** How many were due. */
  let count = 0;

  /** One request: whether it was sent twice, and what was wrong with it. */
  const outcomeOf = async ({ asker, expected }: Lane, { signal }: AbortController) => {
    try {
      const { retried, ...answer } = await asker.ask(signal);
      return { retried, problem: problemOf(answer, expected) };
    } catch (thrown) {
      return { retried: false, problem: signal.aborted ? nothingCame(patience) : whatCame(thrown) };
    }
  };

  const request = async (
    lane: Lane,
    its: Pick<Sample, 'phase' | 'at' | 'node' | 'way'>,
    ended: AbortController,
  ) => {
    const late = setTimeout(() => ended.abort(), patience);
    const { retried, problem } = await outcomeOf(lane, ended);
    clearTimeout(late);
    waiting.delete(ended);
    silent.delete(lane);
    if (silent.size === 0) answered.resolve();
    if (isDropped) return;
    const wait = performance.now() - begun - its.at;
    onSample({ ...its, wait, retried, ...(problem === undefined ? {} : { problem }) });
  };

  const begin = () => {
    const at = performance.now() - begun;
    const lane = lanes[count % lanes.length];
    count += 1;
    if (lane === undefined) return;
    const its = { phase: current, at, node: lane.asker.target.node, way: lane.asker.way };
    if (waiting.size >= mostWaiting)
      return onSample({ ...its, wait: 0, problem: `not sent: ${mostWaiting} others wait`, retried: false });
    const ended = new AbortController();
    waiting.set(ended, request(lane, its, ended));
  };

  const timer = setInterval(
    () => {
      const due = Math.floor(((performance.now() - begun) * rate) / 1000) + 1;
      // After a stop of this process it does not make up for all at once.
      count = Math.max(count, due - rate);
      while (count < due) begin();
    },
    Math.max(TICK, Math.floor(1000 / rate)),
  );

  return {
    mark: (next) => {
      current = next;
    },
    underWay: async (signal) => {
      signal.throwIfAborted();
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([answered.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    stop: async ({ drop } = { drop: false }) => {
      clearInterval(timer);
      const left = [...waiting];
      isDropped = drop;
      if (drop) for (const [ended] of left) ended.abort();
      await Promise.all(left.map(([, running]) => running));
      for (const { asker } of lanes) asker.close();
    },
  };
}
