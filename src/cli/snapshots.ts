import { Command } from 'commander';
import type { HeldSnapshot__Output as HeldSnapshot } from '../generated/covey/v1/HeldSnapshot.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { plain, print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey snapshots`: what there is to restore from; exits with 1 where a node did not answer. */
export function snapshots(): Command {
  return new Command('snapshots')
    .description('list the snapshots of an app’s volumes on every node, oldest first')
    .argument('<app>', 'name of the app; also of one that was destroyed')
    .option('--node <node>', 'only what this node has')
    .addHelpText('after', '\nExample:\n  covey snapshots shop_master.ddb14')
    .action(async (app: string, { node = '' }: { node?: string }, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Snapshots, { app, node }, { signal });
        if (json) printJson(reply);
        else print(snapshotsText(reply.snapshots, reply.problems));
        if (reply.problems.length > 0) process.exitCode = problems;
      });
    });
}

/** The table, then the nodes of which nothing is known. Times are UTC, to the second. */
export function snapshotsText(rows: readonly HeldSnapshot[], silent: readonly string[]): string {
  const cells = rows.map((row) => [row.node, row.volume, row.name, time(row.at), kindOf(row)]);
  return [
    table(['NODE', 'VOLUME', 'SNAPSHOT', 'DATE', 'KIND'], cells, 'No snapshots.'),
    ...silent.map((line) => `not known: ${plain(line)}`),
  ].join('\n');
}

function kindOf({ kind, mark, newest }: HeldSnapshot): string {
  if (kind === 'aside') return `put aside: ${mark}`;
  if (kind === 'sent') return `sent to ${mark}`;
  if (kind === 'unfinished') return 'half received';
  if (kind === 'undated') return 'without a date';
  return newest ? 'plain, the newest' : 'plain';
}

function time(at: number): string {
  return at === 0 ? '-' : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
