import { setTimeout as pause } from 'node:timers/promises';
import type { Member } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { written } from '../state-file.ts';
import type { Replicas } from '../volumes/replicas.ts';
import type { Pins } from '../volumes/transfer/pins.ts';

export interface ForgetLeft {
  members: () => Promise<Member[]>;
  pins: Pick<Pins, 'peers' | 'forget'>;
  replicas: Pick<Replicas, 'peers' | 'forget'>;
  logger: Logger;
  /** Between two looks, in milliseconds. */
  every?: number;
  /** How long a node has to be gone: one that joins again soon goes on with what both have. */
  after?: number;
}

/**
 * Lets go of the snapshots that are kept since a node has them too, when it has left the cluster for good: a purge then takes
 * them as any other. None goes by that, and never the newest. Ends by the signal.
 */
export async function forgetLeft(
  { members, pins, replicas, logger, every = 60_000, after = 3_600_000 }: ForgetLeft,
  signal: AbortSignal,
): Promise<void> {
  /** Since when each is not among the members, as far as this peer has seen. */
  const missing = new Map<string, number>();

  async function look(): Promise<void> {
    const peers = new Set([...pins.peers(), ...replicas.peers()]);
    if (peers.size === 0) return;
    const present = (await members()).filter(({ state }) => state !== 'left').map(({ name }) => name);
    for (const name of present) missing.delete(name);
    for (const node of [...peers].filter((name) => !present.includes(name))) {
      const since = missing.get(node) ?? Date.now();
      missing.set(node, since);
      if (Date.now() < since + after) continue;
      logger.info({ node }, 'has left: the snapshots that it has too are not kept for it any more');
      await written(logger, pins.forget({ peer: node }));
      await written(logger, replicas.forget(node));
    }
  }

  while (!signal.aborted) {
    // Without Consul nobody knows who has left.
    await look().catch((thrown) => logger.debug(`Not known who has left: ${asCoveyError(thrown).message}`));
    await pause(every, undefined, { signal }).catch(() => undefined); // an abort ends the loop
  }
}
