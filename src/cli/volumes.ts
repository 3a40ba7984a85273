import { Command } from 'commander';
import { formatDuration } from '../durations.ts';
import type { Volume__Output as Volume } from '../generated/covey/v1/Volume.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { plain, print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey volumes`: the replicated volumes, and how old their replicas are. */
export function volumes(): Command {
  return new Command('volumes')
    .description('list the replicated volumes of an app or of all, with their newest snapshots and replicas')
    .argument('[app]', 'name of the app')
    .addHelpText('after', '\nExample:\n  covey volumes shop_master.ddb14')
    .action(async (app: string | undefined, _: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Volumes, { app: app ?? '' }, { signal });
        if (json) printJson(reply);
        else print(volumesText(reply.volumes));
      });
    });
}

/** The table, then for each volume what else there is to say. Times are UTC, to the second. */
export function volumesText(rows: readonly Volume[]): string {
  const cells = rows.map((row) => [
    row.volume,
    row.app,
    row.master,
    row.slave || '-',
    time(row.lastSnapshotAt),
    time(row.lastReplicatedAt),
    row.lagMs < 0 ? '-' : formatDuration(row.lagMs),
    row.slave === '' ? '-' : row.intervalMs === 0 ? 'off' : formatDuration(row.intervalMs),
  ]);
  const titles = ['VOLUME', 'APP', 'MASTER', 'SLAVE', 'LAST SNAPSHOT', 'LAST REPLICATED', 'LAG', 'EVERY'];
  const remarks = rows.flatMap(({ volume, slave, error, diverged }) => [
    ...(error === '' ? [] : [`${volume} to ${slave}: ${error}`]),
    ...diverged.map(({ node, snapshot }) => `${node} keeps data that the master does not have: ${snapshot}`),
  ]);
  return [table(titles, cells, 'No replicated volumes.'), ...remarks.map(plain)].join('\n');
}

function time(at: number): string {
  return at === 0 ? '-' : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
