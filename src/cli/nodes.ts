import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

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
          node.version || 'no answer',
          String(node.masters),
          String(node.slaves),
        ]);
        print(table(['NODE', 'ADDRESS', 'STATE', 'VERSION', 'MASTER OF', 'SLAVE OF'], rows, 'No nodes.'));
      });
    });
}
