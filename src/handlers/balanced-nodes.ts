import { furtherNodes } from '../app/balanced.ts';
import type { BalancedNode } from '../generated/covey/v1/BalancedNode.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Existing } from '../plan/deploy-input.ts';
import { containersOf, soundness } from './services.ts';

/** As `state` of the proto file. */
type State = 'up' | 'starting' | 'down' | 'unknown' | 'left';

/** As `BalancedNode` of the proto file. */
interface Row extends BalancedNode {
  node: string;
  state: State;
}

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
    const its = containersOf(name, status.containers);
    const found = services.map((service) => soundness(record, service, its));
    const states = found.map(({ state }) => state);
    const state = (['down', 'starting'] as const).find((each) => states.includes(each)) ?? 'up';
    return { ...about, state, faults: found.flatMap(({ fault }) => fault ?? []) };
  });
}
