import { setTimeout as delay } from 'node:timers/promises';
import { asCoveyError, type CoveyError } from '../errors.ts';
import type { CallOptions, ConsulClient } from './client.ts';

/** What a watch tells besides its values. */
export interface WatchCallbacks {
  /** Consul did not answer; the watch keeps its last value and goes on trying. Called for each failed attempt. */
  onError?: ((error: CoveyError) => void) | undefined;
  /** Consul answers again. */
  onRecover?: (() => void) | undefined;
}

/** The query string of one round of a blocking query. */
export interface BlockingOptions extends CallOptions {
  index?: string;
  wait: string;
  /** Any server may answer from what it knows, the node's own too. */
  stale?: boolean;
}

// Short enough that a connection gone dumb costs half a minute, long enough that it costs nothing to ask again.
const WAIT_S = 30;
// Consul adds up to wait/16 of its own, and holds a request for 7 s while it has no leader.
const DEADLINE_MS = (WAIT_S + WAIT_S / 16 + 10) * 1000;
const BACKOFF_FIRST_MS = 50;
const BACKOFF_MAX_MS = 1000;
// Blocking queries may return without a change, and return at once when an index does not move: never ask in a hot loop.
const BURST = 50;
const REFILL_PER_S = 50;

/**
 * Every answer of a blocking query, the first at once; ends without an error when `signal` is aborted, and at no other time.
 *
 * It follows Consul's rules for clients: the index starts over when it goes backwards (`ordered`; events have indexes without
 * an order), an index below 1 counts as none, an error drops the index so that the next round reads the present state, and the
 * rounds are limited in rate. An answer is no proof of a change: the caller compares. One that `read` cannot read counts as
 * an error.
 *
 * The first round asks the leader, since a server that has just started may know little. Those that follow wait at the node's
 * own server: that a leader is cut off without a word is noticed by a wait at it after 20 s only.
 */
export async function* blockingQuery<T>(
  consul: ConsulClient,
  run: (options: BlockingOptions) => Promise<unknown>,
  read: (body: unknown) => T,
  signal: AbortSignal,
  { onError, onRecover, ordered = true }: WatchCallbacks & { ordered?: boolean } = {},
): AsyncGenerator<{ index: string; value: T }> {
  let index: string | undefined;
  let failures = 0;
  const pace = pacer(signal);
  while (!signal.aborted) {
    try {
      const answer = await consul.call(
        (options) =>
          run({ ...options, wait: `${WAIT_S}s`, ...(index === undefined ? {} : { index, stale: true }) }),
        { signal, timeoutMs: DEADLINE_MS },
      );
      const value = read(answer.body);
      if (failures > 0) onRecover?.();
      failures = 0;
      const next = String(answer.headers['x-consul-index'] ?? '');
      const before = index;
      index = nextIndex(before, next, ordered);
      // A server that lags behind, or a store that was restored: the leader knows which.
      if (ordered && before !== undefined && index === undefined) {
        await pace();
        continue;
      }
      yield { index: next, value };
      await pace();
    } catch (error) {
      if (signal.aborted) return;
      onError?.(asCoveyError(error));
      index = undefined;
      await sleep(
        Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** failures) * (0.75 + Math.random() / 2),
        signal,
      );
      failures += 1;
    }
  }
}

/** The index to ask with next, undefined to start over. Exported for its test. */
export function nextIndex(previous: string | undefined, next: string, ordered: boolean): string | undefined {
  if (!/^[1-9]\d*$/.test(next)) return undefined;
  if (ordered && previous !== undefined && BigInt(next) < BigInt(previous)) return undefined;
  return next;
}

/** A token bucket: waits only when rounds come faster than anything but a loop would make them. */
function pacer(signal: AbortSignal): () => Promise<void> {
  let tokens = BURST;
  let last = performance.now();
  return async () => {
    const now = performance.now();
    tokens = Math.min(BURST, tokens + ((now - last) / 1000) * REFILL_PER_S) - 1;
    last = now;
    if (tokens < 0) await sleep((-tokens / REFILL_PER_S) * 1000, signal);
  };
}

/** A wait that an abort ends at once, without an error: the loops above look at the signal themselves. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
