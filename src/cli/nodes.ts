import { Command } from 'commander';
import type { Node__Output as Node } from '../generated/covey/v1/Node.ts';
import type { NodeLoad__Output as NodeLoad } from '../generated/covey/v1/NodeLoad.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

const TITLES = ['NODE', 'ADDRESS', 'STATE', 'VERSION', 'MASTER OF', 'SLAVE OF', 'SERVICES OF'];
const GIB = 1024 ** 3;

/** `covey nodes`: all members of the cluster. */
export function nodes(): Command {
  return new Command('nodes')
    .description('list the nodes of the cluster')
    .addHelpText('after', '\nExample:\n  covey nodes --peer node2:7700')
    .action(async (_: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Nodes, {}, { signal });
        if (json) return printJson(reply);
        const rows = reply.nodes.map((node) => [
          node.name,
          node.address,
          node.state,
          versionText(node),
          String(node.masters),
          String(node.slaves),
          String(node.servicesOf),
          ...loadCells(node.load),
        ]);
        print(table([...TITLES, 'LOAD', 'MEMORY FREE', 'DISK FREE'], rows, 'No nodes.'));
      });
    });
}

/** Of its peer, if that answers. */
function versionText({ version, silent }: Pick<Node, 'version' | 'silent'>): string {
  return silent || version === '' ? 'no answer' : version;
}

function loadCells(load: NodeLoad | null): string[] {
  if (!load) return ['-', '-', '-'];
  const gib = (free: number, all: number) => `${(free / GIB).toFixed(1)} of ${(all / GIB).toFixed(1)} GiB`;
  return [
    `${load.load.toFixed(2)} of ${load.cpus}`,
    gib(load.memoryAvailableBytes, load.memoryBytes),
    gib(load.storeFreeBytes, load.storeBytes),
  ];
}
