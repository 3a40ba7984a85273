import { Command, InvalidArgumentError, Option } from 'commander';
import type { LogsEvent__Output as LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { exitCodes } from './exit.ts';
import { logWriter } from './log-text.ts';
import { printJson } from './output.ts';
import { withPeer } from './session.ts';

interface LogsOptions {
  service?: string;
  container?: string;
  node?: string;
  tail?: number;
  since?: string;
  follow?: boolean;
  timestamps?: boolean;
}

/** `covey logs`: what an app's containers have written; with --follow until Ctrl-C, which is its usual end. */
export function logs(): Command {
  return new Command('logs')
    .description("show what an app's containers have written, wherever they run")
    .argument('<app>', 'its name, as in covey apps')
    .option('--service <name>', 'only this service of its compose file')
    .option('--container <name>', 'only this container')
    .option('--node <node>', "on this one of several nodes that run it (default: the app's master)")
    .addOption(
      new Option(
        '-n, --tail <lines>',
        'the last lines of each container, at most 10000; 100 if nothing is said, but with --since 10000',
      ).argParser(count),
    )
    .option('--since <time>', 'only what was written since then: 2026-03-01T10:00:00Z, or 10m, 2h, 1d ago')
    .option('-f, --follow', 'go on with what is written from now on, until Ctrl-C')
    .option('-t, --timestamps', 'the time before each line')
    .addHelpText(
      'after',
      `
Each line has its service before it. What containers write to standard output and to standard error both goes to standard
output, as with docker compose and kubectl, so that the order stays; with --json each line says which it was. On a
terminal nothing of a line steers it; in a pipe it is as it was written.

Examples:
  covey logs shop_master.ddb14 --service web --since 10m
  covey logs shop_master.ddb14 --follow --tail 0`,
    )
    .action(async (app: string, options: LogsOptions, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const {
          service = '',
          container = '',
          node = '',
          since = '',
          follow = false,
          tail,
          timestamps = false,
        } = options;
        const where = { app, service, container, node };
        const request = { ...where, since, follow, ...(tail === undefined ? {} : { tail }) };
        const show = json ? showJson : logWriter(process.stdout, timestamps);
        const events = connection.stream(clusterMethods.Logs, request, {
          signal,
          ...(follow ? { idle: 'never' as const } : {}),
        });
        try {
          for await (const event of events) show(event);
        } catch (thrown) {
          if (!follow || !signal.aborted) throw thrown;
          // Nothing was cut short: it is how one stops to follow.
          process.exitCode = exitCodes.cancelled;
        }
      });
    });
}

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no number of lines.');
}

/** What is no text in UTF-8 is told with replacement characters. */
function showJson({ line, ...event }: LogsEvent): void {
  printJson({ ...event, line: line.toString('utf8') });
}
