import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type Docker from 'dockerode';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Container } from './containers.ts';
import { callDocker, untilBegun } from './docker-call.ts';

interface WatchDeps {
  docker: Docker;
  socket: string;
  list: (options: { signal: AbortSignal }) => Promise<Container[]>;
  signal: AbortSignal;
  onError?: (error: CoveyError) => void;
}

/** What changes a container as we describe it; without the exec_… events, of which each healthcheck makes three. */
const EVENTS: Record<string, string[]> = {
  type: ['container', 'network'],
  event: [
    ...['create', 'start', 'restart', 'die', 'stop', 'oom', 'pause', 'unpause', 'rename', 'destroy'],
    ...['health_status', 'connect', 'disconnect'],
  ],
};

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** See `Engine.watchContainers`. */
export async function* watchContainers(deps: WatchDeps): AsyncGenerator<Container[]> {
  const { signal, list, onError } = deps;
  let retry = FIRST_RETRY_MS;
  while (!signal.aborted) {
    let events: Readable | undefined;
    try {
      // The list comes after the subscription, so that no change falls between them.
      events = await subscribe(deps);
      for await (const _ of changes(events, signal)) {
        yield await list({ signal });
        retry = FIRST_RETRY_MS;
      }
      if (!signal.aborted)
        throw new CoveyError('unavailable', `Docker on ${deps.socket} ended the stream of its events`);
    } catch (error) {
      if (signal.aborted) return;
      onError?.(asCoveyError(error));
    } finally {
      events?.destroy();
    }
    // Nothing will tell us when Docker is back.
    await pause(retry, undefined, { signal }).catch(() => undefined); // an abort ends the loop
    retry = Math.min(retry * 2, LAST_RETRY_MS);
  }
}

async function subscribe({ docker, socket, signal }: WatchDeps): Promise<Readable> {
  return callDocker('tell its events', { socket, signal, timeoutMs: 30_000 }, (abortSignal) =>
    untilBegun(
      abortSignal,
      async (begun) => (await docker.getEvents({ filters: EVENTS, abortSignal: begun })) as Readable,
    ),
  );
}

/** Once at first, then once for all that came since it was last asked; ends with the stream or the signal. */
async function* changes(events: Readable, signal: AbortSignal): AsyncGenerator<void> {
  let changed = true;
  let ended = false;
  let failure: Error | undefined;
  let woken = Promise.withResolvers<void>();
  const wake = () => woken.resolve();
  events.on('data', () => {
    changed = true;
    wake();
  });
  events.on('error', (error) => {
    failure = error;
    wake();
  });
  events.on('close', () => {
    ended = true;
    wake();
  });
  signal.addEventListener('abort', wake);
  try {
    while (!ended && !failure && !signal.aborted) {
      if (changed) {
        changed = false;
        yield;
      } else {
        await woken.promise;
        woken = Promise.withResolvers<void>();
      }
    }
    if (failure) throw failure;
  } finally {
    signal.removeEventListener('abort', wake);
  }
}
