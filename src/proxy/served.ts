import { isEarly } from './cutover/standing.ts';
import type { View } from './view.ts';
import { createWaiters } from './waiters.ts';

/** What was refused, and why; the last good part stays live. */
export interface Quarantined {
  /** Its name, or `swarm/<key>`. */
  app: string;
  /** `swarm`: what a swarm key says cannot be served by any node. */
  part: 'record' | 'caddy' | 'haproxy' | 'swarm';
  error: string;
}

/** What the node's proxies serve now, and those who wait for more. */
export interface Served {
  /** A view has been applied: wakes those who waited for it. */
  applied(view: View, quarantines: readonly Quarantined[]): void;
  /**
   * Resolves once the node serves the app's record, or its hold, at `generation` or a later one (0: the record is gone), with
   * what was refused of it, empty when all is served.
   * @throws the signal's reason
   */
  await(app: string, generation: number, signal: AbortSignal): Promise<string>;
  quarantines(): readonly Quarantined[];
  /** The highest generation of all apps that are served. */
  generation(): number;
}

export function createServed(): Served {
  let generations = new Map<string, number>();
  let quarantined: readonly Quarantined[] = [];
  let started = false;
  const waiters = createWaiters();

  const reached = (app: string, generation: number) => {
    const served = generations.get(app);
    return (
      started && (generation === 0 ? served === undefined : served !== undefined && served >= generation)
    );
  };
  const errorOf = (app: string) =>
    quarantined
      .filter((each) => each.app === app)
      .map((each) => each.error)
      .join('; ');

  return {
    applied: (view, quarantines) => {
      const generationOf = ({ name, index }: View['apps'][number]) => {
        const hold = view.holds?.get(name);
        // Until the record that was committed with it is here the node does as before, so nothing of it is served.
        return hold === undefined || isEarly(hold, index) ? index : Math.max(index, hold.index);
      };
      generations = new Map(view.apps.map((app) => [app.name, generationOf(app)]));
      quarantined = quarantines;
      started = true;
      waiters.wake();
    },
    await: (app, generation, signal) =>
      waiters.until(() => (reached(app, generation) ? errorOf(app) : undefined), signal),
    quarantines: () => quarantined,
    generation: () => Math.max(0, ...generations.values()),
  };
}
