import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from './errors.ts';
import { hasCode, readIfThere } from './files.ts';

/**
 * Points at which a test lets something go wrong: each step of a plan on its coordinator (`begin:stop@node1`, and
 * `end:stop@node1` before its result is written down), and each action on the node that does it (`run:stop`, `ran:stop`,
 * `undo:stop`). A file of that name in the folder `faults` of the peer's state arms one, once. Its text says what happens:
 *
 *   fail   the step fails
 *   kill   the peer dies as by kill -9
 *   wait   it goes on when the file, then called `<point>.reached`, is removed
 *
 * Whoever can write there could stop the peer anyhow, so there is no setting for it.
 */
export interface Faults {
  /** Errors: `failed` where the test wants it so, `cancelled` by the signal. */
  reach(point: string, signal: AbortSignal): Promise<void>;
}

/** Between two looks whether the test lets it go on, in milliseconds. */
const POLL = 50;

export function faultsIn(state: string): Faults {
  const folder = join(state, 'faults');
  return {
    reach: async (point, signal) => {
      const armed = join(folder, point);
      const reached = `${armed}.reached`;
      // Renamed first: a peer that is killed here must not die again when it comes back.
      try {
        await rename(armed, reached);
      } catch (thrown) {
        if (hasCode(thrown, 'ENOENT')) return;
        throw thrown;
      }
      const what = (await readIfThere(reached))?.trim();
      if (what === 'kill') process.kill(process.pid, 'SIGKILL');
      if (what === 'wait') {
        while ((await readIfThere(reached)) !== undefined) await pause(POLL, undefined, { signal });
        return;
      }
      throw new CoveyError('failed', `The fault point ${point} was reached`);
    },
  };
}
