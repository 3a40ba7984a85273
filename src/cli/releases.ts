import { Command } from 'commander';
import type { PastRelease__Output as PastRelease } from '../generated/covey/v1/PastRelease.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { plain, print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey releases`: what there is to roll back to; exits with 1 where the app's master did not answer. */
export function releases(): Command {
  return new Command('releases')
    .description('list the releases that an app can go back to, oldest first')
    .argument('<app>', 'name of the app')
    .addHelpText('after', '\nExample:\n  covey releases shop_master.ddb14')
    .action(async (app: string, _options: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Releases, { app }, { signal });
        if (json) printJson(reply);
        else print(releasesText(reply.releases, reply.problem));
        if (reply.problem !== '') process.exitCode = problems;
      });
    });
}

/** The table, then why it is not known what is there. */
export function releasesText(rows: readonly PastRelease[], problem: string): string {
  const text = releasesTable(rows, problem === '');
  return problem === '' ? text : `${text}\nnot known: ${plain(problem)}`;
}

/** Times are UTC, to the second; `isKnown` is whether the master has said what is there. */
export function releasesTable(rows: readonly PastRelease[], isKnown: boolean): string {
  const cells = rows.map((row) => [
    row.deployId,
    time(row.deployedAt),
    row.commit.slice(0, 10),
    row.endedAt === 0 ? 'runs' : time(row.endedAt),
    isKnown ? imagesOf(row) : '?',
    isKnown ? dataOf(row) : '?',
  ]);
  return table(
    ['DEPLOY', 'DEPLOYED', 'COMMIT', 'ENDED', 'IMAGES', 'DATA'],
    cells,
    'No releases are kept yet.',
  );
}

function imagesOf({ hasImages }: PastRelease): string {
  return hasImages ? 'there' : 'to be built';
}

function dataOf({ snapshots, missing, endedAt }: PastRelease): string {
  if (endedAt === 0) return 'live';
  if (snapshots.length === 0) return 'none';
  return missing.length === 0 ? 'there' : `lacks ${missing.join(', ')}`;
}

function time(at: number): string {
  return at === 0 ? '-' : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
