import { setTimeout as pause } from 'node:timers/promises';
import { projectOf } from '../app/identity.ts';
import type { Container } from '../docker/containers.ts';
import { asCoveyError } from '../errors.ts';
import { inventory } from '../handlers/inventory.ts';
import type { Logger } from '../logger.ts';
import type { Teller } from '../observed/entries.ts';
import type { Fact } from '../observed/facts.ts';
import { latest } from '../proxy/latest.ts';
import type { Served } from '../proxy/served.ts';
import type { View } from '../proxy/view.ts';
import { watchStore } from '../volumes/changes.ts';
import type { Replicas } from '../volumes/replicas.ts';
import type { Store } from '../volumes/store.ts';
import { measureLoad } from './load.ts';

/** From one look at the volumes to the next, in milliseconds; what changes in between is seen then. */
const VOLUMES_PAUSE = 200;
/** All volumes are looked at that often, in milliseconds, should a change of them not have been told. */
const VOLUMES_AGAIN = 60_000;
/** From one measurement of the load to the next, in milliseconds. */
const LOAD_PAUSE = 10_000;

/** What this node observes of itself: whoever sees a change says so here, and the others are told. */
export interface Observing {
  /** All containers of the machine, as they are now. */
  containers(containers: readonly Container[]): void;
  /** Other records, or they are served now. Undefined: none were ever read here. */
  records(view: View | undefined): void;
  /** A volume, a snapshot or a replica has changed. */
  volumes(): void;
  /** Looks at what nobody reports, until the signal. Never fails. */
  run(signal: AbortSignal): Promise<void>;
}

export interface ObservingDeps {
  node: string;
  tell: Teller['tell'];
  served: Pick<Served, 'generation' | 'quarantines'>;
  store: Pick<Store, 'root' | 'list' | 'provisional' | 'snapshots'>;
  replicas: Pick<Replicas, 'of'>;
  logger: Logger;
}

export function createObserving(deps: ObservingDeps): Observing {
  const { node, tell, served, store, replicas, logger } = deps;
  let seen: readonly Container[] | undefined;
  let view: View | undefined;
  let hasLooked = false;

  function tellContainers(): void {
    if (!seen) return;
    const apps = new Map((view?.apps ?? []).map(({ name }) => [projectOf(name), name]));
    const facts = new Map<string, Fact<'container'>>();
    for (const container of seen) {
      const { project, service, name, state, health, restarts, oneOff } = container;
      const app = apps.get(project);
      if (app === undefined) continue;
      const healthOrNone = health === 'none' ? '' : health;
      const down = isDown(container);
      facts.set(name, { app, service, name, state, health: healthOrNone, restarts, down, oneOff });
    }
    tell('container', facts);
  }

  /** Whoever hears it takes it that this node has told the rest too. */
  function tellServing(): void {
    if (!view || !seen || !hasLooked) return;
    tell('serving', new Map([[undefined, { generation: served.generation() }]]));
    const refused = Map.groupBy(served.quarantines(), ({ app, part }) => `${app}/${part}`);
    const facts = [...refused].map(([name, all]): [string, Fact<'quarantine'>] => {
      const { app = '', part = '' } = all[0] ?? {};
      return [name, { app, part, error: all.map(({ error }) => error).join('; ') }];
    });
    tell('quarantine', new Map(facts));
  }

  const looking = latest<AbortSignal>(async (signal) => {
    try {
      const [all, provisional, snapshots] = await Promise.all([
        store.list(),
        store.provisional(),
        store.snapshots(),
      ]);
      const live = all.filter((volume) => !provisional.includes(volume));
      const facts = inventory({ node, view, live, snapshots, replicas });
      tell('volume', new Map(facts.map((fact) => [fact.volume, fact])));
      hasLooked = true;
      tellServing();
    } catch (thrown) {
      logger.warn(`The volumes could not be looked at: ${asCoveyError(thrown).message}`);
    }
    await pause(VOLUMES_PAUSE, undefined, { signal }).catch(() => undefined); // an abort ends the waiting
  });
  let running: AbortSignal | undefined;
  const volumes = () => {
    if (running && !running.aborted) looking.push(running);
  };

  async function again(every: number, work: () => Promise<void> | void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await work();
      await pause(every, undefined, { signal }).catch(() => undefined); // an abort ends the loop
    }
  }

  async function measure(): Promise<void> {
    try {
      tell('load', new Map([[undefined, await measureLoad(store.root)]]));
    } catch (thrown) {
      logger.warn(`The load could not be measured: ${asCoveyError(thrown).message}`);
    }
  }

  return {
    containers: (containers) => {
      seen = containers;
      tellContainers();
      tellServing();
    },
    records: (newest) => {
      view = newest;
      tellContainers();
      tellServing();
      volumes();
    },
    volumes,
    run: async (signal) => {
      running = signal;
      const watching = watchStore(store.root, {
        onChange: volumes,
        onError: ({ message }) =>
          logger.warn(`The store is not followed; it is looked at once a minute: ${message}`),
      });
      try {
        await Promise.all([again(VOLUMES_AGAIN, volumes, signal), again(LOAD_PAUSE, measure, signal)]);
      } finally {
        watching.close();
        await looking.idle();
      }
    },
  };
}

/** Whether it has ended and should not have: a task that has done its work ends with 0, and is not started again. */
function isDown({ state, exitCode, alwaysRestarted }: Container): boolean {
  if (state === 'dead') return true;
  return state === 'exited' && (exitCode !== 0 || alwaysRestarted);
}
