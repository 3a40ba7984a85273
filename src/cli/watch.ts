import { Command } from 'commander';
import type { Occurrence__Output as Occurrence } from '../generated/covey/v1/Occurrence.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { exitCodes } from './exit.ts';
import { collect } from './options.ts';
import { plain, print, printJson } from './output.ts';
import { withPeer } from './session.ts';

interface WatchOptions {
  node?: string;
  kind?: string[];
}

/** `covey watch`: what happens in the cluster, a line each, until Ctrl-C, which is its usual end. */
export function watch(): Command {
  return new Command('watch')
    .description('show what happens in the cluster as it happens, until Ctrl-C')
    .argument('[app]', 'only what is about this app')
    .option('--node <node>', 'only what is about this node')
    .option(
      '--kind <kind>',
      'only this kind, such as container.died, or all that begin so, such as container; repeat it for others',
      collect,
    )
    .addHelpText(
      'after',
      `
A line has the time (UTC), the kind, and what has happened. The first is of the kind watch.begun: what happens after it is told.
docs/webhooks.md lists the kinds.

Examples:
  covey watch
  covey watch shop_master.ddb14 --kind container --kind operation.failed
  covey watch --json | jq -r 'select(.kind == "node.lost") | .node'`,
    )
    .action(async (app = '', { node = '', kind: kinds = [] }: WatchOptions, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const request = { app, node, kinds };
        try {
          for await (const occurrence of connection.stream(clusterMethods.Watch, request, {
            signal,
            idle: 'never',
          }))
            if (json) printJson(occurrence);
            else print(lineOf(occurrence));
        } catch (thrown) {
          if (!signal.aborted) throw thrown;
          // Nothing was cut short: it is how one stops to watch.
          process.exitCode = exitCodes.cancelled;
        }
      });
    });
}

/** Longest name of a kind. */
const WIDTH = 'container.restarted'.length;

function lineOf({ at, kind, text }: Occurrence): string {
  return `${new Date(at).toISOString()}  ${kind.padEnd(WIDTH)}  ${plain(text)}`;
}
