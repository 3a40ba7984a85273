import { Command, InvalidArgumentError } from 'commander';
import { formatDuration } from '../durations.ts';
import type { HistoryReply__Output as HistoryReply } from '../generated/covey/v1/HistoryReply.ts';
import type { PastOperation__Output as PastOperation } from '../generated/covey/v1/PastOperation.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { problems } from './exit.ts';
import { plain, print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey history`: who did what, when, and how it ended; exits with 1 where a history cannot be read. */
export function history(): Command {
  return new Command('history')
    .description('list what was done to an app or to all, by whom, and how it ended, the newest last')
    .argument('[app]', 'name of the app; also of one that was destroyed')
    .option('--limit <n>', 'only the newest so many, 1000 at most (20 if it is not given)', count)
    .addHelpText('after', '\nExamples:\n  covey history\n  covey history shop_master.ddb14 --limit 5')
    .action(async (app = '', { limit = 0 }: { limit?: number }, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.History, { app, limit }, { signal });
        if (json) printJson(reply);
        else print(historyText(reply));
        if (reply.problems.length > 0) process.exitCode = problems;
      });
    });
}

export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}

const TITLES = ['ENDED', 'APP', 'WHAT', 'NODES', 'COMMIT', 'BY', 'TOOK', 'OUTCOME'];

/** The table, below each that failed its error, then what cannot be read. Times are UTC, to the second. */
export function historyText({ operations, problems: unread }: HistoryReply): string {
  const cells = operations.map((each) => [
    `${new Date(each.ended).toISOString().slice(0, 19)}Z`,
    each.app,
    whatOf(each),
    nodesOf(each),
    each.commit.slice(0, 10) || '-',
    each.by || '?',
    formatDuration(each.ended - each.begun),
    outcomeOf(each),
  ]);
  const [titles = '', ...rows] = table(TITLES, cells, 'Nothing is known to have been done.').split('\n');
  const lines = rows.flatMap((row, index) => {
    const message = operations[index]?.errorMessage ?? '';
    return message === '' ? [row] : [row, `  ${plain(message)}`];
  });
  return [titles, ...lines, ...unread.map((line) => `not known: ${plain(line)}`)].join('\n');
}

export function whatOf({ operation, takeover, source, fromMaster, toMaster }: PastOperation): string {
  if (takeover) return 'takeover';
  if (source !== '') return `${operation} from ${source}`;
  const isMove = fromMaster !== '' && toMaster !== '' && fromMaster !== toMaster;
  return operation === 'deploy' && isMove ? 'move' : operation;
}

/** "master/slave", before and after where these differ. */
function nodesOf({ fromMaster, fromSlave, toMaster, toSlave }: PastOperation): string {
  const from = placeOf(fromMaster, fromSlave);
  const to = placeOf(toMaster, toSlave);
  if (from === '' || to === '' || from === to) return from || to || '-';
  return `${from} -> ${to}`;
}

const placeOf = (master: string, slave: string): string => (slave === '' ? master : `${master}/${slave}`);

export function outcomeOf({ outcome, pending, endedBy, coordinator }: PastOperation): string {
  const isDone = outcome === 'done';
  const left = isDone ? 'not all is cleared up yet' : 'not undone yet';
  const other =
    endedBy === '' || endedBy === coordinator ? '' : `, ${isDone ? 'finished' : 'undone'} by ${endedBy}`;
  return pending ? `${outcome}, ${left}` : `${outcome}${other}`;
}
