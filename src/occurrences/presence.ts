import type { Member } from '../consul/members.ts';
import type { Seen } from './seen.ts';

export type Lost = 'consul' | 'peer';

/**
 * How long nobody has to reach the peer of a node until it counts as lost, in ms: one that boots, or has much to do, leaves some
 * conversations without an answer and is there again. Consul has a patience of its own.
 */
const PATIENCE = 5_000;

/**
 * The members that are lost, and who says so. What Consul said last is old while it does not answer.
 * @param patience by default what is told; 0: also who may turn out to be lost
 */
export function lostNodes(seen: Seen, patience = PATIENCE): ReadonlyMap<string, Lost> {
  const failed = present(seen).filter(({ state }) => state === 'failed' && seen.consulAnswers);
  const lost = new Map<string, Lost>(failed.map(({ name }) => [name, 'consul']));
  // Of one that has never told anything it is not known whether it has a peer.
  for (const { name = '', version } of seen.nodes) {
    if (lost.has(name) || !version || name === seen.self) continue;
    const witnesses = seen.nodes
      .filter((other) => other.name === seen.self || (other.reachable && !lost.has(other.name ?? '')))
      .flatMap(({ reach = [] }) => reach.filter(({ node }) => node === name));
    // With whom nobody has talked yet nobody has failed to.
    if (witnesses.length === 0) continue;
    // The moment is by the clock of who says it; one that is ahead by more than that is wrong, and nothing to wait for.
    const hasBeen = (since: number) => Math.abs(seen.at - since) >= patience;
    if (witnesses.every(({ reached, since = 0 }) => !reached && hasBeen(Number(since))))
      lost.set(name, 'peer');
  }
  return lost;
}

/** The members that have not left. */
export const present = ({ members = [] }: Pick<Seen, 'members'>): Member[] =>
  members.filter(({ state }) => state !== 'left');
