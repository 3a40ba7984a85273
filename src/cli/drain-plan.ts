import { CoveyError } from '../errors.ts';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import type { Node__Output as Node } from '../generated/covey/v1/Node.ts';

/** Master and slave of an app; empty: none. */
interface Place {
  master: string;
  slave: string;
}

/** One app, and where it goes. */
export interface Move {
  app: string;
  repo: string;
  branch: string;
  from: Place;
  to: Place;
}

export interface DrainPlan {
  /** By name. */
  moves: Move[];
  /** Apps that keep their replica on the node. */
  replicas: string[];
  /** Apps that have services on the node as on others, by the label covey.nodes: no move takes these from it. */
  services: string[];
  /** Apps of which nobody knows where they are, with what is wrong with their records. */
  unreadable: { app: string; error: string }[];
}

interface Wanted {
  node: string;
  /** Where those go that have no living slave; empty: to the node that has the fewest. */
  to: string;
  /** The node is to leave: it keeps no replica either. */
  replicas: boolean;
}

type Known = Pick<App, 'name' | 'repo' | 'branch' | 'master' | 'slave' | 'error'> & Spread;
/** Which nodes have services of an app that runs on several. */
interface Spread {
  name: string;
  balanced: readonly { node: string }[];
}
type Member = Pick<Node, 'name' | 'state' | 'version' | 'masters' | 'slaves'>;

/**
 * Where the apps of a node go: to their slave, which has their data. The others go to one node that is named, or each to the
 * one that has the fewest by then.
 * @throws CoveyError `not-found` and `refused` for a node that is none or not alive, `invalid`
 */
export function planDrain(
  wanted: Wanted,
  { apps, nodes }: { apps: readonly Known[]; nodes: readonly Member[] },
): DrainPlan {
  const { node, to, replicas } = wanted;
  assertDrainable(wanted, nodes);
  const isAlive = (name: string) => nodes.some((each) => each.name === name && each.state === 'alive');
  const loads = loadsOf(nodes, node);
  const sorted = apps.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const readable = sorted.filter(({ error }) => error === '');
  const own = readable.filter(({ master }) => master === node);
  const kept = readable.filter(({ slave }) => slave === node);
  // Those whose target is given come first: the others are spread over what is left.
  const masters = new Map<string, string>();
  for (const { name, slave } of own) if (isAlive(slave)) masters.set(name, loads.give(slave));
  for (const { name } of own.filter((app) => !masters.has(app.name))) {
    const master = to === '' ? loads.idlest('masters') : to;
    if (master === undefined) throw nowhere();
    masters.set(name, loads.give(master));
  }
  const slaveOf = (master: string, { slave }: Known): string => {
    if (slave === '') return '';
    if (!replicas) return node;
    const other = loads.idlest('slaves', master);
    return other === undefined ? '' : loads.give(other, 'slaves');
  };
  const moved = [...own, ...(replicas ? kept : [])].map((app): Move => {
    const { name, repo, branch } = app;
    const master = masters.get(name) ?? app.master;
    const from = { master: app.master, slave: app.slave };
    return { app: name, repo, branch, from, to: { master, slave: slaveOf(master, app) } };
  });
  return {
    moves: moved.toSorted((a, b) => (a.app < b.app ? -1 : 1)),
    replicas: replicas ? [] : kept.map(({ name }) => name),
    services: servicesOn(node, readable),
    unreadable: sorted.filter(({ error }) => error !== '').map(({ name, error }) => ({ app: name, error })),
  };
}

/** Names of the apps that have services on the node as on others, in order. */
export function servicesOn(node: string, apps: readonly Spread[]): string[] {
  const found = apps.filter(({ balanced }) => balanced.some((each) => each.node === node));
  return found.map(({ name }) => name).toSorted();
}

/** What the other nodes have to carry. One whose peer does not answer is chosen only where it is named. */
function loadsOf(nodes: readonly Member[], drained: string) {
  const loads = nodes
    .filter(({ name, state, version }) => name !== drained && state === 'alive' && version !== '')
    .map(({ name, masters, slaves }) => ({ name, masters, slaves }));
  return {
    /** The node gets one more. */
    give: (node: string, role: 'masters' | 'slaves' = 'masters'): string => {
      const load = loads.find(({ name }) => name === node);
      if (load) load[role] += 1;
      return node;
    },
    /** Who runs the fewest apps, or has the fewest in any role; undefined where there is none but `other`. */
    idlest: (role: 'masters' | 'slaves', other = ''): string | undefined => {
      const weight = ({ masters, slaves }: (typeof loads)[number]) =>
        role === 'masters' ? masters : masters + slaves;
      const byWeight = loads.toSorted(
        (a, b) => weight(a) - weight(b) || a.slaves - b.slaves || (a.name < b.name ? -1 : 1),
      );
      return byWeight.find(({ name }) => name !== other)?.name;
    },
  };
}

function assertDrainable({ node, to }: Wanted, nodes: readonly Member[]): void {
  for (const name of to === '' ? [node] : [node, to]) {
    const member = nodes.find((each) => each.name === name);
    if (!member)
      throw new CoveyError('not-found', `There is no node ${name}.`, { hint: 'covey nodes lists them.' });
    if (member.state === 'alive') continue;
    throw new CoveyError('refused', `${name} is not alive: Consul says "${member.state}".`, {
      hint:
        name === node
          ? 'Its apps cannot be moved. Bring it back, or let their slaves take over: covey deploy --from-replica.'
          : 'Name another node, or none.',
    });
  }
  if (node === to) {
    throw new CoveyError('invalid', `${node} cannot be emptied to itself.`, {
      hint: 'Name another node with --to, or none.',
    });
  }
}

function nowhere(): CoveyError {
  return new CoveyError('refused', 'No other node is there to run the apps.', {
    hint: 'See covey nodes: one has to be alive, and its peer has to answer.',
  });
}
