import { uptime } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { servicesOn } from '../app/balanced.ts';
import { composeSchema, volumeNames } from '../app/compose.ts';
import { projectOf } from '../app/identity.ts';
import { APP_PREFIX, lockKey } from '../app/keys.ts';
import { assertNoVolumeLost } from '../app/lost-volumes.ts';
import { type AppRecord, deployFolder, hasUnderscores, parseRecord } from '../app/record.ts';
import type { Kv } from '../consul/kv.ts';
import type { Locks } from '../consul/lock.ts';
import type { Compose } from '../docker/compose.ts';
import type { Container, Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Keeper } from '../lease/keeper.ts';
import type { Logger } from '../logger.ts';
import { settleNames } from '../plan/actions/names.ts';
import { begunOf, readJournal } from '../plan/journal.ts';
import { startersOf } from '../plan/started.ts';
import type { View, ViewedApp } from '../proxy/view.ts';
import type { Store } from '../volumes/store.ts';

export interface BootDeps {
  node: string;
  deployRoot: string;
  engine: Engine;
  compose: Compose;
  store: Pick<Store, 'list' | 'provisional'>;
  locks: Pick<Locks, 'holder'>;
  kv: Pick<Kv, 'get'>;
  lease: Pick<Keeper, 'covers' | 'forbids'>;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Brings the node's apps in line with the records when the peer comes up: stops what is not its own before anything
 * else, then starts what it is master of. Docker does not do it: it starts containers before our volume driver
 * answers, and does not try again.
 * @param remembered what this node knew when it last ran
 * @returns the apps that could not be started yet: an operation works on them, or the start failed
 */
export async function converge(deps: BootDeps, view: View, remembered: View | undefined): Promise<string[]> {
  await stopForeign(deps, view, remembered);
  const names = view.apps.map(({ name }) => name);
  return startOwn(deps, view, names);
}

/** Until the next try with apps that an operation works on, or that did not start, in milliseconds. */
const RETRY = 5_000;

/** Starts what `converge` could not start, as soon as it can be and as long as it is this node's. */
export async function startWaiting(
  deps: BootDeps,
  waiting: readonly string[],
  newest: () => View | undefined,
): Promise<void> {
  let names = [...waiting];
  while (names.length > 0) {
    await pause(RETRY, undefined, { signal: deps.signal });
    const view = newest();
    if (view) names = await startOwn(deps, view, names);
  }
}

/** Starts those of the apps that are this node's, and gives those for another try. */
export async function startOwn(deps: BootDeps, view: View, names: readonly string[]): Promise<string[]> {
  const waiting: string[] = [];
  for (const app of view.apps) {
    if (!names.includes(app.name) || !('record' in app) || app.record.master !== deps.node) continue;
    const { record } = app;
    const done = await guarded(deps, app.name, async () => {
      const project = projectOf(app.name);
      const containers = await deps.engine.containers({ project, signal: deps.signal });
      if (isUp(containers)) return true;
      if (deps.lease.forbids(app.name) || (await isToBeUndone(deps, app.name, record))) return false;
      if (!(await isStillOwn(deps, app.name))) return true;
      const folder = deployFolder(deps.deployRoot, app.name, record);
      await assertVolumes(deps, record, folder, project);
      deps.logger.info({ app: app.name }, 'starts, since this node is its master');
      const underscores = hasUnderscores(project, record);
      await deps.compose.up(folder, project, { signal: deps.signal, underscores });
      await settleNames(deps.engine, project, deps.signal);
      return true;
    });
    if (!done) waiting.push(app.name);
  }
  return waiting;
}

/** The original's records name volumes that no service uses too; those were never made. */
async function assertVolumes(
  { store, compose, signal }: BootDeps,
  record: AppRecord,
  folder: string,
  project: string,
): Promise<void> {
  const provisional = await store.provisional();
  const present = (await store.list()).filter((volume) => !provisional.includes(volume));
  if (record.volumes.every((volume) => present.includes(volume))) return;
  const config = composeSchema.parse(await compose.config(folder, project, { signal }));
  assertNoVolumeLost(record, volumeNames(config, project), present);
}

/** Whether all of an app runs. A task that did its work since the machine booted counts as if it ran. */
function isUp(containers: readonly Container[]): boolean {
  const booted = Date.now() - uptime() * 1000;
  const isDone = ({ state, exitCode, restartable, startedAt }: Container) =>
    state === 'exited' && exitCode === 0 && !restartable && startedAt.getTime() > booted;
  const running = containers.filter(({ state }) => state === 'running');
  return running.length > 0 && running.length + containers.filter(isDone).length === containers.length;
}

/** Stops the apps of the deploy folder that are not this node's. */
async function stopForeign(deps: BootDeps, view: View, remembered: View | undefined): Promise<void> {
  for (const container of await deps.engine.containers({ signal: deps.signal })) {
    const { project, workingDir, state, name } = container;
    if (!workingDir.startsWith(`${deps.deployRoot}/`) || state === 'exited' || state === 'created') continue;
    const app = appOf(view, project);
    const why = app ? foreign(deps, app, container) : destroyed(project, view, remembered);
    if (why === undefined) continue;
    await guarded(deps, app?.name ?? project, async () => {
      deps.logger.warn({ app: app?.name ?? project, container: name }, `is stopped: ${why}`);
      await deps.engine.stopContainer(container.id, { signal: deps.signal });
      return true;
    });
  }
}

function foreign(
  { node, deployRoot }: BootDeps,
  app: ViewedApp,
  { service, workingDir }: Container,
): string | undefined {
  if (!('record' in app) || app.record.master === node) return undefined;
  const { name, record } = app;
  // One of several nodes has some services of the app too; of an older release they would tell visitors what is no longer so.
  const isBalanced = servicesOn(node, record).includes(service);
  if (isBalanced && workingDir === deployFolder(deployRoot, name, record)) return undefined;
  return `its master is ${record.master}`;
}

/**
 * An app without a record was destroyed while this node was away, if this node knew it. One that it never knew may be
 * just being deployed, and where there is no record of any app it is the records that are lost, not the apps.
 */
function destroyed(project: string, view: View, remembered: View | undefined): string | undefined {
  if (view.apps.length === 0 || remembered === undefined) return undefined;
  return appOf(remembered, project) ? 'it was destroyed while this node was away' : undefined;
}

function appOf(view: View, project: string): ViewedApp | undefined {
  return view.apps.find(({ name }) => projectOf(name) === project);
}

/** One app at a time, and none that an operation works on; what fails hinders no other app. Whether it was done. */
async function guarded(deps: BootDeps, app: string, work: () => Promise<boolean>): Promise<boolean> {
  const { logger } = deps;
  try {
    if (await isLocked(deps, app)) return false;
    return await work();
  } catch (thrown) {
    const { message, hint } = asCoveyError(thrown);
    const told = hint === undefined ? message : `${message} ${hint}`;
    logger.error({ app }, `could not be brought in line with its record: ${told}`);
    return false;
  }
}

/** Without Consul no operation runs, so nothing is locked; but for an app that others may take over without this node. */
async function isLocked({ locks, lease, signal }: BootDeps, app: string): Promise<boolean> {
  try {
    return (await locks.holder(lockKey(app), signal)) !== undefined;
  } catch (thrown) {
    if (asCoveyError(thrown).code === 'unavailable' && !lease.covers(app)) return false;
    throw thrown;
  }
}

/**
 * What is undone on this node may put a volume back, which nothing may have mounted then. It starts the app by itself. A slave
 * that took over by itself, and was lost before that was recorded, may still run the app.
 */
async function isToBeUndone(deps: BootDeps, app: string, record: AppRecord): Promise<boolean> {
  const { kv, node, lease, signal } = deps;
  try {
    const entry = (await readJournal(kv, app, signal))?.entry;
    if (entry === undefined || entry.committed) return false;
    if (record.takeover && startersOf(entry).some((other) => other !== node)) return true;
    return begunOf(entry).some(({ step }) => step.node === node);
  } catch (thrown) {
    // Without Consul nothing is undone, and what can't be read nobody undoes.
    if (['unavailable', 'invalid'].includes(asCoveyError(thrown).code) && !lease.covers(app)) return false;
    throw thrown;
  }
}

/**
 * The records as this node follows them come late, and another node may have taken over meanwhile. An app that nobody can take
 * over need not be asked for: it starts without Consul too.
 */
async function isStillOwn({ kv, node, lease, logger, signal }: BootDeps, app: string): Promise<boolean> {
  if (!lease.covers(app)) return true;
  const found = await kv.get(`${APP_PREFIX}${app}`, { signal, consistent: true });
  const master = found && parseRecord(app, found.value).master;
  if (master === node) return true;
  logger.warn({ app }, `does not start here: its master is ${master ?? 'nobody'}`);
  return false;
}
