import { CoveyError } from '../errors.ts';
import { sleep } from './blocking.ts';
import type { ConsulClient } from './client.ts';
import { createKv, type Kv, type KvEntry } from './kv.ts';
import { describeHolder, type LockHolder, readHolder } from './lock-holder.ts';
import { untilAsked, waitForTurn } from './queue.ts';
import { openSession, type Session } from './session.ts';
import type { KvOp } from './transaction.ts';

export interface Lock {
  readonly key: string;
  /** Consul's index of this acquisition: higher than that of every holder before. Steps carry it; peers refuse a lower one. */
  readonly fence: number;
  /**
   * Aborted when the lock is lost (session ended, key removed or taken away), and where its holder gives way, when somebody asks for it;
   * the reason is a CoveyError, `cancelled` in the latter case.
   */
  readonly signal: AbortSignal;
  /** For a transaction that must only be made by who still holds the lock. */
  readonly guard: KvOp;
  /** Gives the lock back. Twice is the same as once. Throws `unavailable`: then it is free when Consul answers again, or the session's TTL has passed. */
  release(): Promise<void>;
}

interface AcquireOptions {
  /** Queue up while another holds it; else throw `locked`. Who does not give way queues up behind one who does in any case. */
  wait: boolean;
  /** Ends the waiting (the lock itself lives on until `release`). */
  signal: AbortSignal;
  /** Called once for each holder that is being waited for; undefined where the holder is not readable. */
  onWaiting?: ((holder: LockHolder | undefined) => void) | undefined;
}

/** Locks on keys of Consul's store. Errors: `locked`, `cancelled`, and those of ConsulClient.call. */
export interface Locks {
  /** Takes `key` (`lock/app/<name>`). Those who wait are served in the order in which they came. */
  acquire(key: string, holder: LockHolder, options: AcquireOptions): Promise<Lock>;
  /** Who holds `key` now; undefined if nobody does. */
  holder(key: string, signal?: AbortSignal): Promise<LockHolder | 'unknown' | undefined>;
}

export type AcquireLock = Locks['acquire'];

/** The session of every lock that the peer of `node` takes is called like this. */
export const lockSessionName = (node: string) => `covey lock ${node}`;

const RETRY_MS = 500;

export function createLocks(consul: ConsulClient): Locks {
  const kv = createKv(consul);

  const acquire: Locks['acquire'] = async (key, holder, { wait, signal, onWaiting }) => {
    const session = await openSession(consul, {
      name: lockSessionName(holder.node),
      behavior: 'release',
      signal,
    });
    try {
      const either = AbortSignal.any([signal, session.lost]);
      const take = () => tryTake(kv, key, holder, session, either);
      const canWaitFor = (other: LockHolder | undefined) => wait || (other?.givesWay && !holder.givesWay);
      const tell = (other: LockHolder | undefined) => {
        if (!canWaitFor(other)) throw lockedError(key, other);
        onWaiting?.(other);
      };
      const inTurn = () => takeInTurn(consul, kv, key, lockSessionName(holder.node), take, either, tell);
      const fence = (wait ? undefined : await takeOr(kv, key, take, either, canWaitFor)) ?? (await inTurn());
      return held(kv, key, fence, session, holder.givesWay ?? false);
    } catch (error) {
      await session.close().catch(() => undefined); // the TTL ends it as well; the first error says more
      throw error;
    }
  };

  return {
    acquire,
    holder: async (key, signal) => {
      const entry = await kv.get(key, { signal, consistent: true });
      return entry?.session === undefined ? undefined : (readHolder(entry.value) ?? 'unknown');
    },
  };
}

/** The fence, or undefined while another holds the key. */
async function tryTake(kv: Kv, key: string, holder: LockHolder, session: Session, signal: AbortSignal) {
  const result = await kv.transaction(
    [{ op: 'lock', key, value: JSON.stringify(holder), session: session.id }],
    signal,
  );
  // Not Consul's LockIndex: that one starts over when somebody deletes the key.
  if (result.ok) return result.indexes.get(key);
  const why = result.failures[0]?.why ?? '';
  if (/invalid session/i.test(why)) {
    throw new CoveyError('unavailable', `Consul has ended the session for ${key}: ${why}`, {
      hint: 'see `consul members`, then repeat the request',
    });
  }
  return undefined;
}

