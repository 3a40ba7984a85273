import type { Occurrence } from './occurrence.ts';
import { lostNodes, present } from './presence.ts';
import type { Seen } from './seen.ts';

/** What a node tells of itself, and of which it hears first. Of `node.…` it is the others who know. */
const OWN = ['container.', 'replication.', 'data.', 'reach.', 'consul.', 'quarantine.'];

/**
 * Whether this node is the one that passes on to webhooks what all nodes see: the node that it is about where that one tells
 * it, else the first by name of those that are reached. Of a node that is about to be lost, or is back, others tell.
 */
export function isSender(seen: Seen, { kind, node }: Occurrence): boolean {
  if (node !== undefined && OWN.some((group) => kind.startsWith(group))) return node === seen.self;
  // One that only may be lost does not count: what it does not send nobody would.
  const lost = lostNodes(seen, 0);
  const [first] = present(seen)
    .map(({ name }) => name)
    .filter((name) => !lost.has(name) && !(kind.startsWith('node.') && name === node))
    .toSorted();
  return first === undefined || first === seen.self;
}
