import { lockKey } from '../app/keys.ts';
import { snapshotEvery } from '../app/schedules.ts';
import type { Locks } from '../consul/lock.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';
import { newestOf } from '../volumes/snapshot-name.ts';
import type { Store } from '../volumes/store.ts';
import { runPeriodically, type Task } from './periodic.ts';

/** A volume of which this node keeps snapshots, again and again. */
interface SnapshotJob {
  app: string;
  volume: string;
  /** Milliseconds from one time to the next. */
  every: number;
}

export interface SnapshotDeps {
  node: string;
  view: () => View | undefined;
  /** Aborts when the view is replaced. */
  outdated: () => AbortSignal;
  store: Pick<Store, 'snapshots'>;
  /** Its name; null where the newest one is the volume's state already. */
  snapshot: (volume: string, signal: AbortSignal) => Promise<string | null>;
  locks: Pick<Locks, 'holder'>;
  logger: Logger;
}

/** Each begins with a sync of the disk; more of them would only wait for each other. */
const AT_ONCE = 2;

/** The longest time until a failed one is tried again, and until it is seen that an app's lock is free. */
const RETRY = { failed: 60_000, locked: 5_000 };

/** Volumes without a snapshot begin within this time, not all at the same moment. */
const SPREAD = 10_000;

/**
 * Keeps snapshots of the volumes of the apps whose master this node is, each in its interval, if they have changed. An
 * app whose lock is held is passed over until it is free: the operation makes snapshots by itself. Ends by the signal.
 */
export async function snapshotBySchedule(deps: SnapshotDeps, signal: AbortSignal): Promise<void> {
  const { node, view, outdated, store, logger } = deps;
  /** When a volume is due, by its key: what it counts from, and until when it is passed over. */
  let seen = new Map<string, { from: number; notBefore: number; error: string }>();

  async function tasks(): Promise<Task[]> {
    const now = view();
    const jobs = (now ? snapshotJobs(node, now) : []).map((job) => ({
      job,
      key: JSON.stringify([job.app, job.volume]),
    }));
    const fresh = jobs.some(({ key }) => !seen.has(key)) ? await store.snapshots() : [];
    const next: typeof seen = new Map();
    for (const { key, job } of jobs) {
      next.set(key, seen.get(key) ?? { from: firstFrom(job, fresh), notBefore: 0, error: '' });
    }
    seen = next;
    return jobs.map(({ job, key }) => {
      const { from, notBefore } = seen.get(key) ?? { from: Date.now(), notBefore: 0 };
      // A clock that was set back must not put it off.
      const due = Math.max(Math.min(from, Date.now()) + job.every, notBefore);
      return { key, due, run: (stop) => once(job, key, stop) };
    });
  }

  /** The interval goes on from the newest snapshot, so a restart of the peer changes nothing. */
  function firstFrom({ volume, every }: SnapshotJob, all: Awaited<ReturnType<Store['snapshots']>>): number {
    const whole = all.filter((each) => each.volume === volume && each.subvolume.readonly);
    const at = newestOf(whole)?.at;
    return at == null ? Date.now() - every + Math.random() * Math.min(SPREAD, every / 10) : at / 1000;
  }

  async function once({ app, volume, every }: SnapshotJob, key: string, stop: AbortSignal): Promise<void> {
    const begun = Date.now();
    const before = seen.get(key) ?? { from: begun, notBefore: 0, error: '' };
    try {
      if ((await deps.locks.holder(lockKey(app), stop)) !== undefined) {
        seen.set(key, { ...before, notBefore: Date.now() + Math.min(every, RETRY.locked) });
        return;
      }
      const snapshot = await deps.snapshot(volume, stop);
      seen.set(key, { from: begun, notBefore: 0, error: '' });
      if (snapshot !== null) logger.info({ app, volume, snapshot }, 'Snapshotted');
    } catch (thrown) {
      if (stop.aborted) return;
      const { message: error } = asCoveyError(thrown);
      seen.set(key, { ...before, notBefore: Date.now() + Math.min(every, RETRY.failed), error });
      if (error !== before.error) logger.warn({ app, volume }, `Not snapshotted: ${error}`);
    }
  }

  await runPeriodically({ tasks, outdated, atOnce: AT_ONCE }, signal);
}

/** Of which volumes a node keeps snapshots by the records. */
export function snapshotJobs(node: string, view: View): SnapshotJob[] {
  return view.apps.flatMap((app) => {
    if (!('record' in app) || app.record.master !== node) return [];
    const { name, record } = app;
    return record.volumes
      .map((volume) => ({ app: name, volume, every: snapshotEvery(record, volume) }))
      .filter(({ every }) => every > 0);
  });
}
