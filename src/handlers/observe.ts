import type { Member } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Deps } from './deps.ts';

type Observer = Pick<Deps, 'members' | 'nodes' | 'bounds'>;

/** What every member says of itself, and why some say nothing. */
export async function observeAll(
  deps: Observer,
  signal: AbortSignal,
): Promise<{ nodes: NodeStatus[]; problems: string[] }> {
  const present = (await deps.members()).filter((member) => member.state !== 'left');
  const problems: string[] = [];
  const nodes = await Promise.all(present.map((member) => observe(deps, member, signal, problems)));
  return { nodes, problems };
}

async function observe(
  { nodes, bounds }: Observer,
  { name, state }: Member,
  signal: AbortSignal,
  problems: string[],
): Promise<NodeStatus> {
  if (state !== 'alive') {
    problems.push(`${name} is not alive: Consul says "${state}"`);
    return { name, reachable: false };
  }
  try {
    return await nodes.observe(name, AbortSignal.any([signal, AbortSignal.timeout(bounds.observe)]));
  } catch (thrown) {
    problems.push(`the peer of ${name} does not answer: ${asCoveyError(thrown).message}`);
    return { name, reachable: false };
  }
}
