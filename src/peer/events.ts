import { setTimeout as pause } from 'node:timers/promises';
import { appsOfEvent, type EventRequest, readEvent } from '../app/event.ts';
import type { ClaimRecord, Claims } from '../consul/claims.ts';
import { inOrder } from '../consul/claims.ts';
import type { ConsulEvent, Events } from '../consul/events.ts';
import { asCoveyError, type ErrorCode } from '../errors.ts';
import type { Progress } from '../generated/covey/v1/Progress.ts';
import type { Logger } from '../logger.ts';
import type { Handlers } from '../rpc/handler.ts';

export interface BridgeDeps {
  node: string;
  events: Events;
  claims: Claims;
  cluster: Pick<Handlers['Cluster'], 'Deploy' | 'Destroy' | 'Migrate'>;
  logger: Logger;
  /** Between two tries with an event that failed by what may pass, in milliseconds. */
  retry: number;
  signal: AbortSignal;
}

/**
 * Turns Consul events into operations, each acted on by exactly one peer. Every peer puts down the valid events it
 * sees; whoever claims an event first acts on it, with the event's ID as request ID.
 */
export async function bridgeEvents(deps: BridgeDeps): Promise<void> {
  const { events, claims, logger, signal } = deps;
  await claims.settleHistory(await events.list(signal), signal);
  const callbacks = {
    onError: (thrown: unknown) => logger.warn(`Events are not followed: ${asCoveyError(thrown).message}`),
    onRecover: () => logger.info('Events are followed again'),
  };
  const onGap = () => logger.error('So many events came at once that some may have been dropped by Consul');
  await Promise.all([
    (async () => {
      for await (const event of events.watch(signal, { ...callbacks, onGap })) {
        if (requestOf(event, logger)) await claims.enqueue(event, signal);
      }
    })(),
    (async () => {
      const begin = actor(deps);
      for await (const records of claims.watch(signal, callbacks)) begin(records);
    })(),
  ]);
}

/** Acts on the first unsettled event of each app, given all records after each change. */
function actor(deps: BridgeDeps): (records: readonly ClaimRecord[]) => void {
  const { logger, signal } = deps;
  const running = new Set<string>();
  /** Those that changed while this peer was at them: it may have lost them, and nobody else may be there to take over. */
  const changed = new Set<string>();
  let known: readonly ClaimRecord[] = [];
  const begin = () => {
    for (const record of firstOfEachApp(known)) {
      if (running.has(record.id)) continue;
      running.add(record.id);
      act(deps, record)
        .catch((thrown) => logger.error({ event: record.id }, asCoveyError(thrown).message))
        .finally(() => {
          running.delete(record.id);
          if (changed.delete(record.id) && !signal.aborted) begin();
        });
    }
  };
  return (records) => {
    known = records;
    for (const id of running) changed.add(id);
    begin();
  };
}

/** The event as a request; undefined, and said so in the log, where it is none. Events of others are none of ours. */
function requestOf(event: ConsulEvent, logger: Logger): EventRequest | undefined {
  try {
    return readEvent(event);
  } catch (thrown) {
    const { message, hint } = asCoveyError(thrown);
    logger.error({ event: event.id, why: hint }, message);
    return undefined;
  }
}

/**
 * Of the events that nobody has settled, those that are the first of each of their apps: those of one app queue in order. One
 * that was begun is ended before one that was fired at the same time, and became known later, is begun.
 */
function firstOfEachApp(records: readonly ClaimRecord[]): ClaimRecord[] {
  const seen = new Set<string>();
  return records
    .filter((record) => record.state !== 'done' && record.state !== 'failed')
    .toSorted((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued') || inOrder(a, b))
    .filter((record) => {
      const apps = appsIn(record);
      const isFirst = apps.every((app) => !seen.has(app));
      for (const app of apps) seen.add(app);
      return isFirst;
    });
}

/** An event whose apps cannot be told stands alone. */
function appsIn({ id, event }: ClaimRecord): string[] {
  const apps = event ? appsOfEvent(event) : [];
  return apps.length === 0 ? [id] : apps;
}

/** Claims the event and runs its operation to the end. */
async function act(
  { claims, cluster, logger, retry, signal }: BridgeDeps,
  record: ClaimRecord,
): Promise<void> {
  if (!record.event) return;
  const request = requestOf(record.event, logger);
  const claim = await claims.claim(record.id, signal);
  if (claim.state !== 'mine') return;
  if (!request) return claims.finish(record.id, 'failed', signal);
  const call = {
    signal: AbortSignal.any([signal, claim.lost]),
    caller: { name: `event ${record.id}`, role: 'operator' as const },
  };
  for (let tries = 1; ; tries++) {
    try {
      for await (const progress of operation(cluster, request, record.id, call)) {
        if (progress.warning) logger.warn({ event: record.id }, progress.warning);
      }
      return await claims.finish(record.id, 'done', signal);
    } catch (thrown) {
      // A peer that stops leaves its event to the others; what failed by itself is settled.
      if (call.signal.aborted) throw thrown;
      const { code, message } = asCoveyError(thrown);
      logger.error({ event: record.id, tries }, `The ${request.name} event failed: ${message}`);
      if (!PASSING.has(code) || tries === TRIES)
        return claims.finish(record.id, 'failed', signal, { code, message });
      await pause(retry, undefined, { signal: call.signal });
    }
  }
}

/** What may pass by itself: nobody waits at a terminal to fire the event again. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['unavailable', 'timeout']);
/** Longer than a machine takes to boot. */
const TRIES = 15;

function operation(
  cluster: BridgeDeps['cluster'],
  request: EventRequest,
  requestId: string,
  call: Parameters<Handlers['Cluster']['Deploy']>[1],
): AsyncIterable<Progress> {
  const { repo, branch } = request.payload;
  const common = { repo, branch, wait: true, planOnly: false, requestId };
  if (request.name === 'destroy') return cluster.Destroy({ ...common, lost: false }, call);
  if (request.name === 'migrate') {
    const { target, update } = request.payload;
    const app = { name: '', repo: target.repo ?? '', branch: target.branch ?? '' };
    const source = { name: '', repo, branch };
    const how = { noUpdate: !update, wait: true, planOnly: false, requestId };
    return cluster.Migrate({ source, target: app, ...how }, call);
  }
  const { master, slave, update } = request.payload;
  return cluster.Deploy(
    { ...common, master, slave: slave ?? '', update, fromReplica: false, sameCommit: false },
    call,
  );
}
