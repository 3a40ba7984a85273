import type { Entry, NodeState } from '../gossip/node-state.ts';
import { factIn } from './entries.ts';
import type { Fact, Kind } from './facts.ts';

/** All that a node told of itself and that is understood. What it did not tell yet is not there. */
export interface Told {
  peer?: Fact<'peer'> | undefined;
  serving?: Fact<'serving'> | undefined;
  load?: Fact<'load'> | undefined;
  /** By name, as all the following. */
  containers: Fact<'container'>[];
  quarantines: Fact<'quarantine'>[];
  volumes: Fact<'volume'>[];
  reach: Fact<'reach'>[];
}

/** A state never changes, so what it says is read once. */
const read = new WeakMap<NodeState, Told>();

export function toldBy(state: NodeState): Told {
  const known = read.get(state);
  if (known) return known;
  const entries = state.entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const told: Told = {
    peer: one('peer', entries),
    serving: one('serving', entries),
    load: one('load', entries),
    containers: all('container', entries),
    quarantines: all('quarantine', entries),
    volumes: all('volume', entries),
    reach: all('reach', entries),
  };
  read.set(state, told);
  return told;
}

function all<K extends Kind>(kind: K, entries: readonly Entry[]): Fact<K>[] {
  return entries.flatMap((entry) => factIn(kind, entry) ?? []);
}

function one<K extends Kind>(kind: K, entries: readonly Entry[]): Fact<K> | undefined {
  return all(kind, entries)[0];
}
