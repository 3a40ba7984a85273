import type { Failure, Summary } from '../drill/report.ts';
import { CoveyError } from '../errors.ts';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import type { Node__Output as Node } from '../generated/covey/v1/Node.ts';

/** One thing that is done to the app, and what became of the requests that began meanwhile. */
export interface Phase extends Summary {
  phase: 'redeploy' | 'there' | 'back';
  /** Where the app is after it. */
  master: string;
  /** Empty: none. */
  slave: string;
  state: 'planned' | 'done' | 'failed';
  /** Of the operation, the wait for the lock included. */
  operationMs: number;
  /** Of volumes, from node to node. */
  sentBytes: number;
}

/** A drill, before it and after it; with `--json` as it is. */
export interface Drill {
  app: string;
  /** What is asked for. */
  sites: string[];
  /** Requests a second, over all sites and nodes. */
  rate: number;
  phases: Phase[];
  /** All phases together. */
  all: Summary;
  /** By the nodes that requests went through. */
  nodes: { node: string; requests: number; failed: number }[];
  /** The first ones. */
  failures: Failure[];
}

interface Wanted {
  /** Where it is moved; empty: to its slave, else to the node that runs the fewest apps. */
  to: string;
  redeployOnly: boolean;
}

type Known = Pick<App, 'name' | 'master' | 'slave'>;
type Member = Pick<Node, 'name' | 'state' | 'version' | 'masters'>;

const NOTHING: Summary = { requests: 0, failed: 0, retried: 0, p99Ms: 0, longestMs: 0 };

/**
 * What is done to the app, at the commit that runs: it is deployed again where it is, moved, and moved back.
 * @throws CoveyError `invalid`, `not-found` and `refused` for where it cannot go
 */
export function planDrill(
  app: Known,
  { to, redeployOnly }: Wanted,
  nodes: readonly Member[],
): Pick<Drill, 'phases' | 'all' | 'nodes'> {
  const { master, slave } = app;
  const phase = (name: Phase['phase'], place: Pick<Phase, 'master' | 'slave'>): Phase => ({
    ...{ phase: name, ...place, state: 'planned', operationMs: 0, sentBytes: 0, ...NOTHING },
  });
  const living = nodes.filter(({ state }) => state === 'alive');
  const phases = [phase('redeploy', { master, slave })];
  if (!redeployOnly) {
    const there = to === '' ? elsewhere(app, living) : named(to, app, nodes);
    // As in a move: the old master takes the place of a slave that becomes the master.
    phases.push(phase('there', { master: there, slave: slave === there ? master : slave }));
    phases.push(phase('back', { master, slave }));
  }
  return {
    phases,
    all: NOTHING,
    nodes: living.map(({ name }) => ({ node: name, requests: 0, failed: 0 })),
  };
}

function elsewhere({ name, master, slave }: Known, living: readonly Member[]): string {
  const others = living.filter((each) => each.name !== master && each.version !== '');
  const idlest = others.toSorted((a, b) => a.masters - b.masters || (a.name < b.name ? -1 : 1));
  const chosen = others.find((each) => each.name === slave) ?? idlest[0];
  if (chosen) return chosen.name;
  throw new CoveyError('refused', `No other node is alive that ${name} could be moved to.`, {
    hint: 'See covey nodes, or leave the move out with --redeploy-only.',
  });
}

function named(to: string, { name, master }: Known, nodes: readonly Member[]): string {
  const member = nodes.find((each) => each.name === to);
  if (!member)
    throw new CoveyError('not-found', `There is no node ${to}.`, { hint: 'covey nodes lists them.' });
  if (member.state !== 'alive') {
    throw new CoveyError('refused', `${to} is not alive: Consul says "${member.state}".`, {
      hint: 'Name another node, or none.',
    });
  }
  if (to !== master) return to;
  throw new CoveyError('invalid', `${name} is on ${to} already.`, { hint: 'Name another node, or none.' });
}
