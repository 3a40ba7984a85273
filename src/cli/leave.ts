import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { print, printJson } from './output.ts';
import { withPeer } from './session.ts';

/** Its Consul takes up to 30 s, and the peer that is asked waits until it knows. */
const DEADLINE = 90_000;

const help = `
It has to have a part in no app: covey drain NODE --replicas comes first. Its Consul leaves and stays stopped, so that it counts for no
majority any more. What else runs on it goes on, with the routes as they were: take it out of DNS, then docker compose down there.
docker compose up -d lets it join again, as a node that has nothing.

Examples:
  covey drain node4 --replicas --yes && covey leave node4`;

/** `covey leave`: a living node goes for good. */
export function leave(): Command {
  return new Command('leave')
    .description('let a node that is alive leave the cluster for good')
    .argument('<node>', 'node that goes; any node may be asked')
    .addHelpText('after', help)
    .action(async (node: string, _: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Leave, { node }, { signal, deadline: DEADLINE });
        if (json) printJson(reply);
        else print(`${reply.node} has left the cluster. On it: docker compose down`);
      });
    });
}
