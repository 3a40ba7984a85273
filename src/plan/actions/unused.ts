import { CoveyError } from '../../errors.ts';
import type { ActionDeps } from './action.ts';

/**
 * Before something is put in the place of volumes: a container goes on with the volume that it has mounted, whatever takes its place,
 * and would write to what is gone. Errors: `refused`.
 */
export async function assertUnused(
  engine: Pick<ActionDeps['engine'], 'containers'>,
  volumes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const volume of volumes) {
    const containers = await engine.containers({ volume, signal });
    const running = containers.filter(({ state }) => !['created', 'exited', 'dead'].includes(state));
    if (running.length === 0) continue;
    const names = running.map(({ name }) => name).join(', ');
    throw new CoveyError('refused', `${volume} is mounted by ${names}, which the app is not stopped with.`, {
      hint: 'Stop it with docker stop, then give the command again.',
    });
  }
}
