import { projectOf } from '../app/identity.ts';
import { lockKey } from '../app/keys.ts';
import type { Locks } from '../consul/lock.ts';
import type { Container, Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { firstName, settleNames } from '../plan/actions/names.ts';
import { latest } from '../proxy/latest.ts';
import type { View } from '../proxy/view.ts';

export interface ContainerNamesDeps {
  node: string;
  engine: Pick<Engine, 'containers' | 'renameContainer'>;
  locks: Pick<Locks, 'holder'>;
  view(): View | undefined;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Gives containers the names by which routes lead to them, where somebody has had compose make them anew: one that has come beside
 * another keeps its number, and compose names by that.
 */
export function createContainerNames({ node, engine, locks, view, logger, signal }: ContainerNamesDeps) {
  const work = latest<readonly Container[]>(async (containers) => {
    for (const app of view()?.apps ?? []) {
      if (!('record' in app) || app.record.master !== node) continue;
      const project = projectOf(app.name);
      const known = Object.values(app.record.ct);
      const isMissed = containers.some(
        (each) =>
          each.project === project && firstName(each) !== each.name && known.includes(firstName(each)),
      );
      if (!isMissed || signal.aborted) continue;
      try {
        // An operation sees to its own.
        if ((await locks.holder(lockKey(app.name), signal)) === undefined)
          await settleNames(engine, project, signal);
      } catch (thrown) {
        // The next change, or the next operation, tries again.
        logger.warn(
          { app: app.name },
          `a container has no name that is known: ${asCoveyError(thrown).message}`,
        );
      }
    }
  });
  return {
    /** All containers of the machine, when one has changed. */
    look: (containers: readonly Container[]): void => work.push(containers),
    idle: () => work.idle(),
  };
}
