import { Argument, Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { print, printJson } from './output.ts';
import { withPeer } from './session.ts';

/** `covey maintenance on|off`: every node shows the maintenance page of an app, or its site again. */
export function maintenance(): Command {
  return new Command('maintenance')
    .description('put an app into maintenance, or end it')
    .addArgument(new Argument('<state>', 'whether it is in maintenance').choices(['on', 'off']))
    .argument('<app>', 'its name, as in covey apps')
    .addHelpText('after', '\nExample:\n  covey maintenance on shop_master.ddb14')
    .action(async (state: 'on' | 'off', app: string, _: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        await connection.call(clusterMethods.Maintenance, { app, on: state === 'on' }, { signal });
        if (json) printJson({ app, maintenance: state === 'on' });
        else print(`${app}: maintenance ${state}`);
      });
    });
}