type Take = () => Promise<number | undefined>;

/** The fence, or undefined while one holds it who can be waited for. */
async function takeOr(
  kv: Kv,
  key: string,
  take: Take,
  signal: AbortSignal,
  canWaitFor: (holder: LockHolder | undefined) => boolean | undefined,
): Promise<number | undefined> {
  for (;;) {
    const fence = await take();
    if (fence !== undefined) return fence;
    const entry = await kv.get(key, { signal, consistent: true });
    // Given back between the two calls: once more.
    if (entry?.session === undefined) continue;
    const other = readHolder(entry.value);
    if (!canWaitFor(other)) throw lockedError(key, other);
    return undefined;
  }
}

async function takeInTurn(
  consul: ConsulClient,
  kv: Kv,
  key: string,
  name: string,
  take: Take,
  signal: AbortSignal,
  onWaiting: AcquireOptions['onWaiting'],
): Promise<number> {
  let told: string | undefined;
  const tell = (entry: KvEntry) => {
    if (told !== entry.session) onWaiting?.(readHolder(entry.value));
    told = entry.session;
  };
  const present = await kv.get(key, { signal });
  if (present?.session !== undefined) tell(present);

  return waitForTurn(consul, kv, key, name, signal, async () => {
    for await (const { entries } of kv.watch(key, signal)) {
      const entry = entries.find((one) => one.key === key);
      if (entry?.session !== undefined) {
        tell(entry);
        continue;
      }
      const fence = await take();
      if (fence !== undefined) return fence;
    }
    throw stopped(key, signal);
  });
}

/** The lock, with somebody to look after it: any change of the key that takes it away aborts the signal within milliseconds. */
function held(kv: Kv, key: string, fence: number, session: Session, givesWay: boolean): Lock {
  const gone = new AbortController();
  const released = new AbortController();
  const quiet = AbortSignal.any([released.signal, session.lost]);
  const guard: KvOp = { op: 'check-session', key, session: session.id };

  const look = async () => {
    for await (const { entries } of kv.watch(key, quiet)) {
      if (entries.find((one) => one.key === key)?.session === session.id) continue;
      const entry = await present(kv, key, quiet);
      if (quiet.aborted || entry?.session === session.id) continue;
      const by =
        entry?.session === undefined
          ? 'nobody holds it'
          : `held by ${describeHolder(readHolder(entry.value))}`;
      return gone.abort(
        new CoveyError('locked', `the lock ${key} was taken away from under this request: now ${by}`, {
          hint: 'look at the app, then repeat the request',
        }),
      );
    }
  };
  void look();

  const giveWay = async () => {
    await untilAsked(kv, key, quiet);
    if (!quiet.aborted) gone.abort(new CoveyError('cancelled', `${nameOf(key)} is wanted by somebody else`));
  };
  if (givesWay) void giveWay();

  let releasing: Promise<void> | undefined;
  const release = () => {
    released.abort();
    releasing ??= session.close();
    return releasing;
  };
  return { key, fence, guard, signal: AbortSignal.any([session.lost, gone.signal]), release };
}

/**
 * The key as the leader of the moment knows it: an old one may answer from before our acquisition. Asks until there is an
 * answer; if Consul stays away, the session's own deadline ends `signal`.
 */
async function present(kv: Kv, key: string, signal: AbortSignal): Promise<KvEntry | undefined> {
  while (!signal.aborted) {
    const answer = await kv.get(key, { signal, consistent: true }).then(
      (entry) => ({ entry }),
      () => undefined,
    );
    if (answer) return answer.entry;
    await sleep(RETRY_MS, signal);
  }
  return undefined;
}

const nameOf = (key: string) => key.replace(/^lock\/app\//, '');

/** What the caller is told who does not wait. */
function lockedError(key: string, holder: LockHolder | undefined): CoveyError {
  return new CoveyError('locked', `${nameOf(key)} is ${describeHolder(holder)}`, {
    hint: 'use --wait to queue behind it',
  });
}

function stopped(key: string, signal: AbortSignal): CoveyError {
  if (signal.reason instanceof CoveyError) return signal.reason;
  return new CoveyError('cancelled', `stopped waiting for the lock ${key}`, { cause: signal.reason });
}
