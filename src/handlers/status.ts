import type { Member } from '../consul/members.ts';
import { asCoveyError } from '../errors.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { StatusReply } from '../generated/covey/v1/StatusReply.ts';
import type { Deps } from './deps.ts';
import type { Handler } from './handler.ts';
import { loadRecords, type Records } from './records.ts';

/** What each node serves and what is wrong anywhere. */
export function status(deps: Deps): Handler<unknown, StatusReply> {
  return async (_request, { signal }) => {
    const [members, records] = await Promise.all([deps.members(), loadRecords(deps.kv, signal)]);
    const present = members.filter((member) => member.state !== 'left');
    const problems: string[] = [];
    const nodes = await Promise.all(present.map((member) => observe(deps, member, signal, problems)));
    return { nodes, problems: [...problems, ...wrongWith(records, nodes)] };
  };
}

async function observe(
  { nodes, bounds }: Deps,
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

function wrongWith({ readable, unreadable }: Records, nodes: readonly NodeStatus[]): string[] {
  const quarantines = nodes.flatMap(({ name, quarantines = [] }) =>
    // A record that cannot be read is one problem, not one of each node.
    quarantines
      .filter(({ part }) => part !== 'record')
      .map(({ app, part, error }) => `${app} on ${name}: ${part}: ${error}`),
  );
  const containers = nodes.flatMap(({ name, containers = [] }) =>
    containers
      .filter(({ state, health }) => state === 'restarting' || state === 'dead' || health === 'unhealthy')
      .map(
        (container) =>
          `${container.app} on ${name}: ${container.name} is ${container.health || container.state}`,
      ),
  );
  const missing = readable.flatMap(({ name, record }) => {
    const master = nodes.find((node) => node.name === record.master);
    if (!master?.reachable) return [];
    const running = master.containers?.some(
      (container) => container.app === name && container.state === 'running',
    );
    return running ? [] : [`${name} does not run on its master ${record.master}`];
  });
  return [...unreadable.map(({ error }) => error), ...quarantines, ...containers, ...missing];
}
