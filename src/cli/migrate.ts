import { Command } from 'commander';
import type { AppRef } from '../generated/covey/v1/AppRef.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

interface Options {
  update: boolean;
  wait?: boolean;
  plan?: boolean;
  yes?: boolean;
  requestId?: string;
}

const help = `
The source runs on. The target is in maintenance and stopped while its volumes are replaced; what they held is kept as
snapshots VOLUME@TIME@+before-migrate. post_migrate.sh of the target runs before update.sh, and both before the start.

Examples:
  covey migrate shop_master.ddb14 shop_qualif.ddb14
  covey migrate ssh://git@git.example.com/shop.git#master ssh://git@git.example.com/shop.git#qualif --plan`;

/** `covey migrate`: shows what is replaced by what and asks, unless --yes; then streams the progress. */
export function migrate(): Command {
  return new Command('migrate')
    .description('bring data of one app to another: the volumes that both have by the same name')
    .argument('<source>', 'the app whose data it is: its name, or REPO#BRANCH')
    .argument('<target>', 'the app that gets it: its name, or REPO#BRANCH')
    .option('--no-update', 'do not run update.sh of the target')
    .option('--wait', "queue behind whoever holds the apps' locks")
    .option('--plan', 'only print what it would do')
    .option('--yes', 'do not ask')
    .option('--request-id <id>', 'the same id twice does its work once')
    .addHelpText('after', help)
    .action(async (source: string, target: string, options: Options, command: Command) => {
      const { update, wait = false, plan = false, yes = false, requestId = '' } = options;
      const apps = { source: appRef(source), target: appRef(target) };
      const request = { ...apps, noUpdate: !update, wait, requestId };
      assertAnswerable({ plan, yes });
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const run = (planOnly: boolean) =>
          follow(connection.stream(clusterMethods.Migrate, { ...request, planOnly }, { signal }), json);
        if (plan || !yes) await run(true);
        if (plan || (!yes && !(await confirmed('Migrate it?', session)))) return;
        await run(false);
      });
    });
}

/** No name of an app has a "#": it is made of the letters that a slug leaves. */
function appRef(text: string): AppRef {
  const at = text.indexOf('#');
  return at < 0 ? { name: text } : { repo: text.slice(0, at), branch: text.slice(at + 1) };
}
