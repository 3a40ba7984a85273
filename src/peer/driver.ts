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
  { store, mounts, logger }: { store: Store; mounts: Pick<MountGuard, 'refusal'>; logger: Logger },
): ReturnType<typeof serveDriver> {
  const mayMount = async (volume: string) => {
    const reason = mounts.refusal(volume);
    // Why a volume is not mounted here: its app's master is another node, or it is just being moved.
    if (reason !== undefined) throw new CoveyError('refused', reason);
  };
  return serveDriver(driver.name, volumeDriver({ store, log: logger, mayMount }), {
    folder: driver.pluginDir,
  });
}
