import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

/** `covey clone`: a writable copy of a volume. */
export function clone(): Command {
  return new Command('clone')
    .description('make a writable copy of a replicated volume under another name, on the app’s master')
    .argument('<app>', 'name of the app')
    .requiredOption('--volume <name>', 'the volume, by short or full name')
    .requiredOption('--to <volume>', 'full name of the copy, which is not there yet')
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .addHelpText('after', '\nExample:\n  covey clone shop_master.ddb14 --volume data --to shop-trial')
    .action(
      async (
        app: string,
        options: { volume: string; to: string; wait?: boolean; plan?: boolean },
        command: Command,
      ) => {
        const { volume, to, wait = false, plan: planOnly = false } = options;
        await withPeer(command, async ({ connection, signal, json }) => {
          const request = { app, volume, to, wait, planOnly };
          await follow(connection.stream(clusterMethods.Clone, request, { signal }), json);
        });
      },
    );
}
