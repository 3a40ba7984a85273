import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

/** `covey destroy`: shows the plan and asks, unless --yes; then streams the progress. */
export function destroy(): Command {
  return new Command('destroy')
    .description('remove an app from the cluster; snapshots of its volumes stay')
    .argument('<repo>', 'as in deploy')
    .argument('<branch>', 'as in deploy')
    .option('--lost', "the app's master is lost for good, and has no part in it")
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .option('--yes', 'do not ask')
    .option('--request-id <id>', 'the same id twice does its work once')
    .addHelpText('after', '\nExample:\n  covey destroy ssh://git@git.example.com/shop.git master --yes')
    .action(
      async (
        repo: string,
        branch: string,
        options: { lost?: boolean; wait?: boolean; plan?: boolean; yes?: boolean; requestId?: string },
        command: Command,
      ) => {
        const { lost = false, wait = false, plan = false, yes = false, requestId = '' } = options;
        const request = { repo, branch, lost, wait, requestId };
        assertAnswerable({ plan, yes });
        await withPeer(command, async (session) => {
          const run = (planOnly: boolean) =>
            session.connection.stream(
              clusterMethods.Destroy,
              { ...request, planOnly },
              { signal: session.signal },
            );
          if (plan || !yes) await follow(run(true), session.json);
          if (plan || (!yes && !(await confirmed('Destroy it?', session)))) return;
          await follow(run(false), session.json);
        });
      },
    );
}
