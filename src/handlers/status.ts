import { formatDuration } from '../durations.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { StatusReply } from '../generated/covey/v1/StatusReply.ts';
import type { Handler } from '../rpc/handler.ts';
import { balancedRows } from './balanced-nodes.ts';
import type { Deps } from './deps.ts';
import { type Records, recordsOf } from './records.ts';
import { isUnwell, serviceProblems } from './services.ts';
import { takeoverNotices } from './takeover-readiness.ts';
import { divergedNotices, replicationProblems, volumeRows } from './volume-rows.ts';

/** What each node serves and what is wrong anywhere. */
export function status({ node, memory }: Pick<Deps, 'node' | 'memory'>): Handler<unknown, StatusReply> {
  return async () => {
    const nodes = memory.nodes();
    const records = recordsOf(memory.view().apps);
    const now = Date.now();
    const rows = volumeRows(records.readable, nodes, now);
    const silent = memory.consulAnswers()
      ? []
      : [`Consul does not answer ${node}: members and records are shown as it last told them`];
    const away = nodes.flatMap(({ error }) => (error ? [error] : []));
    const late = replicationProblems(rows, records.readable, nodes, now);
    return {
      nodes,
      problems: [...silent, ...away, ...cutOff(nodes, now), ...wrongWith(records, nodes), ...late],
      notices: [...divergedNotices(nodes), ...takeoverNotices(memory, records.readable, now)],
      balanced: records.readable.flatMap((app) => balancedRows(app, nodes)),
    };
  };
}

/** Nodes that do not reach each other though others reach both. */
function cutOff(nodes: readonly NodeStatus[], now: number): string[] {
  const present = nodes.filter(({ reachable }) => reachable);
  const names = new Set(present.map(({ name }) => name));
  return present.flatMap(({ name, reach = [] }) =>
    reach
      .filter(({ node, reached }) => !reached && names.has(node))
      .map(
        ({ node, since }) =>
          `${name} does not reach the peer of ${node}, for ${formatDuration(Math.max(0, now - Number(since)))}`,
      ),
  );
}

/** What is wrong with these apps, by what the nodes say, one line each. */
export function wrongWith({ readable, unreadable }: Records, nodes: readonly NodeStatus[]): string[] {
  const reached = nodes.filter(({ reachable }) => reachable);
  const quarantines = reached.flatMap(({ name, quarantines = [] }) =>
    // A record that cannot be read is one problem, not one of each node.
    quarantines
      .filter(({ part }) => part !== 'record' && part !== 'swarm')
      .map(({ app, part, error }) => `${app} on ${name}: ${part}: ${error}`),
  );
  // Neither is what a swarm key says.
  const swarm = new Set(
    reached.flatMap(({ quarantines = [] }) =>
      quarantines.filter(({ part }) => part === 'swarm').map(({ error = '' }) => error),
    ),
  );
  const containers = reached.flatMap(({ name, containers = [] }) =>
    containers
      .filter(isUnwell)
      .map(
        (container) =>
          `${container.app} on ${name}: ${container.name} is ${container.health || container.state}`,
      ),
  );
  const services = readable.flatMap((app) => serviceProblems(app, reached));
  return [...unreadable.map(({ error }) => error), ...quarantines, ...swarm, ...containers, ...services];
}
