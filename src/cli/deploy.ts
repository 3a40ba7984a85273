import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

interface Options {
  master: string;
  slave?: string;
  update?: boolean;
  wait?: boolean;
  plan?: boolean;
  requestId?: string;
  fromReplica?: boolean;
  yes?: boolean;
}

/**
 * `covey deploy`: streams the progress of a deploy; Ctrl-C cancels it, and the peer undoes what had begun. A takeover from
 * the replica shows the age of the data and asks first, unless --yes.
 */
export function deploy(): Command {
  return new Command('deploy')
    .description('deploy an app, or deploy it again')
    .argument('<repo>', 'URL of the git repository, as the nodes reach it')
    .argument('<branch>', 'branch or tag')
    .requiredOption('--master <node>', 'node that runs the app')
    .option('--slave <node>', 'node that keeps a replica of its volumes')
    .option('--update', 'run update.sh of the release before the start')
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .option('--request-id <id>', 'the same id twice does its work once')
    .option('--from-replica', 'the master is lost: the new one takes over from its replica of the data')
    .option('--yes', 'do not ask before a takeover')
    .addHelpText(
      'after',
      '\nExample:\n  covey deploy ssh://git@git.example.com/shop.git master --master node1 --slave node2',
    )
    .action(async (repo: string, branch: string, options: Options, command: Command) => {
      const { master, slave = '', update = false, wait = false, plan = false, requestId = '' } = options;
      const { fromReplica = false, yes = false } = options;
      const request = { repo, branch, master, slave, update, wait, requestId, fromReplica };
      const asks = fromReplica && !yes && !plan;
      if (asks) assertAnswerable({ plan, yes });
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const run = (planOnly: boolean) =>
          follow(connection.stream(clusterMethods.Deploy, { ...request, planOnly }, { signal }), json);
        if (asks) {
          await run(true);
          if (!(await confirmed(`Let ${master} take over from its replica?`, session))) return;
        }
        await run(plan);
      });
    });
}
