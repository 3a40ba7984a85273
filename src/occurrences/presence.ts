import type { Member } from '../consul/members.ts';
import type { Seen } from './seen.ts';

export type Lost = 'consul' | 'peer';

/** The members that are lost, and who says so. What Consul said last is old while it does not answer. */
export function lostNodes(seen: Seen): ReadonlyMap<string, Lost> {
  const failed = present(seen).filter(({ state }) => state === 'failed' && seen.consulAnswers);
  const lost = new Map<string, Lost>(failed.map(({ name }) => [name, 'consul']));
  // Of one that has never told anything it is not known whether it has a peer.
  for (const { name = '', version, reachable } of seen.nodes) {
    if (lost.has(name) || !version || name === seen.self) continue;
    const witnesses = seen.nodes
      .filter((other) => other.name === seen.self || (other.reachable && !lost.has(other.name ?? '')))
      .flatMap(({ reach = [] }) => reach.filter(({ node }) => node === name));
    const isReached = witnesses.length === 0 ? reachable : witnesses.some(({ reached }) => reached);
    if (!isReached) lost.set(name, 'peer');
  }
  return lost;
}

/** The members that have not left. */
export const present = ({ members = [] }: Pick<Seen, 'members'>): Member[] =>
  members.filter(({ state }) => state !== 'left');
