import type { Config } from '../config/schema.ts';
import { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { MountGuard } from '../plan/mounts.ts';
import { volumeDriver } from '../volumes/driver.ts';
import { serveDriver } from '../volumes/driver-socket.ts';
import type { Store } from '../volumes/store.ts';

/** Docker's volume driver of this node, which mounts what the guard lets it mount. */
export function startDriver(
  { driver }: Pick<Config, 'driver'>,
  { store, mounts, logger }: { store: Store; mounts: Guard; logger: Logger },
): ReturnType<typeof serveDriver> {
  return serveDriver(
    driver.name,
    volumeDriver({ store, log: logger, mayMount: mountsAsGuarded(store, mounts) }),
    {
      folder: driver.pluginDir,
    },
  );
}

type Guard = Pick<MountGuard, 'refusal' | 'allows'>;

/** Refuses what the guard refuses, and a provisional volume to all but the step that made it: what is written there goes. Exported for its test. */
export function mountsAsGuarded(store: Pick<Store, 'provisional'>, mounts: Guard) {
  return async (volume: string): Promise<void> => {
    const reason = mounts.refusal(volume);
    // Why a volume is not mounted here: its app's master is another node, or it is just being moved.
    if (reason !== undefined) throw new CoveyError('refused', reason);
    if (mounts.allows(volume) || !(await store.provisional()).includes(volume)) return;
    throw new CoveyError(
      'refused',
      `${volume} is no data yet: a move that has not ended puts its data there.`,
      {
        hint: 'Wait for its end; see `covey status`.',
      },
    );
  };
}
