import type { View } from '../proxy/view.ts';

/**
 * Who may mount a replicated volume: the node that the last known record names master. A move has to start the app on
 * its new master before that is recorded; what it allows is void as soon as the record changes.
 */
export interface MountGuard {
  /**
   * Why the volume may not be mounted here; undefined where it may. What no record names is new, and is being deployed; a
   * node that has read no records yet knows of none whether it is new.
   */
  refusal(volume: string): string | undefined;
  /** Whether a step has let it be mounted, and that still counts. */
  allows(volume: string): boolean;
  allow(volumes: readonly string[]): void;
  revoke(volumes: readonly string[]): void;
}

/** @param forbids whether an app must not run here, since it is not known that no other node has taken it over */
export function createMountGuard(
  node: string,
  view: () => View | undefined,
  forbids: (app: string) => boolean,
): MountGuard {
  /** Volume -> generation of the record under which it was allowed; undefined: this node knew of none yet. */
  const allowed = new Map<string, number | undefined>();
  const owner = (volume: string) => {
    for (const app of view()?.apps ?? []) {
      if ('record' in app && app.record.volumes.includes(volume)) return app;
    }
    return undefined;
  };
  return {
    refusal: (volume) => {
      if (view() === undefined)
        return `${volume} may be another node's: this one has read no records yet, and asks Consul for them.`;
      const app = owner(volume);
      if (app && forbids(app.name))
        return `${volume} belongs to ${app.name}, which another node may have taken over: this one does not hold its lease.`;
      if (app === undefined || app.record.master === node || allowed.get(volume) === app.index)
        return undefined;
      return `${volume} belongs to ${app.name}, whose master is ${app.record.master}.`;
    },
    allows: (volume) => allowed.has(volume) && allowed.get(volume) === owner(volume)?.index,
    allow: (volumes) => {
      for (const volume of volumes) allowed.set(volume, owner(volume)?.index);
    },
    revoke: (volumes) => {
      for (const volume of volumes) allowed.delete(volume);
    },
  };
}
