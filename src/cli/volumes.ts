import { Command } from 'commander';
import { formatDuration } from '../durations.ts';
import type { Retention__Output as Retention } from '../generated/covey/v1/Retention.ts';
import type { Volume__Output as Volume } from '../generated/covey/v1/Volume.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { plain, print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey volumes`: the replicated volumes, and how old their replicas are. */
export function volumes(): Command {
  return new Command('volumes')
    .description('list the replicated volumes of an app or of all, with their newest snapshots and replicas')
    .argument('[app]', 'name of the app')
    .option('--retention', 'tell what a purge would remove on each node now; nothing is removed')
    .addHelpText(
      'after',
      '\nExamples:\n  covey volumes shop_master.ddb14\n  covey volumes shop_master.ddb14 --retention',
    )
    .action(async (app = '', { retention = false }: { retention?: boolean }, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Volumes, { app, retention }, { signal });
        if (json) printJson(reply);
        else print(retention ? retentionText(reply.retention) : volumesText(reply.volumes));
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

/** The table, then why nothing is removed somewhere, and the names of what is. */
export function retentionText(rows: readonly Retention[]): string {
  const cells = rows.map(({ volume, node, pattern, snapshots, remove }) => [
    volume,
    node,
    pattern,
    `${snapshots}`,
    `${remove.length}`,
  ]);
  const titles = ['VOLUME', 'NODE', 'RETENTION', 'SNAPSHOTS', 'TO REMOVE'];
  const remarks = rows.flatMap(({ volume, node, remove, held }) => [
    ...(held === '' ? [] : [`${volume} on ${node}: nothing, ${held}`]),
    ...remove.map((snapshot) => `${node} would remove ${snapshot}`),
  ]);
  return [table(titles, cells, 'No replicated volumes.'), ...remarks.map(plain)].join('\n');
}

function time(at: number): string {
  return at === 0 ? '-' : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
