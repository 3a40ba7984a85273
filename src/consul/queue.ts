import { CoveyError } from '../errors.ts';
import type { ConsulClient } from './client.ts';
import type { Kv } from './kv.ts';
import { openSession } from './session.ts';

/** Where those who wait for `key` stand in line: one ticket each, ordered by Consul's index of its creation. */
const line = (key: string) => `queue/${key}/`;

/**
 * Stands in line for `key`, runs `take` when nobody is in front, and leaves the line when it has ended, however it ended.
 * A ticket lives as long as the session that drew it, so that one who dies in line is gone from it, with nothing to clean up.
 * Without a line, Consul would wake all who wait at once, and the luckiest would win.
 */
export async function waitForTurn<T>(
  consul: ConsulClient,
  kv: Kv,
  key: string,
  name: string,
  signal: AbortSignal,
  take: () => Promise<T>,
): Promise<T> {
  const session = await openSession(consul, { name, behavior: 'delete', signal });
  const ticket = `${line(key)}${session.id}`;
  try {
    const drawn = await kv.transaction([{ op: 'lock', key: ticket, value: '', session: session.id }], signal);
    if (!drawn.ok) throw new CoveyError('failed', `cannot queue for ${key}: ${drawn.failures[0]?.why}`);
    await untilFirst(kv, key, ticket, AbortSignal.any([signal, session.lost]));
    return await take();
  } finally {
    await session.close().catch(() => undefined); // the ticket goes with its TTL as well; `take` has its own outcome to report
  }
}

/** Resolves once somebody stands in line for `key`, or with the signal. */
export async function untilAsked(kv: Kv, key: string, signal: AbortSignal): Promise<void> {
  for await (const { entries } of kv.watch(line(key), signal)) if (entries.length > 0) return;
}

async function untilFirst(kv: Kv, key: string, ticket: string, signal: AbortSignal): Promise<void> {
  for await (const { entries } of kv.watch(line(key), signal)) {
    const [first] = entries.toSorted((a, b) => a.createIndex - b.createIndex);
    if (first?.key === ticket) return;
  }
  if (signal.reason instanceof CoveyError) throw signal.reason;
  throw new CoveyError('cancelled', `stopped waiting for the lock ${key}`, { cause: signal.reason });
}
