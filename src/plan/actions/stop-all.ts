import type { Container, Engine } from '../../docker/engine.ts';
import { stopOrder } from '../../docker/stop-order.ts';

/**
 * Stops containers, what needs others before these, and what has nothing to do with each other at the same time. Where one fails
 * nothing further is stopped; what is being stopped is waited for, and then the first failure is thrown. So it is by the signal: Docker
 * goes on with a stop that nobody waits for, and what would be started again meanwhile still runs, and then ends.
 */
export async function stopAll(
  engine: Pick<Engine, 'stopContainer'>,
  containers: readonly Container[],
  { signal, onStop }: { signal: AbortSignal; onStop?: (name: string) => void },
): Promise<void> {
  const order = stopOrder(containers);
  const stops = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const begin = (id: string): Promise<void> => {
    const stopping = stops.get(id) ?? stopAfter(id);
    stops.set(id, stopping);
    return stopping;
  };
  const stopAfter = async (id: string): Promise<void> => {
    await Promise.all((order.get(id) ?? []).map(begin));
    if (failures.length > 0) return;
    try {
      signal.throwIfAborted();
      onStop?.(containers.find((one) => one.id === id)?.name ?? id);
      await engine.stopContainer(id);
    } catch (thrown) {
      failures.push(thrown); // thrown below, once the others have ended
    }
  };
  await Promise.all(containers.map(({ id }) => begin(id)));
  if (failures.length > 0) throw failures[0];
}
