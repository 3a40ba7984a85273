import { Argument, Command } from 'commander';
import { CoveyError, type ErrorCode } from '../errors.ts';
import type { EventsReply__Output as EventsReply } from '../generated/covey/v1/EventsReply.ts';
import type { FiredEvent__Output as FiredEvent } from '../generated/covey/v1/FiredEvent.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { exitCodes } from './exit.ts';
import { count } from './history.ts';
import { plain, print, printJson, table } from './output.ts';
import { type Session, withPeer } from './session.ts';

interface Options {
  wait?: boolean;
  list?: boolean;
  limit?: number;
}

const help = `
What is not right is refused at once. Else it is as with consul event: one of the peers acts on it, after those that were fired
before it for the same app. The payload is JSON of about 400 bytes at most; what is in it stands in docs/operations.md. The id that
is printed is that of the operation too, in covey history. Without a name and a payload, or with --list, it tells what became
of the events of late.

Examples:
  covey event deploy '{"repo": "ssh://git@git.example.com/shop.git", "branch": "master", "master": "node1"}' --wait
  covey event migrate '{"repo": "https://git.example.com/shop", "branch": "master", "target": {"branch": "qualif"}}'
  covey event --list`;

/** `covey event`: fires a Consul event for peers to act on, and tells what became of it, or of those that were fired. */
export function event(): Command {
  return new Command('event')
    .description(
      'fire a Consul event that one of the peers acts on, or list what became of those that were fired',
    )
    .addArgument(new Argument('[name]', 'name of the event').choices(['deploy', 'destroy', 'migrate']))
    .argument('[payload]', 'what is to be done, in JSON')
    .option('--wait', 'follow it until it is done or has failed')
    .option('--list', 'list the events of late; so it does without a name')
    .option('--limit <n>', 'of a list only the newest so many, 1000 at most (20 if it is not given)', count)
    .addHelpText('after', help)
    .action(
      async (name: string | undefined, payload: string | undefined, options: Options, command: Command) => {
        const isList = name === undefined || options.list === true;
        if (isList && name !== undefined) command.error('error: --list takes no event');
        if (!isList && payload === undefined) command.error("error: missing required argument 'payload'");
        if (isList && options.wait) command.error('error: --wait needs an event');
        await withPeer(command, async (session) => {
          if (name === undefined || payload === undefined) await list(session, options);
          else await fire(session, { name, payload, wait: options.wait ?? false });
        });
      },
    );
}

async function fire(
  { connection, signal, json }: Session,
  request: { name: string; payload: string; wait: boolean },
): Promise<void> {
  const changes = connection.stream(clusterMethods.Event, request, { signal, idle: 'never' });
  let last: FiredEvent | undefined;
  for await (const change of changes) {
    if (json) printJson(change);
    else print(change.state === 'fired' ? `Event ID: ${change.id}` : stateText(change));
    last = change;
  }
  if (last?.state === 'failed') throw failureOf(last);
}

async function list({ connection, signal, json }: Session, { limit = 0 }: Options): Promise<void> {
  const reply = await connection.call(clusterMethods.Events, { limit }, { signal });
  if (json) printJson(reply);
  else print(eventsText(reply));
}

/** `running on node2`. */
const stateText = ({ state, node }: FiredEvent): string =>
  state === 'queued' ? state : `${state} on ${node}`;

/** The table, below each that failed its error. Times are UTC, to the second. */
function eventsText({ events, enabled }: EventsReply): string {
  const cells = events.map((each) => [
    `${new Date(each.since).toISOString().slice(0, 19)}Z`,
    each.name || '?',
    each.apps.join(' -> ') || '?',
    stateText(each),
    each.id,
  ]);
  const empty = 'No events are known.';
  const [titles = '', ...rows] = table(['SINCE', 'EVENT', 'APP', 'STATE', 'ID'], cells, empty).split('\n');
  const lines = rows.flatMap((row, index) => {
    const message = events[index]?.errorMessage ?? '';
    return message === '' ? [row] : [row, `  ${plain(message)}`];
  });
  const off = 'The peer that was asked acts on none: its setting "events" is false.';
  return [titles, ...lines, ...(enabled ? [] : [off])].join('\n');
}

/** What the operation failed with, where who ran it has said so. */
function failureOf({ id, node, errorCode, errorMessage }: FiredEvent): CoveyError {
  const hint = `The log of the peer of ${node} has more, by the event's id ${id}. It is done with: fire it again.`;
  if (!isErrorCode(errorCode)) return new CoveyError('failed', `The event failed on ${node}.`, { hint });
  // What the operation of the event failed with.
  return new CoveyError(errorCode, errorMessage, { hint });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(exitCodes, code);
}
