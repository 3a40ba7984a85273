import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { asCoveyError, CoveyError } from '../errors.ts';
import { sleep } from './blocking.ts';
import type { ConsulClient } from './client.ts';
import { createMembers } from './members.ts';

/** A lease in Consul that this process renews in the background. */
export interface Session {
  readonly id: string;
  /** Aborted, with a CoveyError as its reason, when the session is lost; never later than Consul may give its locks away. */
  readonly lost: AbortSignal;
  /**
   * Ends the session; Consul frees what it holds at once. Throws `unavailable`: then it is asked for in the background for as
   * long as an unrenewed session lasts; a Consul that is away for longer frees it by the TTL.
   */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Shown in Consul's UI, and what `destroySessions` goes by. */
  name: string;
  /** What becomes of the held keys when the session ends: they stay and are free, or they go. */
  behavior: 'release' | 'delete';
  signal?: AbortSignal | undefined;
}

// Consul accepts 10 s to 24 h. It keeps a session at least its TTL and ends it at most some TTL later (it counts twice the TTL,
// and starts over with a new leader), so a dead holder is noticed after 15 to 30 s.
const TTL_S = 15;
const RENEW_EVERY_MS = (TTL_S / 3) * 1000;
const RETRY_MS = 500;

/**
 * Opens a session that lives as long as this process renews it.
 *
 * It is tied to no health check. `serfHealth`, Consul's default, also fails when gossip is late on a machine that is busy
 * building, or while the agent restarts: a deploy would be cut off although its peer is well. The TTL tells what we want to
 * know: is the process alive, and can it reach the leader.
 *
 * Its lock delay is 0 (Consul: 0 to 60 s, 15 by default). The delay protects from a holder that does not know yet that it lost
 * its lock; here the holder stops by its own clock before Consul lets go, and fencing numbers stop what still comes late.
 */
export async function openSession(consul: ConsulClient, options: SessionOptions): Promise<Session> {
  const { name, behavior, signal } = options;
  const lost = new AbortController();
  const closed = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  let lastError: CoveyError | undefined;

  // Counted from before the request was sent: Consul's own clock starts later, so ours runs out first.
  const extend = (sentAt: number) => {
    clearTimeout(deadline);
    const left = sentAt + TTL_S * 1000 - performance.now();
    // A renewal may come back in the moment of the close.
    if (closed.signal.aborted) return;
    deadline = setTimeout(() => lose(late(), lastError), Math.max(0, left));
  };
  const late = () =>
    lastError ? `not renewed for ${TTL_S} s (${lastError.message})` : `not renewed for ${TTL_S} s`;
  const lose = (why: string, cause: CoveyError | undefined) => {
    clearTimeout(deadline);
    closed.abort();
    const hint = 'see `consul members`, then repeat the request';
    const message = `lost the Consul session "${name}": ${why}`;
    lost.abort(new CoveyError('unavailable', message, { cause, hint }));
  };

  const settings = { name, behavior, ttl: `${TTL_S}s`, lockdelay: '0s', checks: [] as string[] };
  const { id, sentAt } = await create(consul, settings, signal);
  extend(sentAt);

  const keepAlive = async () => {
    let pause = RENEW_EVERY_MS;
    for (;;) {
      await sleep(pause, closed.signal);
      if (closed.signal.aborted) return;
      const started = performance.now();
      try {
        await consul.call((o) => consul.raw.session.renew({ ...o, id }), {
          signal: closed.signal,
          timeoutMs: RENEW_EVERY_MS,
        });
        extend(started);
        pause = RENEW_EVERY_MS;
      } catch (error) {
        if (closed.signal.aborted) return;
        lastError = asCoveyError(error);
        if (lastError.code === 'not-found')
          return lose(`Consul has ended it (${lastError.message})`, lastError);
        // No leader, or the agent restarts: the deadline decides how long that may last.
        pause = RETRY_MS;
      }
    }
  };
  void keepAlive();

  const close = async () => {
    closed.abort();
    clearTimeout(deadline);
    const destroy = () => consul.call((o) => consul.raw.session.destroy({ ...o, id }));
    await destroy().catch((error) => {
      void insist(destroy);
      throw error;
    });
  };
  return { id, lost: lost.signal, close };
}

/** Asks until it was heard, for as long as a session lasts that nobody renews. It keeps no process alive. */
async function insist(destroy: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + 2 * TTL_S * 1000;
  while (performance.now() < end) {
    await delay(RETRY_MS, undefined, { ref: false });
    const isHeard = await destroy().then(
      () => true,
      () => false, // the next try, or the TTL; who closed it was told the first error
    );
    if (isHeard) return;
  }
}

type Settings = {
  name: string;
  behavior: SessionOptions['behavior'];
  ttl: string;
  lockdelay: string;
  checks: string[];
};

/** Creates it; a node that has only just joined is given the moment until Consul's catalog has it, too. */
async function create(consul: ConsulClient, settings: Settings, signal: AbortSignal | undefined) {
  const patience = performance.now() + TTL_S * 1000;
  for (;;) {
    const sentAt = performance.now();
    try {
      const { body } = await consul.call((o) => consul.raw.session.create({ ...o, ...settings }), { signal });
      return { id: z.object({ ID: z.string() }).parse(body).ID, sentAt };
    } catch (error) {
      if (!/missing node registration/i.test(asCoveyError(error).message) || sentAt > patience) throw error;
      await sleep(RETRY_MS, signal ?? new AbortController().signal);
    }
  }
}

/**
 * Ends all sessions called `name` on the agent's node, and says how many. For a peer that starts: what its predecessor held
 * when it was killed is free at once, not after the TTL. Call it before the first lock is taken.
 */
export async function destroySessions(
  consul: ConsulClient,
  name: string,
  signal?: AbortSignal,
): Promise<number> {
  const { name: node } = await createMembers(consul).self(signal);
  const { body } = await consul.call((o) => consul.raw.session.node({ ...o, node }), { signal });
  const mine = z
    .array(z.object({ ID: z.string(), Name: z.string() }))
    .parse(body)
    .filter((one) => one.Name === name);
  for (const { ID } of mine)
    await consul.call((o) => consul.raw.session.destroy({ ...o, id: ID }), { signal });
  return mine.length;
}
