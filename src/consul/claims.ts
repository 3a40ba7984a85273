import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { sleep, type WatchCallbacks } from './blocking.ts';
import type { ConsulClient } from './client.ts';
import type { ConsulEvent } from './events.ts';
import { createKv, type Kv, type KvEntry } from './kv.ts';
import { sharedSession } from './shared-session.ts';

type Outcome = 'done' | 'failed';

/** What the cluster knows of one event. */
export interface ClaimRecord {
  id: string;
  /** `abandoned`: it was running, and who ran it has died or lost touch with Consul. `queued`: nobody has begun. */
  state: 'queued' | 'running' | 'abandoned' | Outcome;
  /** Who runs, or ran, it; for a queued one who put it down. */
  node: string;
  /** ISO 8601, UTC: of the last change of state. */
  since: string;
  /** The event itself, where it was put down by `enqueue`. */
  event?: ConsulEvent;
  /** Why it failed, where who ran it has said so. */
  error?: ClaimError;
}

/** A CoveyError's code, and its message or the beginning of it. */
interface ClaimError {
  code: string;
  message: string;
}

/** `taken`: somebody runs it. `done`: it has been run, well or not. `mine`: run it, and stop when `lost` is aborted. */
type Claim = { state: 'mine'; lost: AbortSignal } | { state: 'taken' } | { state: 'done' };

/**
 * Exactly once: of all the peers that see an event, one acts on it.
 *
 * A claim is a lock on `covey/event/<id>`: check-and-set decides who has it, and Consul's session lets it go when its holder
 * dies. Whoever takes over an abandoned one must do its work under the event's ID as request ID, which the journal and the
 * record know, so that what the dead one finished is not done again.
 *
 * So that an event outlives all peers that saw it, and events of one app keep their order, a peer first puts each event down
 * (`enqueue`), and then, on each `watch`, claims the first unsettled one of each app (`inOrder`).
 *
 * `enqueue`, `settleHistory`, `claim` and `finish` wait out a Consul that is away or has no leader, for an event must not be
 * lost to that: give them a signal. Else the errors are those of ConsulClient.call.
 */
export interface Claims {
  /** Puts an event down as queued, unless it is known already. */
  enqueue(event: ConsulEvent, signal?: AbortSignal): Promise<void>;
  /**
   * What lay in the agent's memory before covey first ran on this node was acted on by what ran there before: put down as done,
   * unless the cluster knows it. Does so once for each node; later calls change nothing.
   */
  settleHistory(events: readonly ConsulEvent[], signal?: AbortSignal): Promise<void>;
  /** Tries to become the one who acts, also for an event that was not put down. Claiming one's own running event is `mine` again. */
  claim(eventId: string, signal?: AbortSignal): Promise<Claim>;
  /** Ends a claim for good. Throws `conflict` if another has taken it over meanwhile: then it is his to end. */
  finish(eventId: string, outcome: Outcome, signal?: AbortSignal, error?: ClaimError): Promise<void>;
  list(signal?: AbortSignal): Promise<ClaimRecord[]>;
  /** All records, at once and after each change; see Kv.watch. */
  watch(signal: AbortSignal, callbacks?: WatchCallbacks): AsyncIterable<ClaimRecord[]>;
  /** Forgets settled records that are both older than a day and not among the newest 1,000; how many. */
  prune(now: Date, signal?: AbortSignal): Promise<number>;
  /** Lets go of what is claimed and not finished: others take it over at once. */
  close(): Promise<void>;
}

const PREFIX = 'covey/event/';
const HISTORY = 'covey/event-history/';
// An agent remembers 256 events and shows them again to a peer that restarts: a record must outlast them, whatever its age.
const KEEP_RECORDS = 1000;
const KEEP_MS = 24 * 3600 * 1000;
const RETRY_MS = 500;
// Of an error's message, in characters; the log of who ran it has all of it.
const MOST_OF_MESSAGE = 500;

export const claimSessionName = (node: string) => `covey events ${node}`;

