import { servicesOn } from '../app/balanced.ts';
import { projectOf } from '../app/identity.ts';
import { APP_PREFIX } from '../app/keys.ts';
import type { AppRecord } from '../app/record.ts';
import type { Kv } from '../consul/kv.ts';
import type { Container } from '../docker/containers.ts';
import type { Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import { readApp } from '../proxy/view.ts';
import { isWanted, type Wanted } from './app-containers.ts';
import { eventOf, LONGEST_TAIL, type LogBounds } from './log-events.ts';
import { createFunnel } from './merge.ts';

export interface FollowDeps {
  /** This node. */
  node: string;
  engine: Pick<Engine, 'containers' | 'watchContainers' | 'logLines'>;
  kv: Pick<Kv, 'watch'>;
}

/**
 * What the containers of an app on this node have written within bounds, and write from now on; those that come meanwhile
 * from their first line. Ends once nothing is written here any more and another node is the app's master, or none is; where this one is
 * named, once it runs no services of the app.
 */
export async function* followLogs(
  { node, engine, kv }: FollowDeps,
  wanted: Wanted & { node: string },
  bounds: LogBounds,
  signal: AbortSignal,
): AsyncGenerator<LogsEvent, void> {
  const ending = new AbortController();
  const within = AbortSignal.any([signal, ending.signal]);
  const funnel = createFunnel<LogsEvent>();
  const tasks = new Map<string, Promise<void>>();
  let present = new Map<string, Container>();
  let changed = Promise.withResolvers<void>();
  let isMeant = true;
  let open = 0;

  const tellChange = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const endIfOver = () => {
    if (!isMeant && open === 0) funnel.end();
  };

  async function followContainers(): Promise<void> {
    let first: LogBounds | undefined = bounds;
    const onError = (error: Error) => funnel.end(error);
    for await (const all of engine.watchContainers({
      project: projectOf(wanted.app),
      signal: within,
      onError,
    })) {
      present = new Map(all.filter((one) => isWanted(wanted, one)).map((one) => [one.id, one]));
      for (const id of present.keys()) {
        if (!tasks.has(id))
          tasks.set(id, endingAll(followContainer(id, first ?? { tail: LONGEST_TAIL, since: undefined })));
      }
      first = undefined;
      tellChange();
    }
  }

  async function followContainer(id: string, from: LogBounds): Promise<void> {
    let { tail, since }: { tail: number; since: number | string | undefined } = from;
    for (;;) {
      const container = present.get(id);
      if (container === undefined || within.aborted) break;
      const last = await followRun(container, tail, since);
      tail = LONGEST_TAIL;
      since = last ?? since;
      const started = container.startedAt.getTime();
      while (present.get(id)?.startedAt.getTime() === started && !within.aborted) await changed.promise;
    }
    tasks.delete(id);
  }

  /** Until the container stops; gives the time of its last line. What an earlier run ended with comes no second time. */
  async function followRun(
    container: Container,
    tail: number,
    since: number | string | undefined,
  ): Promise<string | undefined> {
    const { id, name } = container;
    let last: string | undefined;
    open++;
    try {
      for await (const line of engine.logLines(id, { tail, since, follow: true, name, signal: within })) {
        if (typeof since === 'string' && line.time <= since) continue;
        last = line.time;
        await funnel.put(eventOf(container, line), within);
      }
    } catch (thrown) {
      // It was removed before it could be asked: there is nothing more of it.
      if (asCoveyError(thrown).code !== 'not-found') throw thrown;
    } finally {
      open--;
      endIfOver();
    }
    return last;
  }

  const isIn = (record: AppRecord): boolean =>
    record.master === node || (wanted.node === node && servicesOn(node, record).length > 0);

  async function followRecord(): Promise<void> {
    const key = `${APP_PREFIX}${wanted.app}`;
    for await (const { entries } of kv.watch(key, within)) {
      const entry = entries.find((each) => each.key === key);
      const app = entry && readApp(wanted.app, entry.value, entry.modifyIndex);
      // While a record cannot be read, nobody acts on it.
      isMeant = app !== undefined && (!('record' in app) || isIn(app.record));
      endIfOver();
    }
  }

  const endingAll = (work: Promise<void>) =>
    work.catch((thrown: unknown) => funnel.end(asCoveyError(thrown)));
  const onAbort = () => {
    funnel.end(asCoveyError(signal.reason));
    tellChange();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const watches = [endingAll(followContainers()), endingAll(followRecord())];
  try {
    yield* funnel.items();
  } finally {
    signal.removeEventListener('abort', onAbort);
    ending.abort();
    tellChange();
    await Promise.all([...watches, ...tasks.values()]);
  }
}
