import { appsOfEvent, readEvent } from '../app/event.ts';
import type { ClaimRecord } from '../consul/claims.ts';
import { CoveyError } from '../errors.ts';
import type { EventRequest__Output } from '../generated/covey/v1/EventRequest.ts';
import type { EventsReply } from '../generated/covey/v1/EventsReply.ts';
import type { EventsRequest__Output } from '../generated/covey/v1/EventsRequest.ts';
import type { FiredEvent } from '../generated/covey/v1/FiredEvent.ts';
import type { Handler, StreamHandler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';

type EventDeps = Pick<Deps, 'node' | 'logger' | 'events'>;

const DEFAULT = 20;
const MOST = 1_000;

/** Fires an event that peers can act on; followed, if asked for, until one has. */
export function event({ node, logger, events }: EventDeps): StreamHandler<EventRequest__Output, FiredEvent> {
  return async function* ({ name, payload, wait }, { signal, caller }) {
    readEvent({ name, payload });
    if (!events.enabled) {
      throw new CoveyError('refused', `Events are switched off on ${node}: its setting "events" is false.`, {
        hint: 'Ask a peer that acts on them (--peer), or use the command of the same name: covey deploy, destroy, migrate.',
      });
    }
    const id = await events.fire(name, payload, signal);
    logger.info({ event: id, caller: caller.name }, `Fires a ${name} event`);
    const fired = { id, name, payload, apps: appsOfEvent({ name, payload }), node, since: Date.now() };
    yield { ...fired, state: 'fired' };
    if (wait) yield* changesOf(id, events, signal);
  };
}

/** Each state of an event, from when some peer has put it down until it is done or has failed. */
async function* changesOf(
  id: string,
  { watch }: Pick<EventDeps['events'], 'watch'>,
  signal: AbortSignal,
): AsyncGenerator<FiredEvent> {
  let told: string | undefined;
  for await (const records of watch(signal)) {
    const record = records.find((each) => each.id === id);
    const now = record && `${record.state} ${record.node}`;
    if (record === undefined || now === told) continue;
    told = now;
    yield toldOf(record);
    if (record.state === 'done' || record.state === 'failed') return;
  }
}

/** What peers have put down, and what became of it. */
export function events({
  events: { list, enabled },
}: Pick<Deps, 'events'>): Handler<EventsRequest__Output, EventsReply> {
  return async ({ limit }, { signal }) => {
    if (limit < 0 || limit > MOST) {
      throw new CoveyError('invalid', `${limit} events are not to be had.`, {
        hint: `Ask for 1 to ${MOST}.`,
      });
    }
    const all = (await list(signal)).map(toldOf).toSorted((a, b) => a.since - b.since);
    return { events: all.slice(-(limit || DEFAULT)), enabled };
  };
}

function toldOf({
  id,
  state,
  node,
  since,
  event: fired,
  error,
}: ClaimRecord): FiredEvent & { since: number } {
  const { name = '', payload = '' } = fired ?? {};
  return {
    ...{ id, name, payload, apps: fired ? appsOfEvent(fired) : [], state, node },
    since: Date.parse(since) || 0,
    errorCode: error?.code ?? '',
    errorMessage: error?.message ?? '',
  };
}
