import { APP_PREFIX, JOURNAL_PREFIX, lockKey } from '../app/keys.ts';
import { parseRecord } from '../app/record.ts';
import { retentionOn } from '../app/schedules.ts';
import type { Kv } from '../consul/kv.ts';
import type { Locks } from '../consul/lock.ts';
import { parseRetention } from '../durations.ts';
import { asCoveyError } from '../errors.ts';
import { namedByReleases } from '../handlers/kept-releases.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';
import { written } from '../state-file.ts';
import type { Purger } from '../volumes/purge.ts';
import type { PurgeTimes } from '../volumes/purge-times.ts';
import { runPeriodically, type Task } from './periodic.ts';

export interface PurgeDeps {
  node: string;
  view: () => View | undefined;
  /** Aborts when the view is replaced. */
  outdated: () => AbortSignal;
  times: PurgeTimes;
  kv: Pick<Kv, 'get'>;
  locks: Pick<Locks, 'holder'>;
  purger: Pick<Purger, 'purge'>;
  logger: Logger;
  /** Milliseconds from one purge of a volume to the next; changed by tests. */
  every?: number;
}

const EVERY = 1_440 * 60_000;

/** A volume that is new here has its first purge after this time, spread so that not all have it at once. */
const FIRST = { after: 10 * 60_000, spread: 50 * 60_000 };

/** Until the next try: after a failure, and where an operation or a transfer works on the volume. */
const RETRY = { failed: 60 * 60_000, busy: 60_000 };

type Job = { app: string; volume: string };

/**
 * Purges the snapshots of the volumes that a readable record names, with this node as master or slave, one volume at a
 * time. Ends by the signal.
 */
export async function purgeBySchedule(deps: PurgeDeps, signal: AbortSignal): Promise<void> {
  const { node, view, outdated, times, kv, locks, purger, logger, every = EVERY } = deps;
  /** Until when a volume is passed over. */
  const busyUntil = new Map<string, number>();
  let retained: View | undefined;

  async function tasks(): Promise<Task[]> {
    const now = view();
    if (!now) return [];
    if (now !== retained) await forget(now);
    retained = now;
    return Promise.all(
      purgeJobs(node, now).map(async (job) => ({
        key: JSON.stringify([job.app, job.volume]),
        due: Math.max(await dueAt(job.volume), busyUntil.get(job.volume) ?? 0),
        run: (stop) => once(job, stop),
      })),
    );
  }

  async function dueAt(volume: string): Promise<number> {
    const now = Date.now();
    const known = times.of(volume);
    // A clock that was set back must not put it off.
    if (known !== undefined) return Math.min(known, now + every);
    const first = now + Math.min(FIRST.after + Math.random() * FIRST.spread, every);
    await written(logger, times.set(volume, first));
    return first;
  }

  /** Volumes that no record names. A record that can't be read may name any. */
  async function forget({ apps }: View): Promise<void> {
    if (apps.some((app) => !('record' in app))) return;
    await written(
      logger,
      times.retain(new Set(apps.flatMap((app) => ('record' in app ? app.record.volumes : [])))),
    );
  }

  async function once({ app, volume }: Job, stop: AbortSignal): Promise<void> {
    const snapshots: string[] = [];
    try {
      const order = await orderOf(app, volume, stop);
      const purged =
        order && (await purger.purge(order, { signal: stop, removed: (name) => snapshots.push(name) }));
      if (!purged?.done) {
        busyUntil.set(volume, Date.now() + RETRY.busy);
        return;
      }
      if (purged.held !== null) logger.info({ app, volume }, `Nothing is purged: ${purged.held}`);
      await written(
        logger,
        times.set(volume, Date.now() + (purged.held === null ? every : Math.min(every, RETRY.failed))),
      );
    } catch (thrown) {
      if (stop.aborted) return;
      logger.warn({ app, volume }, `Not purged: ${asCoveyError(thrown).message}`);
      await written(logger, times.set(volume, Date.now() + Math.min(every, RETRY.failed)));
    } finally {
      if (snapshots.length > 0)
        logger.info({ app, volume, count: snapshots.length, snapshots }, 'Purged snapshots');
    }
  }

  /**
   * What the record says at this moment, by Consul's leader: a node that was cut off may believe otherwise. Null while an
   * operation works on the app, or has left something that is to be undone or finished: it goes by names of snapshots.
   */
  async function orderOf(app: string, volume: string, stop: AbortSignal) {
    if ((await locks.holder(lockKey(app), stop)) !== undefined) return null;
    const read = (key: string) => kv.get(key, { consistent: true, signal: stop });
    if ((await read(`${JOURNAL_PREFIX}${app}`)) !== undefined) return null;
    const entry = await read(`${APP_PREFIX}${app}`);
    const retention = entry && retentionOn(node, parseRecord(app, entry.value), volume);
    if (!retention) return null;
    const { pattern, partner } = retention;
    return { volume, ages: parseRetention(pattern), partner, releases: await namedByReleases(kv, app, stop) };
  }

  await runPeriodically({ tasks, outdated, atOnce: 1 }, signal);
}

/** Which volumes a node purges by the records. */
export function purgeJobs(node: string, view: View): Job[] {
  return view.apps.flatMap((app) => {
    if (!('record' in app)) return [];
    const { name, record } = app;
    return record.volumes
      .filter((volume) => retentionOn(node, record, volume) !== null)
      .map((volume) => ({ app: name, volume }));
  });
}
