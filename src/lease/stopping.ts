import { projectOf } from '../app/identity.ts';
import type { Engine } from '../docker/engine.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { STOP_DEADLINE } from './bounds.ts';

/** Stops all that runs of apps, all at once. It never fails: what could not be stopped is named, and is tried again. */
export type StopApps = (
  apps: readonly string[],
  options: { graceSeconds: number },
) => Promise<{ ran: string[]; failed: string[] }>;

/** By Docker: what is stopped that way is not started again by its restart policy. */
export function stoppingBy(
  engine: Pick<Engine, 'containers' | 'stopContainer'>,
  logger: Pick<Logger, 'error'>,
): StopApps {
  return async (apps, { graceSeconds }) => {
    const ran: string[] = [];
    const failed: string[] = [];
    await Promise.all(
      apps.map(async (app) => {
        const bounded = AbortSignal.timeout(STOP_DEADLINE);
        try {
          const containers = await engine.containers({ project: projectOf(app), signal: bounded });
          const running = containers.filter(({ state }) => !['created', 'exited', 'dead'].includes(state));
          if (running.length === 0) return;
          ran.push(app);
          await Promise.all(
            running.map(({ id }) => engine.stopContainer(id, { graceSeconds, signal: bounded })),
          );
        } catch (thrown) {
          failed.push(app);
          logger.error({ app }, `is not stopped yet: ${asCoveyError(thrown).message}`);
        }
      }),
    );
    return { ran, failed };
  };
}
