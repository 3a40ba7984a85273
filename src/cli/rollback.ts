import { Command } from 'commander';
import { CoveyError } from '../errors.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

interface Options {
  to?: string;
  codeOnly?: boolean;
  dataOnly?: boolean;
  wait?: boolean;
  plan?: boolean;
  yes?: boolean;
  requestId?: string;
}

const help = `
The app is stopped, its volumes are put back to what they held when that release ended, and that release is started, with
the images that it ran. What they hold now is kept: the same command again brings both back. update.sh is not run.

Examples:
  covey rollback shop_master.ddb14 --plan
  covey rollback shop_master.ddb14
  covey rollback shop_master.ddb14 --to 4f8d2c --code-only`;

/** `covey rollback`: shows what it does and gives up, and asks, unless --yes; then streams the progress. */
export function rollback(): Command {
  return new Command('rollback')
    .description('bring an app back to an earlier release, code and data')
    .argument('<app>', 'name of the app')
    .option(
      '--to <deploy>',
      'deploy id of the release, or how it begins; without it the one before the present one',
    )
    .option('--code-only', 'leave the data as it is')
    .option('--data-only', 'leave the release as it is')
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .option('--yes', 'do not ask')
    .option('--request-id <id>', 'the same id twice does its work once')
    .addHelpText('after', help)
    .action(async (app: string, options: Options, command: Command) => {
      const { to = '', codeOnly = false, dataOnly = false } = options;
      const { wait = false, plan = false, yes = false, requestId = '' } = options;
      if (codeOnly && dataOnly)
        throw new CoveyError('invalid', '--code-only and --data-only leave nothing to roll back', {
          hint: 'Give one of them, or none for both.',
        });
      const request = { app, to, codeOnly, dataOnly, wait, from: '', requestId };
      assertAnswerable({ plan, yes });
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const run = (asked: typeof request, planOnly: boolean) =>
          follow(connection.stream(clusterMethods.Rollback, { ...asked, planOnly }, { signal }), json);
        if (!plan && yes) {
          await run(request, false);
          return;
        }
        const shown = await run(request, true);
        if (plan || !(await confirmed('Roll it back?', session))) return;
        // Just what was shown: the app may have been deployed while somebody was reading.
        await run({ ...request, to: shown?.target ?? to, from: shown?.from ?? '' }, false);
      });
    });
}
