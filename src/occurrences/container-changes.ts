import type { ContainerStatus } from '../generated/covey/v1/ContainerStatus.ts';
import type { Occurrence } from './occurrence.ts';
import { hasTold, type Seen } from './seen.ts';

interface Placed {
  node: string;
  container: Required<ContainerStatus>;
}

/** What has become of the containers of apps, node by node. */
export function containerChanges(before: Seen, after: Seen): Occurrence[] {
  return after.nodes.flatMap((node) => {
    const old = before.nodes.find(({ name }) => name === node.name);
    if (old === undefined || !hasTold(old) || !hasTold(node)) return [];
    const { name = '' } = node;
    const were = new Map((old.containers ?? []).map((each) => [each.name, each]));
    const are = new Set((node.containers ?? []).map((each) => each.name));
    const gone = (old.containers ?? []).filter((each) => !are.has(each.name) && isUp(each));
    return [
      ...gone.map((each) => died({ node: name, container: whole({ ...each, state: 'removed' }) }, after.at)),
      ...(node.containers ?? []).flatMap((each) =>
        changesOf(were.get(each.name), { node: name, container: whole(each) }, after.at),
      ),
    ];
  });
}

/** Between two starts by its restart policy it still counts as up: that it is started again is what is told. */
const isUp = ({ state }: ContainerStatus): boolean => state === 'running' || state === 'restarting';

const whole = (container: ContainerStatus): Required<ContainerStatus> => ({
  ...{ app: '', service: '', name: '', state: '', health: '', restarts: 0, down: false, oneOff: false },
  ...container,
});

function changesOf(before: ContainerStatus | undefined, placed: Placed, at: number): Occurrence[] {
  const { container, node } = placed;
  const { app, name, service, state, health, restarts } = container;
  const about = { at, app, node };
  const details = { container: name, service, state };
  const was = before ?? { state: '', health: '', restarts: 0 };
  const found: Occurrence[] = [];
  if (restarts > (was.restarts ?? 0)) {
    const text = `${name} of ${app} on ${node} was started again by its restart policy (${restarts} in all)`;
    found.push({
      kind: 'container.restarted',
      ...about,
      text,
      details: { ...details, restarts: `${restarts}` },
    });
  } else if (isUp(container) && (!isUp(was) || restarts < (was.restarts ?? 0))) {
    const text = `${name} of ${app} runs on ${node}`;
    found.push({ kind: 'container.started', ...about, text, details });
  } else if (isUp(was) && !isUp(container)) found.push(died(placed, at));
  if (health !== was.health && isUp(container)) {
    if (health === 'unhealthy') {
      const text = `${name} of ${app} on ${node} is unhealthy`;
      found.push({ kind: 'container.unhealthy', ...about, text, details });
    }
    if (health === 'healthy') {
      const text = `${name} of ${app} on ${node} is healthy`;
      found.push({ kind: 'container.healthy', ...about, text, details });
    }
  }
  return found;
}

function died({ node, container }: Placed, at: number): Occurrence {
  const { app, name, service, state } = container;
  const text = `${name} of ${app} does not run any more on ${node}: ${state}`;
  return { kind: 'container.died', at, app, node, text, details: { container: name, service, state } };
}
