import { randomUUID } from 'node:crypto';
import { lockKey } from '../app/keys.ts';
import { replicateEvery } from '../app/schedules.ts';
import type { Locks } from '../consul/lock.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';
import { written } from '../state-file.ts';
import type { Replicas, Replication } from '../volumes/replicas.ts';
import type { Mandate } from '../volumes/transfer/send.ts';
import { runPeriodically, type Task } from './periodic.ts';

/** A volume that this node sends to another one, again and again. */
export interface ReplicationJob {
  app: string;
  volume: string;
  to: string;
  /** Milliseconds from one time to the next. */
  every: number;
}

/** Sends a volume's state if it has changed. `at`: the time of the state that both have now, in unix ms. */
export type Replicate = (
  job: Pick<ReplicationJob, 'volume' | 'to' | 'every'> & {
    mandate: Mandate;
    pending: Replication['pending'];
  },
  options: { onSnapshot: (made: { snapshot: string; at: number }) => Promise<void>; signal: AbortSignal },
) => Promise<{ at: number; snapshot: string; bytes: number; parent: string | null; durationMs: number }>;

export interface ReplicationDeps {
  node: string;
  view: () => View | undefined;
  /** Aborts when the view is replaced. */
  outdated: () => AbortSignal;
  replicas: Replicas;
  locks: Pick<Locks, 'holder'>;
  replicate: Replicate;
  logger: Logger;
}

/** So many at a time: a further one would only make each of them slower. */
const AT_ONCE = 2;

/**
 * A failed one is tried again after `first`, then after twice as long each time, up to `longest`: most of what is in the
 * way is mended in a moment, and the rest is not asked for all the time. `locked`: until it is seen that an app's lock is free.
 */
const RETRY = { first: 2_000, longest: 60_000, locked: 5_000 };

/** Volumes that were never replicated begin within this time, not all at the same moment. */
const SPREAD = 10_000;

/**
 * Replicates the volumes of the apps whose master this node is to their slaves, each in its interval. An app whose
 * lock is held is passed over until it is free: a move sends by itself. Ends by the signal.
 */
export async function replicateBySchedule(deps: ReplicationDeps, signal: AbortSignal): Promise<void> {
  const { node, view, outdated, replicas, logger } = deps;
  /** When a volume that was never replicated may begin. */
  const firstTimes = new Map<string, number>();
  /** Until when an app is passed over. */
  const heldUntil = new Map<string, number>();
  let pruned: View | undefined;

  function dueAt(job: ReplicationJob, key: string): number {
    const state = replicas.of(job.volume, job.to);
    const first = firstTimes.get(key) ?? Date.now() + Math.random() * Math.min(SPREAD, job.every / 10);
    firstTimes.set(key, first);
    return Math.max(nextTime(state, job.every, first, Date.now()), heldUntil.get(job.app) ?? 0);
  }

  async function tasks(): Promise<Task[]> {
    const now = view();
    if (now && now !== pruned) await forget(now);
    pruned = now;
    return (now ? jobsOf(node, now) : []).map((job) => {
      const key = JSON.stringify([job.app, job.volume, job.to]);
      return { key, due: dueAt(job, key), run: (stop) => once(job, stop) };
    });
  }

  /** Volumes that no record names. A record that can't be read may name any. */
  async function forget({ apps }: View): Promise<void> {
    if (apps.some((app) => !('record' in app))) return;
    const volumes = apps.flatMap((app) => ('record' in app ? app.record.volumes : []));
    await written(logger, replicas.retain(new Set(volumes)));
  }

  async function once(job: ReplicationJob, stop: AbortSignal): Promise<void> {
    const { app, volume, to, every } = job;
    try {
      if ((await deps.locks.holder(lockKey(app), stop)) !== undefined) {
        heldUntil.set(app, Date.now() + Math.min(every, RETRY.locked));
        return;
      }
      const done = await deps.replicate(
        {
          volume,
          to,
          every,
          mandate: { app, fence: null, operation: `replicate-${randomUUID()}` },
          pending: replicas.of(volume, to).pending,
        },
        { signal: stop, onSnapshot: (made) => written(logger, replicas.begun(volume, to, made)) },
      );
      await written(logger, replicas.equal(volume, to, done));
      const { snapshot, bytes, parent, durationMs } = done;
      if (bytes > 0) logger.info({ app, volume, to, snapshot, bytes, parent, durationMs }, 'Replicated');
    } catch (thrown) {
      if (stop.aborted) return;
      const { message } = asCoveyError(thrown);
      const before = replicas.of(volume, to).failure?.error;
      await written(logger, replicas.failed(volume, to, { at: Date.now(), error: message }));
      if (message !== before) logger.warn({ app, volume, to }, `Not replicated: ${message}`);
    }
  }

  await runPeriodically({ tasks, outdated, atOnce: AT_ONCE }, signal);
}

/** What a node has to send by the records. */
export function jobsOf(node: string, view: View): ReplicationJob[] {
  return view.apps.flatMap((app) => {
    if (!('record' in app) || app.record.master !== node) return [];
    const { name, record } = app;
    const to = record.slave;
    if (to === null || to === node) return [];
    return record.volumes
      .map((volume) => ({ app: name, volume, to, every: replicateEvery(record, volume) }))
      .filter(({ every }) => every > 0);
  });
}

/**
 * When the next try is due. The interval counts from the state that both nodes have, so what takes long does not make
 * the replica older than need be, and a restart of the peer changes nothing.
 * @param first for what was never replicated
 */
export function nextTime(state: Replication, every: number, first: number, now: number): number {
  // A clock that was set back must not put it off.
  if (state.failure) {
    const { at, tries } = state.failure;
    return Math.min(at, now) + Math.min(every, RETRY.longest, RETRY.first * 2 ** (tries - 1));
  }
  return state.equalAt === 0 ? first : Math.min(state.equalAt, now) + every;
}
