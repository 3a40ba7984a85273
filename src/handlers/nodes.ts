import { servicesOn } from '../app/balanced.ts';
import type { NodesReply } from '../generated/covey/v1/NodesReply.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { recordsOf } from './records.ts';

/** All members, with what their peers told, and how many apps they have. */
export function nodes({ memory }: Pick<Deps, 'memory'>): Handler<unknown, NodesReply> {
  return async () => {
    const statuses = new Map(memory.nodes().map((status) => [status.name, status]));
    const { readable } = recordsOf(memory.view().apps);
    return {
      nodes: memory.members().map(({ name, address, state }) => ({
        name,
        address,
        state,
        version: statuses.get(name)?.version ?? '',
        masters: readable.filter(({ record }) => record.master === name).length,
        slaves: readable.filter(({ record }) => record.slave === name).length,
        servicesOf: readable.filter(({ record }) => servicesOn(name, record).length > 0).length,
        silent: statuses.get(name)?.reachable !== true,
        load: statuses.get(name)?.load ?? null,
      })),
    };
  };
}
