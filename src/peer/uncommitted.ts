import { APP_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import { asCoveyError } from '../errors.ts';
import { RENEWAL_DEADLINE, STOP_AFTER } from '../lease/bounds.ts';
import type { StartAgain } from '../lease/enforcer.ts';
import type { StopApps } from '../lease/stopping.ts';
import { sinceBoot, type Time, within } from '../lease/time.ts';
import type { Logger } from '../logger.ts';
import type { Action } from '../plan/steps.ts';
import { readApp, type View, type ViewedApp } from '../proxy/view.ts';

/** From one look to the next, in milliseconds. */
const LOOK = 1_000;

/**
 * So long without Consul's leader an app runs here that is not recorded, if its coordinator is not reached either, which gossip notices within
 * 8 s; in milliseconds. The coordinator takes 5 to 15 s to find the connection dead, tries to undo what is here, and only then starts the old
 * release elsewhere: most often after this. As with a lease, a new leader of Consul is there by then.
 */
const SILENT = STOP_AFTER;

/** Seconds that containers get to end. */
const GRACE = 2;

/**
 * Looks after what an operation has started here before its commit. Where this node is cut off then, the operation is undone without it, by
 * starting the app where it was; and what was started here would run beside that until this node is reached again. So it is stopped.
 * Nothing is removed: who undoes the operation does that, or, where it was committed after all, it is started again.
 */
export interface Uncommitted {
  /** A step is about to be run here, or undone, on behalf of the node `by`. */
  step(app: string, by: string, action: Action, undoes: boolean): void;
  /** Never fails. Ends by the signal. `start`: as at the boot. */
  run(start: StartAgain, signal: AbortSignal): Promise<void>;
}

interface Started {
  /** The coordinator. */
  by: string;
  /** When the leader has last said who is the master. */
  sureAt: number;
  isStopped: boolean;
}

export function createUncommitted(deps: {
  node: string;
  kv: Pick<Kv, 'get'>;
  view: () => View | undefined;
  /** Whether this node talks with the peer of another one. */
  reaches: (node: string) => boolean;
  stop: StopApps;
  /** Changed by tests. */
  time?: Time;
  logger: Pick<Logger, 'error' | 'debug'>;
}): Uncommitted {
  const { node, kv, view, reaches, stop, time = sinceBoot, logger } = deps;
  const started = new Map<string, Started>();

  /** Who is the app's master by the newest record, and whether that is Consul's leader's own word. */
  async function look(
    app: string,
    signal: AbortSignal,
  ): Promise<{ master: string | undefined; isSure: boolean }> {
    const bounded = within(time, RENEWAL_DEADLINE, signal);
    try {
      const found = await kv.get(`${APP_PREFIX}${app}`, { consistent: true, signal: bounded.signal });
      const read = found && readApp(app, found.value, found.modifyIndex);
      return { master: masterOf(read), isSure: true };
    } catch (thrown) {
      logger.debug({ app }, `Its record is not read: ${asCoveyError(thrown).message}`);
      return { master: masterOf(view()?.apps.find(({ name }) => name === app)), isSure: false };
    } finally {
      bounded.done();
    }
  }

  async function tend(app: string, one: Started, start: StartAgain, signal: AbortSignal): Promise<void> {
    const asked = time.now();
    const { master, isSure } = await look(app, signal);
    if (signal.aborted || started.get(app) !== one) return;
    if (isSure) one.sureAt = asked;
    if (master === node) {
      // It is committed, or never was another's.
      if ((!one.isStopped || (await start(app, signal))) && started.get(app) === one) started.delete(app);
      return;
    }
    // Of a new app nothing runs elsewhere. A coordinator that is here itself gives up with its lock, and undoes it.
    if (master === undefined || one.by === node || time.now() - one.sureAt < SILENT || reaches(one.by))
      return;
    one.isStopped = true;
    const { ran } = await stop([app], { graceSeconds: GRACE });
    if (ran.length > 0)
      logger.error(
        { app },
        `is stopped: its master is ${master} until a move to this node is recorded, and neither Consul's leader nor ${one.by}, which moves it, can be reached`,
      );
  }

  return {
    step: (app, by, action, undoes) => {
      const { kind } = action;
      if (kind === 'clear' || (undoes && kind === 'start')) started.delete(app);
      // What has services of its own is one of several nodes, and runs beside the master.
      const starts = (kind === 'start' && action.services === undefined) || kind === 'script';
      if (!undoes && starts) started.set(app, { by, sureAt: time.now(), isStopped: false });
    },
    run: async (start, signal) => {
      while (!signal.aborted) {
        await Promise.all([...started].map(([app, one]) => tend(app, one, start, signal)));
        await time.sleep(LOOK, signal);
      }
    },
  };
}

const masterOf = (app: ViewedApp | undefined) => (app && 'record' in app ? app.record.master : undefined);
