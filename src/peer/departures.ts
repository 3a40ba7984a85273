import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { projectOf } from '../app/identity.ts';
import type { Locks } from '../consul/lock.ts';
import type { Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';
import type { Store } from '../volumes/store.ts';

export interface DepartureDeps {
  node: string;
  engine: Pick<Engine, 'containers'>;
  store: Pick<Store, 'list'>;
  locks: Pick<Locks, 'holder'>;
  view(): View | undefined;
  /** Aborts when the view is replaced. */
  outdated(): AbortSignal;
  /** Takes from this node what it holds of the app, under the app's lock. */
  leave(app: string, signal: AbortSignal): Promise<void>;
  logger: Logger;
}

/** Until the next look at apps that could not be left yet, in milliseconds. */
const RETRY = 5_000;

/**
 * Leaves to their masters, whenever the records change, the apps that this node still holds something of. A move clears its
 * old master itself; here come those that were away then: switched off, cut off, or without a peer.
 */
export async function followDepartures(deps: DepartureDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Taken first: what changes from here on is seen at once.
    const change = AbortSignal.any([signal, deps.outdated()]);
    const view = deps.view();
    const done = view === undefined || (await leaveAll(deps, view, signal));
    if (!done)
      await pause(RETRY, undefined, { signal: change }).catch(() => undefined); // a change comes first
    else if (!change.aborted) await once(change, 'abort');
  }
}

/** Whether nothing is left to do. */
async function leaveAll(deps: DepartureDeps, view: View, signal: AbortSignal): Promise<boolean> {
  let done = true;
  for (const app of await foreignApps(deps, view, signal)) {
    try {
      // An operation sees to its own nodes; and who holds the lock may be just moving the app to this one.
      if ((await deps.locks.holder(`lock/app/${app}`, signal)) === undefined) await deps.leave(app, signal);
      else done = false;
    } catch (thrown) {
      const { code, message } = asCoveyError(thrown);
      if (code !== 'locked') deps.logger.warn({ app }, `is not left to its master yet: ${message}`);
      done = false;
    }
  }
  return done;
}

/** Apps of other masters of which containers or live volumes are here. */
async function foreignApps(
  { node, engine, store }: DepartureDeps,
  view: View,
  signal: AbortSignal,
): Promise<string[]> {
  const projects = new Set((await engine.containers({ signal })).map(({ project }) => project));
  const live = await store.list();
  return view.apps.flatMap((app) => {
    // Without a commit it is a record of the original, whose nodes may hold what they like until the next deploy.
    if (!('record' in app) || app.record.master === node || app.record.commit === undefined) return [];
    const { volumes } = app.record;
    const holds = projects.has(projectOf(app.name)) || live.some((volume) => volumes.includes(volume));
    return holds ? [app.name] : [];
  });
}
