import { projectOf } from '../app/identity.ts';
import { deployFolder } from '../app/record.ts';
import type { Locks } from '../consul/lock.ts';
import type { Compose } from '../docker/compose.ts';
import type { Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';

export interface BootDeps {
  node: string;
  deployRoot: string;
  engine: Engine;
  compose: Compose;
  locks: Pick<Locks, 'holder'>;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Brings the node's apps in line with the records when the peer comes up: stops what is not its own before anything
 * else, then starts what it is master of. Docker does not do it: it starts containers before our volume driver
 * answers, and does not try again.
 */
export async function converge(deps: BootDeps, view: View): Promise<void> {
  await stopForeign(deps, view);
  for (const app of view.apps) {
    if (!('record' in app) || app.record.master !== deps.node) continue;
    await guarded(deps, app.name, async () => {
      const project = projectOf(app.name);
      const containers = await deps.engine.containers({ project, signal: deps.signal });
      const running = containers.length > 0 && containers.every(({ state }) => state === 'running');
      if (running) return;
      deps.logger.info({ app: app.name }, 'starts, since this node is its master');
      const folder = deployFolder(deps.deployRoot, app.name, app.record);
      await deps.compose.up(folder, project, { signal: deps.signal });
    });
  }
}

/** Stops the apps of the deploy folder that the records give to another node, or to nobody. */
async function stopForeign(deps: BootDeps, view: View): Promise<void> {
  const unreadable = new Set(view.apps.flatMap((app) => ('error' in app ? [projectOf(app.name)] : [])));
  const own = new Set(
    view.apps.flatMap((app) =>
      'record' in app && app.record.master === deps.node ? [projectOf(app.name)] : [],
    ),
  );
  for (const container of await deps.engine.containers({ signal: deps.signal })) {
    const { project, workingDir, state, name } = container;
    const ours = workingDir.startsWith(`${deps.deployRoot}/`);
    if (!ours || own.has(project) || unreadable.has(project) || state === 'exited' || state === 'created')
      continue;
    const app = view.apps.find((each) => projectOf(each.name) === project)?.name ?? project;
    await guarded(deps, app, async () => {
      deps.logger.warn({ app, container: name }, 'is stopped: this node is not its master');
      await deps.engine.stopContainer(container.id, { signal: deps.signal });
    });
  }
}

/** One app at a time, and none that an operation works on; what fails hinders no other app. */
async function guarded(deps: BootDeps, app: string, work: () => Promise<void>): Promise<void> {
  const { logger } = deps;
  try {
    if (await isLocked(deps, app)) return;
    await work();
  } catch (thrown) {
    logger.error({ app }, `could not be brought in line with its record: ${asCoveyError(thrown).message}`);
  }
}

/** Without Consul no operation runs, so nothing is locked. */
async function isLocked({ locks, signal }: BootDeps, app: string): Promise<boolean> {
  try {
    return (await locks.holder(`lock/app/${app}`, signal)) !== undefined;
  } catch (thrown) {
    if (asCoveyError(thrown).code === 'unavailable') return false;
    throw thrown;
  }
}

/**
 * Whether the volume may be mounted here: a replicated volume only on the node that the last known record names master.
 * What no record names is new, and is only just being deployed here.
 */
export function masterElsewhere(node: string, view: View | undefined, volume: string): string | undefined {
  for (const app of view?.apps ?? []) {
    if (!('record' in app) || !app.record.volumes.includes(volume)) continue;
    if (app.record.master !== node)
      return `${volume} belongs to ${app.name}, whose master is ${app.record.master}.`;
  }
  return undefined;
}
