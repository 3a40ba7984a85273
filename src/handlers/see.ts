import { asCoveyError } from '../errors.ts';
import { hasTold, type Replica, type Seen } from '../occurrences/seen.ts';
import type { View } from '../proxy/view.ts';
import type { Memory } from './memory.ts';
import { replicationTroubles, volumeRows } from './volume-rows.ts';

export type SeeingDeps = {
  /** This node. */
  node: string;
  memory: Pick<Memory, 'nodes' | 'members' | 'view' | 'consulAnswers' | 'changes'>;
};

/** The cluster as this node's memory has it now. */
export function see({ node: self, memory }: SeeingDeps, at: number): Seen {
  const nodes = ifHeard(() => memory.nodes()) ?? [];
  const view = ifHeard(() => memory.view());
  return {
    ...{ at, self, nodes, view },
    consulAnswers: memory.consulAnswers(),
    members: ifHeard(() => memory.members()),
    replicas: view === undefined ? [] : replicasOf(view, nodes, at),
  };
}

/** Undefined of what a peer that has just started has not heard yet. */
export function ifHeard<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (asCoveyError(thrown).code === 'unavailable') return undefined;
    throw thrown;
  }
}

function replicasOf({ apps }: View, nodes: Seen['nodes'], at: number): Replica[] {
  const records = apps.flatMap((app) => ('record' in app ? [app] : []));
  // Of a master that has told nothing yet it is not known what it sent.
  const telling = nodes.filter((node) => node.reachable === true && hasTold(node));
  const names = new Set(telling.map(({ name }) => name));
  const rows = volumeRows(records, telling, at).filter(
    ({ slave, intervalMs }) => slave !== '' && intervalMs > 0,
  );
  const troubles = new Map(
    replicationTroubles(rows, records, telling, at).map(({ row, ...trouble }) => [row, trouble]),
  );
  return rows.map((row) => {
    const { app, volume, master, slave } = row;
    const { isLate, text = '' } = troubles.get(row) ?? {};
    const found = isLate === undefined ? 'well' : isLate ? 'late' : 'failed';
    return { app, volume, master, slave, text, state: names.has(master) ? found : 'unknown' };
  });
}
