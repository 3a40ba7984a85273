import type { Member } from '../consul/members.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { View } from '../proxy/view.ts';

/** How the replica of a volume is; `unknown` while its master does not tell. */
export interface Replica {
  app: string;
  volume: string;
  master: string;
  slave: string;
  state: 'well' | 'failed' | 'late' | 'unknown';
  /** What is wrong; empty where nothing is. */
  text: string;
}

/** The cluster as one node sees it at one moment. */
export interface Seen {
  /** Unix ms. */
  at: number;
  /** The node that sees it. */
  self: string;
  consulAnswers: boolean;
  /** Undefined: not known yet. */
  members: readonly Member[] | undefined;
  view: Pick<View, 'apps' | 'maintenance'> | undefined;
  nodes: readonly NodeStatus[];
  replicas: readonly Replica[];
}

/** It has told what it has: of one that has just started, nothing can be said to be gone. */
export const hasTold = ({ generation }: NodeStatus): boolean => generation !== undefined;

/** What is not known at the moment is as it was before. */
export function carriedOver(before: Seen, now: Seen): Seen {
  const states = new Map(before.replicas.map((each) => [replicaKey(each), each]));
  return {
    ...now,
    members: now.members ?? before.members,
    view: now.view ?? before.view,
    nodes: now.nodes.map((node) => {
      if (hasTold(node)) return node;
      const last = before.nodes.find(({ name }) => name === node.name);
      if (last === undefined) return node;
      const { name, reachable, reach, error, version } = node;
      return { ...last, name, reachable, reach, error, version: version || last.version };
    }),
    replicas: now.replicas.map((each) =>
      each.state === 'unknown' ? (states.get(replicaKey(each)) ?? each) : each,
    ),
  };
}

/** The same volume with another master or slave is another replica. */
export const replicaKey = ({ app, volume, master, slave }: Replica): string =>
  [app, volume, master, slave].join(' ');
