import { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { graceAt } from './bounds.ts';
import type { StopApps } from './stopping.ts';

/** Starts an app that was stopped, if it may; it never fails. Whether that is done, or no longer this node's to do. */
export type StartAgain = (app: string, signal: AbortSignal) => Promise<boolean>;

/** Stops apps whose lease is lost, and has them started again. */
export interface Enforcer {
  /** @param age of the last renewal, in milliseconds. Nothing of the apps runs when this gives true */
  stopAll(apps: readonly string[], age: number): Promise<boolean>;
  /** The lease is held: the apps whose lease was lost are started, one after the other; what could not be, with the next call. */
  startAgain(start: StartAgain, signal: AbortSignal): Promise<void>;
}

export function createEnforcer(stop: StopApps, logger: Pick<Logger, 'error'>): Enforcer {
  /** Also what did not run when the lease was lost: an operation may have stopped it, and given that up. */
  const down = new Set<string>();
  let hold = new AbortController();
  let stopping: Promise<unknown> = Promise.resolve();
  let isStarting = false;

  async function stopOnce(apps: readonly string[], age: number): Promise<boolean> {
    hold.abort(new CoveyError('unavailable', 'The lease for automatic takeover is lost.'));
    const { ran, failed } = await stop(apps, { graceSeconds: graceAt(age) });
    for (const app of apps) down.add(app);
    for (const app of ran)
      logger.error({ app }, 'is stopped: the lease was not renewed in time, so its slave may take over');
    return ran.length === 0 && failed.length === 0;
  }

  return {
    stopAll: (apps, age) => {
      const pass = stopOnce(apps, age);
      stopping = pass;
      return pass;
    },
    startAgain: async (start, signal) => {
      if (hold.signal.aborted) hold = new AbortController();
      if (isStarting) return;
      isStarting = true;
      const until = AbortSignal.any([signal, hold.signal]);
      // What is just being stopped would count as running.
      await stopping;
      for (const app of [...down]) if (!until.aborted && (await start(app, until))) down.delete(app);
      isStarting = false;
    },
  };
}
