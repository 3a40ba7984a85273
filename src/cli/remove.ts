import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { print, printJson } from './output.ts';
import { withPeer } from './session.ts';

/** The peer that is asked waits until its Consul knows, or that of each node. */
const DEADLINE = 30_000;

const help = `
It must not be alive, and have a part in no app: let the slaves of its apps take over (covey deploy … --from-replica), or covey destroy
--lost, and give what it was slave of another slave. Make sure that the machine stays off: one that comes back joins again,
as a node that has nothing. Of a node that has left (covey leave) the name goes off the list of
every node; the error names those that do not answer, and the same command completes it once they do.

Examples:
  covey remove node4`;

/** `covey remove`: a node that is lost for good does not count any more. */
export function remove(): Command {
  return new Command('remove')
    .description('take a node that is lost for good out of the cluster')
    .argument('<node>', 'node that does not come back')
    .addHelpText('after', help)
    .action(async (node: string, _: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(
          clusterMethods.RemoveNode,
          { node },
          { signal, deadline: DEADLINE },
        );
        if (json) printJson(reply);
        else print(`${reply.node} is no node of the cluster any more.`);
      });
    });
}
