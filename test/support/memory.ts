import { createBell } from '../../src/bell.ts';
import type { Member } from '../../src/consul/members.ts';
import type { NodeStatus } from '../../src/generated/covey/v1/NodeStatus.ts';
import type { Memory } from '../../src/handlers/memory.ts';
import { readApp, type View } from '../../src/proxy/view.ts';

export interface Remembered {
  nodes?: NodeStatus[];
  /** Absent: one that is alive for each of the nodes. */
  members?: Member[];
  /** Name -> value of the record. */
  records?: Record<string, string>;
  maintenance?: string[];
  consulAnswers?: boolean;
}

/** A memory that knows what it is given. */
export function memoryOf({ nodes = [], members, records = {}, ...rest }: Remembered): Memory {
  const view: View = {
    apps: Object.entries(records).map(([name, value], index) => readApp(name, value, index + 1)),
    maintenance: new Set(rest.maintenance),
    members: [],
  };
  const alive = nodes.map(({ name = '' }) => ({
    ...{ name, address: '10.0.0.1', state: 'alive' as const, server: true },
  }));
  return {
    nodes: () => nodes,
    members: () => members ?? alive,
    view: () => view,
    consulAnswers: () => rest.consulAnswers ?? true,
    changes: createBell().rings,
  };
}
