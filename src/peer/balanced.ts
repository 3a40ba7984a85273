import { servicesOn } from '../app/balanced.ts';
import { projectOf } from '../app/identity.ts';
import { lockKey } from '../app/keys.ts';
import { type AppRecord, deployFolder } from '../app/record.ts';
import type { Locks } from '../consul/lock.ts';
import type { Container, Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';
import { type BackOff, createBackOff } from './back-off.ts';
import { lookAgain } from './look-again.ts';

export interface BalancedDeps {
  node: string;
  engine: Pick<Engine, 'containers'>;
  deployRoot: string;
  locks: Pick<Locks, 'holder'>;
  view(): View | undefined;
  /** Aborts when the view is replaced. */
  outdated(): AbortSignal;
  /** Brings this node's services of the app to the recorded release, under the app's lock. */
  follow(app: string, signal: AbortSignal): Promise<void>;
  logger: Logger;
}

/**
 * Containers go without a change of the records, too: those of an old master are cleared away after the commit. Such an app has fewer nodes until
 * this one notices, and a look costs next to nothing. In milliseconds.
 */
const AGAIN = 10_000;

/**
 * Keeps the services that this node has of apps of other masters at the recorded release, whenever the records change. A deploy brings
 * it there itself; here come nodes that were away then, and masters that have just become one of several.
 */
export async function followBalanced(deps: BalancedDeps, signal: AbortSignal): Promise<void> {
  // What its operators have stopped stays so; but not over a start of the machine. Each app once: one that cannot follow starts no other anew.
  let unstarted: Set<string> | undefined;
  const backOff = createBackOff();
  const look = (view: View) => {
    unstarted ??= new Set(view.apps.map(({ name }) => name));
    return followAll(deps, view, { unstarted, backOff }, signal);
  };
  await lookAgain(deps, look, signal, AGAIN);
}

/** Whether nothing is left to do. */
async function followAll(
  deps: BalancedDeps,
  view: View,
  { unstarted, backOff }: { unstarted: Set<string>; backOff: BackOff },
  signal: AbortSignal,
): Promise<boolean> {
  const { node, engine, locks, logger } = deps;
  let done = true;
  for (const app of view.apps) {
    if (!('record' in app)) continue;
    const { name, record, index } = app;
    if (servicesOn(node, record).length === 0) {
      unstarted.delete(name);
      continue;
    }
    // Each try keeps the app's lock for a while, pulls and builds.
    if (!backOff.isDue(name, index)) {
      done = false;
      continue;
    }
    try {
      const all = await engine.containers({ project: projectOf(name), signal });
      // A task that somebody has run by hand is no part of the release, and is never brought to another one.
      const containers = all.filter(({ oneOff }) => !oneOff);
      const isOut = 'out' in (view.balance?.get(name) ?? {});
      if (!isOut && isAsRecorded(deps, name, record, containers, unstarted.has(name))) {
        unstarted.delete(name);
        continue;
      }
      // An operation sees to its own nodes; and what is left of a whole app here goes first (`departures.ts`).
      const isBusy = (await locks.holder(lockKey(name), signal)) !== undefined;
      const services = servicesOn(node, record);
      if (isBusy || containers.some(({ service }) => !services.includes(service))) done = false;
      else {
        await followOne(deps, { name, index }, backOff, signal);
        unstarted.delete(name);
      }
    } catch (thrown) {
      const { code, message } = asCoveyError(thrown);
      done = false;
      if (!isGivenWay(code)) logger.warn({ app: name }, `its services are not as recorded yet: ${message}`);
    }
  }
  return done;
}

async function followOne(
  deps: BalancedDeps,
  { name, index }: { name: string; index: number },
  backOff: BackOff,
  signal: AbortSignal,
): Promise<void> {
  try {
    await deps.follow(name, signal);
    backOff.succeeded(name);
  } catch (thrown) {
    if (!isGivenWay(asCoveyError(thrown).code)) backOff.failed(name, index);
    throw thrown;
  }
}

/** Somebody else has the lock, or has asked for it meanwhile; or this peer stops. */
const isGivenWay = (code: string): boolean => code === 'locked' || code === 'cancelled';

function isAsRecorded(
  { node, deployRoot }: BalancedDeps,
  name: string,
  record: AppRecord,
  containers: readonly Container[],
  hasToRun: boolean,
): boolean {
  const folder = deployFolder(deployRoot, name, record);
  if (containers.some(({ workingDir }) => workingDir !== folder)) return false;
  return servicesOn(node, record).every((service) =>
    containers.some((each) => each.service === service && (!hasToRun || each.state === 'running')),
  );
}
