import { asCoveyError } from '../errors.ts';
import type { NodesReply } from '../generated/covey/v1/NodesReply.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { loadRecords } from './records.ts';

/** All members, with the version of their peers and how many apps they have. */
export function nodes(deps: Deps): Handler<unknown, NodesReply> {
  return async (_request, { signal }) => {
    const [members, { readable }] = await Promise.all([deps.members(), loadRecords(deps.kv, signal)]);
    const version = async (node: string): Promise<string> => {
      try {
        return await deps.nodes.version(
          node,
          AbortSignal.any([signal, AbortSignal.timeout(deps.bounds.observe)]),
        );
      } catch (thrown) {
        deps.logger.debug({ node }, `No version: ${asCoveyError(thrown).message}`);
        return '';
      }
    };
    return {
      nodes: await Promise.all(
        members.map(async ({ name, address, state }) => ({
          name,
          address,
          state,
          version: state === 'alive' ? await version(name) : '',
          masters: readable.filter(({ record }) => record.master === name).length,
          slaves: readable.filter(({ record }) => record.slave === name).length,
        })),
      ),
    };
  };
}
