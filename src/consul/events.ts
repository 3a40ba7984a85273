import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { type BlockingOptions, blockingQuery, type WatchCallbacks } from './blocking.ts';
import type { ConsulClient } from './client.ts';

/** A user event (`consul event -name=…`). `ltime` is gossip's Lamport time: an event fired after another was seen has a higher one. */
export interface ConsulEvent {
  id: string;
  name: string;
  /** As it was sent, read as UTF-8; empty if there was none. */
  payload: string;
  ltime: number;
}

/** User events of the cluster, as the local agent has seen them. Errors: those of ConsulClient.call. */
export interface Events {
  /** What the agent remembers: its last 256 events, in the order in which they arrived; nothing after it was restarted. */
  list(signal?: AbortSignal): Promise<ConsulEvent[]>;
  /**
   * Each event once in the life of this watch: first those that the agent remembers, then each new one some milliseconds after
   * it arrived. Works without a leader. Ends only by `signal`, without an error. `onGap` is called when so many events came at
   * once that some may have been dropped by the agent before they were read.
   */
  watch(signal: AbortSignal, callbacks?: WatchCallbacks & { onGap?: () => void }): AsyncIterable<ConsulEvent>;
  /** Sends an event to every node; the event's ID. Consul takes 512 bytes with the envelope, about 400 of payload (`invalid`). */
  fire(name: string, payload: string, signal?: AbortSignal): Promise<string>;
}

// The size of the agent's ring buffer.
const REMEMBERED = 256;

const eventSchema = z.object({
  ID: z.string(),
  Name: z.string(),
  Payload: z.string().nullable(),
  LTime: z.number(),
});
const eventsSchema = z.array(eventSchema);

export function createEvents(consul: ConsulClient): Events {
  const { event } = consul.raw;

  const list: Events['list'] = async (signal) =>
    read((await consul.call((o) => event.list(o as never), { signal })).body);

  async function* watch(
    signal: AbortSignal,
    { onGap, ...callbacks }: WatchCallbacks & { onGap?: () => void } = {},
  ) {
    let known = new Set<string>();
    // The index is made of the newest event's ID: 64 bits without an order, and the query returns whenever it is another one.
    // It says which event is the newest, not where we stopped: that we find out by the IDs.
    const run = (o: BlockingOptions) => event.list(o as never);
    const rounds = blockingQuery(consul, run, read, signal, { ...callbacks, ordered: false });
    for await (const { value: events } of rounds) {
      const fresh = events.filter((one) => !known.has(one.id));
      if (known.size > 0 && fresh.length >= REMEMBERED) onGap?.();
      // What fell out of the ring does not come back, but an agent that restarted has lost it all and may hear of some again.
      known = new Set([...known, ...fresh.map((one) => one.id)].slice(-4 * REMEMBERED));
      yield* fresh;
    }
  }

  const fire: Events['fire'] = async (name, payload, signal) => {
    if (name === '' || name.startsWith('_'))
      throw new CoveyError('invalid', `not a name of a Consul event: "${name}"`);
    const sent = await consul
      .call((o) => event.fire({ ...o, name, payload }), { signal })
      .catch((error: unknown) => {
        throw tooLong(error, name, payload);
      });
    return z.object({ ID: z.string() }).parse(sent.body).ID;
  };

  return { list, watch, fire };
}

function tooLong(error: unknown, name: string, payload: string): unknown {
  if (!(error instanceof CoveyError) || !/exceeds.*limit/i.test(error.message)) return error;
  const bytes = Buffer.byteLength(payload);
  const message = `the payload of event "${name}" has ${bytes} bytes: Consul takes 512 with the envelope, about 400 of payload`;
  return new CoveyError('invalid', message, {
    cause: error,
    hint: 'use the command or the gRPC call instead of an event',
  });
}

/** Payloads come in base64. */
function read(body: unknown): ConsulEvent[] {
  return eventsSchema.parse(body ?? []).map(({ ID, Name, Payload, LTime }) => ({
    id: ID,
    name: Name,
    payload: Payload === null ? '' : Buffer.from(Payload, 'base64').toString(),
    ltime: LTime,
  }));
}
