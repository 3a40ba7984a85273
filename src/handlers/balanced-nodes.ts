import { furtherNodes } from '../app/balanced.ts';
import type { BalancedNode } from '../generated/covey/v1/BalancedNode.ts';
import type { ContainerStatus } from '../generated/covey/v1/ContainerStatus.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Existing } from '../plan/deploy-input.ts';

/** As `state` of the proto file. */
type State = 'up' | 'starting' | 'down' | 'unknown' | 'left';

/** As `BalancedNode` of the proto file. */
interface Row extends BalancedNode {
  node: string;
  state: State;
}

/** Whether a container is a problem by itself, whatever it is part of. */
export const isUnwell = ({ state, health }: ContainerStatus): boolean =>
  state === 'restarting' || state === 'dead' || health === 'unhealthy';

/**
 * How the services of an app are on each of the nodes that run them, by what these tell; none where its master alone runs it.
 * @param nodes undefined: nothing was heard of anybody yet
 */
export function balancedRows(app: Existing, nodes: readonly NodeStatus[] | undefined): Row[] {
  const { name, record } = app;
  const further = furtherNodes(record);
  if (further.length === 0) return [];
  return [record.master, ...further].map((node) => {
    const services = record.balanced?.services ?? [];
    const about = { app: name, node, services };
    const status = nodes?.find((each) => each.name === node);
    // Whoever is a member and does not answer is in the list all the same.
    if (nodes !== undefined && status === undefined) return { ...about, state: 'left', faults: [] };
    if (status?.reachable !== true) return { ...about, state: 'unknown', faults: [] };
    const found = services.map((service) => soundness(service, containersOf(name, service, status)));
    const states = found.map(({ state }) => state);
    const state = (['down', 'starting'] as const).find((each) => states.includes(each)) ?? 'up';
    return { ...about, state, faults: found.flatMap(({ fault }) => fault ?? []) };
  });
}

/** What is wrong with these services, one line each; what a container is that is unwell by itself says another line. */
export function balancedProblems(app: Existing, nodes: readonly NodeStatus[]): string[] {
  const { name, record } = app;
  return balancedRows(app, nodes).flatMap(({ node, state }) => {
    const status = nodes.find((each) => each.name === node);
    if (state !== 'down' || status === undefined) return [];
    // Of a master on which nothing of the app runs that is said already.
    if (node === record.master && !runs(name, status)) return [];
    return (record.balanced?.services ?? []).flatMap((service) => {
      const its = containersOf(name, service, status);
      const { state: found, fault } = soundness(service, its);
      return found === 'down' && !its.some(isUnwell) ? [`${name} on ${node}: ${fault}`] : [];
    });
  });
}

/** Whether any container of the app runs on the node. */
export const runs = (app: string, { containers = [] }: NodeStatus): boolean =>
  containers.some((container) => container.app === app && container.state === 'running');

const containersOf = (app: string, service: string, { containers = [] }: NodeStatus): ContainerStatus[] =>
  containers.filter((container) => container.app === app && container.service === service);

/** A service is as the best of its containers is: an old one may still be there beside the new one. */
function soundness(
  service: string,
  containers: readonly ContainerStatus[],
): { state: 'up' | 'starting' | 'down'; fault?: string } {
  const running = containers.filter(({ state }) => state === 'running');
  if (running.some(({ health }) => !health || health === 'healthy')) return { state: 'up' };
  if (running.some(({ health }) => health === 'starting'))
    return { state: 'starting', fault: `${service} is starting` };
  // Of one that has ended Docker still tells a health, which says nothing.
  const how = running.length > 0 ? 'unhealthy' : containers[0]?.state;
  return { state: 'down', fault: how === undefined ? `${service} does not run` : `${service} is ${how}` };
}