const eventSchema = z.object({ id: z.string(), name: z.string(), payload: z.string(), ltime: z.number() });
const recordSchema = z.object({
  node: z.string(),
  since: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  event: eventSchema.optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
type Stored = z.infer<typeof recordSchema>;

/** The claims of the peer of `node`. At its start it calls `destroySessions` with `claimSessionName`: see there. */
export function createClaims(consul: ConsulClient, node: string): Claims {
  const kv = createKv(consul);
  const stamp = () => new Date().toISOString();
  const session = sharedSession(consul, claimSessionName(node));

  const settleHistory: Claims['settleHistory'] = async (events, signal) => {
    if (await kv.get(HISTORY + node, { signal, consistent: true })) return;
    for (const event of events)
      await put(kv, event.id, { node, since: stamp(), state: 'done', event }, signal);
    await kv.put(HISTORY + node, stamp(), signal);
  };

  const claim: Claims['claim'] = async (eventId, signal) => {
    for (;;) {
      const mine = await session.get();
      const entry = await kv.get(PREFIX + eventId, { signal, consistent: true });
      const stored = entry && readStored(entry);
      if (stored?.state === 'done' || stored?.state === 'failed') return { state: 'done' };
      if (entry?.session === mine.id) return { state: 'mine', lost: mine.lost };
      if (entry?.session !== undefined) return { state: 'taken' };
      const value: Stored = {
        ...(stored?.event ? { event: stored.event } : {}),
        node,
        since: stamp(),
        state: 'running',
      };
      const unchanged = entry
        ? ({ op: 'check-index', key: PREFIX + eventId, index: entry.modifyIndex } as const)
        : ({ op: 'check-not-exists', key: PREFIX + eventId } as const);
      const lock = {
        op: 'lock',
        key: PREFIX + eventId,
        value: JSON.stringify(value),
        session: mine.id,
      } as const;
      const result = await kv.transaction([unchanged, lock], signal);
      if (result.ok) return { state: 'mine', lost: mine.lost };
      if (result.failures.some((failure) => /invalid session/i.test(failure.why))) session.forget(mine);
    }
  };

  const finish: Claims['finish'] = async (eventId, outcome, signal, error) => {
    for (;;) {
      const entry = await kv.get(PREFIX + eventId, { signal, consistent: true });
      const stored = entry && readStored(entry);
      if (!entry || !stored || stored.node !== node || stored.state === 'queued') {
        const whose = stored ? `it is ${stored.state} on ${stored.node}` : 'nobody has claimed it';
        throw new CoveyError('conflict', `event ${eventId} is not ${node}'s to finish: ${whose}`);
      }
      if (stored.state !== 'running') return;
      const value = JSON.stringify({
        ...stored,
        ...(error && { error: { code: error.code, message: error.message.slice(0, MOST_OF_MESSAGE) } }),
        state: outcome,
        since: stamp(),
      });
      const unchanged = { op: 'check-index', key: entry.key, index: entry.modifyIndex } as const;
      const write = entry.session
        ? ({ op: 'unlock', key: entry.key, value, session: entry.session } as const)
        : ({ op: 'set', key: entry.key, value } as const);
      if ((await kv.transaction([unchanged, write], signal)).ok) return;
    }
  };

  async function* watch(signal: AbortSignal, callbacks?: WatchCallbacks) {
    for await (const { entries } of kv.watch(PREFIX, signal, callbacks)) yield read(entries);
  }

  const prune: Claims['prune'] = async (now, signal) => {
    const settled = (await kv.list(PREFIX, { signal }))
      .map((entry) => ({ entry, stored: readStored(entry) }))
      .toSorted((a, b) => b.entry.createIndex - a.entry.createIndex)
      .slice(KEEP_RECORDS)
      .filter(({ stored }) => stored?.state === 'done' || stored?.state === 'failed')
      .filter(({ stored }) => now.getTime() - Date.parse(stored?.since ?? '') > KEEP_MS);
    let gone = 0;
    for (const { entry } of settled) if (await kv.remove(entry.key, entry.modifyIndex, signal)) gone += 1;
    return gone;
  };

  return {
    enqueue: (event, signal) =>
      waitOut(() => put(kv, event.id, { node, since: stamp(), state: 'queued', event }, signal), signal),
    settleHistory: (events, signal) => waitOut(() => settleHistory(events, signal), signal),
    claim: (eventId, signal) => waitOut(() => claim(eventId, signal), signal),
    finish: (eventId, outcome, signal, error) =>
      waitOut(() => finish(eventId, outcome, signal, error), signal),
    list: async (signal) => read(await kv.list(PREFIX, { signal, consistent: true })),
    watch,
    prune,
    close: session.close,
  };
}

/** In the order in which events are to be acted on: by gossip's time, those of the same time by ID, which is the same everywhere. */
export function inOrder(a: ClaimRecord, b: ClaimRecord): number {
  const time = (a.event?.ltime ?? 0) - (b.event?.ltime ?? 0);
  return time !== 0 ? time : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Each attempt reads what is there first, so that one whose outcome is unknown can be made again. */
async function waitOut<T>(attempt: () => Promise<T>, signal = new AbortController().signal): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof CoveyError) || error.code !== 'unavailable' || signal.aborted) throw error;
      await sleep(RETRY_MS, signal);
    }
  }
}

async function put(kv: Kv, id: string, stored: Stored, signal?: AbortSignal): Promise<void> {
  await kv.cas(PREFIX + id, JSON.stringify(stored), 0, signal);
}

function read(entries: readonly KvEntry[]): ClaimRecord[] {
  return entries.flatMap((entry) => {
    const stored = readStored(entry);
    if (!stored) return [];
    const { node, since, event, error } = stored;
    const state = stored.state === 'running' && entry.session === undefined ? 'abandoned' : stored.state;
    return [
      {
        id: entry.key.slice(PREFIX.length),
        state,
        node,
        since,
        ...(event && { event }),
        ...(error && { error }),
      },
    ];
  });
}

/** Undefined for what somebody wrote there by hand: then it is as if nobody had claimed the event. */
function readStored(entry: KvEntry): Stored | undefined {
  try {
    return recordSchema.parse(JSON.parse(entry.value));
  } catch {
    return undefined;
  }
}
