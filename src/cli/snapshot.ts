import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { collect } from './options.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

interface Options {
  volume?: string[];
  stop?: boolean;
  wait?: boolean;
  plan?: boolean;
}

const help = `
All of them are made in one go. While the app runs, each is like the disk after a power cut: what databases can start
from. With --stop the app is down for a moment, and all snapshots are of that moment.

Example:
  covey snapshot shop_master.ddb14`;

/** `covey snapshot`: keeps a snapshot of each volume, and prints their names. */
export function snapshot(): Command {
  return new Command('snapshot')
    .description('keep a snapshot of each replicated volume of an app, on its master')
    .argument('<app>', 'name of the app')
    .option('--volume <name>', 'only this one, by short or full name; repeat it for others', collect)
    .option('--stop', 'stop the app meanwhile')
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .addHelpText('after', help)
    .action(async (app: string, options: Options, command: Command) => {
      const { volume: volumes = [], stop = false, wait = false, plan: planOnly = false } = options;
      const request = { app, volumes, stop, wait, planOnly };
      await withPeer(command, async ({ connection, signal, json }) => {
        await follow(connection.stream(clusterMethods.Snapshot, request, { signal }), json);
      });
    });
}
