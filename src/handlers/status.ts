import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { StatusReply } from '../generated/covey/v1/StatusReply.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { observeAll } from './observe.ts';
import { loadRecords, type Records } from './records.ts';
import { divergedNotices, replicationProblems, volumeRows } from './volume-rows.ts';

/** What each node serves and what is wrong anywhere. */
export function status(deps: Deps): Handler<unknown, StatusReply> {
  return async (_request, { signal }) => {
    const [observed, records] = await Promise.all([observeAll(deps, signal), loadRecords(deps.kv, signal)]);
    const { nodes } = observed;
    const now = Date.now();
    const rows = volumeRows(records.readable, nodes, now);
    const late = replicationProblems(rows, records.readable, nodes, now);
    return {
      nodes,
      problems: [...observed.problems, ...wrongWith(records, nodes), ...late],
      notices: divergedNotices(nodes),
    };
  };
}

/** What is wrong with these apps, by what the nodes say, one line each. */
export function wrongWith({ readable, unreadable }: Records, nodes: readonly NodeStatus[]): string[] {
  const quarantines = nodes.flatMap(({ name, quarantines = [] }) =>
    // A record that cannot be read is one problem, not one of each node.
    quarantines
      .filter(({ part }) => part !== 'record' && part !== 'swarm')
      .map(({ app, part, error }) => `${app} on ${name}: ${part}: ${error}`),
  );
  // Neither is what a swarm key says.
  const swarm = new Set(
    nodes.flatMap(({ quarantines = [] }) =>
      quarantines.filter(({ part }) => part === 'swarm').map(({ error = '' }) => error),
    ),
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
  return [...unreadable.map(({ error }) => error), ...quarantines, ...swarm, ...containers, ...missing];
}
