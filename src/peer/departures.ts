import { servicesOn } from '../app/balanced.ts';
import { projectOf } from '../app/identity.ts';
import { lockKey } from '../app/keys.ts';
import { type AppRecord, deployFolder } from '../app/record.ts';
import type { Locks } from '../consul/lock.ts';
import type { Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';
import type { Store } from '../volumes/store.ts';
import { lookAgain } from './look-again.ts';

export interface DepartureDeps {
  node: string;
  engine: Pick<Engine, 'containers'>;
  store: Pick<Store, 'list'>;
  /** What tells the full paths of an app's folders on this node, by one look at the disk. */
  deployments(): Promise<(app: string) => string[]>;
  deployRoot: string;
  locks: Pick<Locks, 'holder'>;
  view(): View | undefined;
  /** Aborts when the view is replaced. */
  outdated(): AbortSignal;
  /** Takes from this node what it holds of the app, under the app's lock. */
  leave(app: string, signal: AbortSignal): Promise<void>;
  logger: Logger;
}

/**
 * Leaves to their masters, whenever the records change, the apps that this node still holds something of. A move clears its
 * old master itself; here come those that were away then: switched off, cut off, or without a peer.
 */
export async function followDepartures(deps: DepartureDeps, signal: AbortSignal): Promise<void> {
  await lookAgain(deps, (view) => leaveAll(deps, view, signal), signal);
}

/** Whether nothing is left to do. */
async function leaveAll(deps: DepartureDeps, view: View, signal: AbortSignal): Promise<boolean> {
  let done = true;
  for (const app of await foreignApps(deps, view, signal)) {
    try {
      // An operation sees to its own nodes; and who holds the lock may be just moving the app to this one.
      if ((await deps.locks.holder(lockKey(app), signal)) === undefined) await deps.leave(app, signal);
      else done = false;
    } catch (thrown) {
      const { code, message } = asCoveyError(thrown);
      if (code !== 'locked') deps.logger.warn({ app }, `is not left to its master yet: ${message}`);
      done = false;
    }
  }
  return done;
}

/** Apps of other masters of which more is here than the role of this node wants: snapshots, and a slave's folder. */
async function foreignApps(deps: DepartureDeps, view: View, signal: AbortSignal): Promise<string[]> {
  const { node, engine, store } = deps;
  const containers = await engine.containers({ signal });
  const live = await store.list();
  const deployments = await deps.deployments();
  const found: string[] = [];
  for (const app of view.apps) {
    // Without a commit it is a record of the original, whose nodes may hold what they like until the next deploy.
    if (!('record' in app) || app.record.master === node || app.record.commit === undefined) continue;
    const { name, record } = app;
    // Those that it has as one of several nodes follow the release by themselves.
    const services = servicesOn(node, record);
    const mine = containers.filter(
      ({ project, service }) => project === projectOf(name) && !services.includes(service),
    );
    // Who takes over has a release of its own. A record that gives away this very one was edited by hand: its data is here.
    const folder = deployFolder(deps.deployRoot, name, record);
    if (mine.some(({ workingDir }) => workingDir === folder)) continue;
    const holds = mine.length > 0 || live.some((volume) => record.volumes.includes(volume));
    if (holds || (services.length === 0 && hasOldFolders(deps, name, record, deployments(name))))
      found.push(name);
  }
  return found;
}

/** A slave's only folder is left alone, whatever release it is of. */
function hasOldFolders(
  { node, deployRoot }: DepartureDeps,
  name: string,
  record: AppRecord,
  folders: readonly string[],
): boolean {
  if (record.slave !== node) return folders.length > 0;
  const own = deployFolder(deployRoot, name, record);
  return folders.length > 1 && folders.includes(own);
}
