import { randomUUID } from 'node:crypto';
import type { Kv, KvEntry } from '../consul/kv.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { written } from '../state-file.ts';
import { FIRST_TRY, LOOK_EVERY, RENEW_EVERY, RENEWAL_DEADLINE, RETRY_RENEWAL, STOP_AFTER } from './bounds.ts';
import { createEnforcer, type StartAgain } from './enforcer.ts';
import type { LeaseFile } from './memory.ts';
import type { StopApps } from './stopping.ts';
import { type Time, within } from './time.ts';
import { formatLease, type Lease, leaseKey, parseLease } from './value.ts';

export interface KeeperDeps {
  node: string;
  kv: Pick<Kv, 'get' | 'transaction'>;
  stop: StopApps;
  file: LeaseFile;
  /** Of this boot of the machine, see `bootId`. */
  boot: string;
  time: Time;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Keeps this node's lease, for the apps that others may take over by themselves: says in Consul again and again that it
 * looks after them, and stops them where it can't. An app that has been in the lease is looked after until Consul has taken
 * one without it.
 */
export interface Keeper {
  /**
   * What the records say from now on.
   * @param apps those of this node that others may take over; undefined: not known yet
   * @param start apps that were stopped are started by it, once the lease is held again
   */
  follow(apps: () => readonly string[] | undefined, start: StartAgain): void;
  /** Whether others may take the app over, if not now then since a lease that named it was lost. */
  covers(app: string): boolean;
  /** Whether the app must not start here: it is, or may be, in a lease that is not held, or who is its master is not known yet. */
  forbids(app: string): boolean;
  /** Keeps the lease until `close`. Never fails. */
  run(): Promise<void>;
  /** The peer stops, its apps go on: says so, and where it can't, stops them. */
  close(): Promise<void>;
}

export function createKeeper(deps: KeeperDeps): Keeper {
  const { node, kv, file, boot, time, logger } = deps;
  const key = leaseKey(node);
  const incarnation = randomUUID();
  const closing = new AbortController();
  const { signal } = closing;
  const before = file.value();
  const isSameBoot = before?.boot === boot;
  let wanted: () => readonly string[] | undefined = () => undefined;
  let start: StartAgain = async () => false;
  /** What a lease in Consul may name, so that others may take it over. */
  let covered = new Set(before?.guarded ? before.apps : []);
  let renewedAt = (isSameBoot ? before?.renewedAt : null) ?? Number.NEGATIVE_INFINITY;
  /** Until when it is tried to renew before anything is stopped. */
  let lenientUntil = isSameBoot ? time.now() + FIRST_TRY : Number.NEGATIVE_INFINITY;
  /** What its last life knew is lost, and Consul has not been asked yet. */
  let isUnknown = before === null;
  /** Consul's index of the lease; undefined: it has to be read. */
  let index: number | undefined;
  let counter = 0;
  const enforcer = createEnforcer(deps.stop, logger);

  const isHeld = () => time.now() - renewedAt < STOP_AFTER;
  const mustStop = () => covered.size > 0 && !isHeld() && time.now() >= lenientUntil;

  const remember = (guarded: boolean) =>
    written(
      logger,
      file.set({
        ...{ boot, incarnation, guarded, apps: [...covered].toSorted() },
        renewedAt: Number.isFinite(renewedAt) ? renewedAt : null,
      }),
    );

  const stopAll = () => enforcer.stopAll([...covered], time.now() - renewedAt);

  async function enforce(): Promise<void> {
    while (!signal.aborted) {
      if (mustStop()) await stopAll();
      await time.sleep(LOOK_EVERY, signal);
    }
  }

  /** Whether the lease in Consul is what this peer, or this node's last one, wrote there. */
  function isOurs(found: KvEntry): boolean {
    const lease = parseLease(found.value);
    const ours = [incarnation, ...(isSameBoot && before ? [before.incarnation] : [])];
    return lease !== undefined && lease.taken_by === undefined && ours.includes(lease.incarnation);
  }

  /** Reads the lease. What is not ours is a loss: the apps stop before it is taken anew. */
  async function look(bounded: AbortSignal): Promise<number> {
    const found = await kv.get(key, { consistent: true, signal: bounded });
    isUnknown = false;
    const lease = found && parseLease(found.value);
    // A renewal of which nothing was heard may have come late.
    if (lease?.guarded) for (const app of lease.apps) covered.add(app);
    if (found === undefined || isOurs(found)) return found?.modifyIndex ?? 0;
    renewedAt = Number.NEGATIVE_INFINITY;
    lenientUntil = Number.NEGATIVE_INFINITY;
    while (!(await stopAll())) {
      signal.throwIfAborted();
      await time.sleep(LOOK_EVERY, signal);
    }
    return found.modifyIndex;
  }

  /** Says once that this node looks after the apps. Whether Consul has taken it. */
  async function renew(apps: readonly string[], guarded: boolean, bounded: AbortSignal): Promise<boolean> {
    index ??= await look(bounded);
    const sent = time.now();
    // Where no lease that counts has named any app, nobody can have taken over before this one.
    if (covered.size === 0) renewedAt = sent;
    const isMore = apps.some((app) => !covered.has(app));
    covered = new Set([...covered, ...apps]);
    // Known before anybody else can: it may be taken without an answer.
    if (isMore) await remember(true);
    counter += 1;
    const value = formatLease({ incarnation, counter, apps: [...apps], guarded } satisfies Lease);
    const expected = index;
    // Until there is an answer it may have been taken or not.
    index = undefined;
    const written = await kv.transaction([{ op: 'cas', key, value, index: expected }], bounded);
    if (!written.ok) return false;
    index = written.indexes.get(key);
    renewedAt = sent;
    covered = new Set(apps);
    const remembered = remember(guarded);
    if (!guarded) await remembered;
    return true;
  }

  /** No app is left: so there is nothing to be taken over. */
  async function giveUp(bounded: AbortSignal): Promise<void> {
    index ??= await look(bounded);
    if (index > 0) {
      const expected = index;
      index = undefined;
      const gone = await kv.transaction([{ op: 'delete-cas', key, index: expected }], bounded);
      if (!gone.ok) return;
    }
    index = undefined;
    covered.clear();
    await remember(false);
  }

  async function once(): Promise<boolean> {
    const isIdle = () => covered.size === 0 && (wanted() ?? []).length === 0;
    if (isIdle() && !isUnknown) return true;
    const bounded = within(time, RENEWAL_DEADLINE, signal);
    try {
      if (isUnknown) index = await look(bounded.signal);
      if (isIdle()) return true;
      const apps = wanted() ?? [...covered];
      if (apps.length > 0) return await renew(apps, true, bounded.signal);
      await giveUp(bounded.signal);
      return true;
    } finally {
      bounded.done();
    }
  }

  async function keep(): Promise<void> {
    let told = '';
    while (!signal.aborted) {
      let done = false;
      try {
        done = await once();
        if (told !== '') logger.info('The lease for automatic takeover is renewed again');
        told = '';
      } catch (thrown) {
        const { message } = asCoveyError(thrown);
        if (!signal.aborted && message !== told)
          logger.warn(`The lease for automatic takeover is not renewed: ${message}`);
        told = message;
        // The lease in Consul may name them, and may be old.
        if (isUnknown) covered = new Set([...covered, ...(wanted() ?? [])]);
      }
      if (done && (covered.size === 0 || isHeld())) void enforcer.startAgain(start, signal);
      await time.sleep(done ? RENEW_EVERY : RETRY_RENEWAL, signal);
    }
  }

  return {
    follow: (apps, startAgain) => {
      wanted = apps;
      start = startAgain;
    },
    covers: (app) => covered.has(app),
    forbids: (app) => {
      const known = wanted();
      if (isUnknown && known?.includes(app)) return !isHeld();
      return covered.has(app) && (known === undefined || !isHeld());
    },
    run: async () => {
      await Promise.all([keep(), enforce()]);
    },
    close: async () => {
      closing.abort(new CoveyError('cancelled', 'The peer stops.'));
      if (covered.size === 0) return;
      const bounded = within(time, RENEWAL_DEADLINE, new AbortController().signal);
      let isSaid = false;
      // A renewal that was under way may come between.
      while (!isSaid && isHeld() && !bounded.signal.aborted) {
        isSaid = await renew([...covered], false, bounded.signal).catch(() => false); // then they stop
        if (!isSaid) await time.sleep(RETRY_RENEWAL, bounded.signal);
      }
      bounded.done();
      if (isSaid) return;
      logger.warn('It is not known to Consul that this peer stops: apps with automatic takeover stop too');
      await stopAll();
    },
  };
}
