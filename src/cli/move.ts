import { Command } from 'commander';
import { CoveyError } from '../errors.ts';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { follow } from './progress.ts';
import { recorded } from './recorded.ts';
import { withPeer } from './session.ts';

interface Options {
  to: string;
  /** False with --no-slave. */
  slave?: string | boolean;
  sameCommit?: boolean;
  update?: boolean;
  wait?: boolean;
  plan?: boolean;
  requestId?: string;
}

const help = `
It is a deploy of the repository and branch in the app's record with another master: the newest commit of the branch is taken, or
with --same-commit the one that runs, and the volumes go along. The app is down from the last increment until it is healthy on the new master. Without --slave
the app keeps its slave; where that is the new master, the old master becomes the slave.

Examples:
  covey move shop_master.ddb14 --to node2 --plan
  covey move shop_master.ddb14 --to node2 --same-commit
  covey move shop_master.ddb14 --to node3 --slave node1`;

/** `covey move`: a deploy of what is recorded, with another master. */
export function move(): Command {
  return new Command('move')
    .description('move an app with its data to another node')
    .argument('<app>', 'name of the app')
    .requiredOption('--to <node>', 'node that is to run the app')
    .option('--slave <node>', 'node that keeps a replica of its volumes from then on')
    .option('--no-slave', 'no node keeps a replica')
    .option('--same-commit', 'take the commit that runs, whatever the branch has by now')
    .option('--update', 'run update.sh of the release before the start')
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .option('--request-id <id>', 'the same id twice does its work once')
    .addHelpText('after', help)
    .action(async (name: string, options: Options, command: Command) => {
      const { to, update = false, wait = false, plan: planOnly = false, requestId = '' } = options;
      const { sameCommit = false } = options;
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const app = await recorded(name, session);
        assertMovable(app, to, requestId);
        const { repo, branch } = app;
        const slave = slaveOf(app, to, options.slave);
        const request = { repo, branch, master: to, slave, update, wait, planOnly, requestId, sameCommit };
        await follow(connection.stream(clusterMethods.Deploy, request, { signal }), json);
      });
    });
}

function assertMovable(app: App, to: string, requestId: string): void {
  if (app.error !== '') {
    // What is wrong with the app's record.
    throw new CoveyError('invalid', app.error, { hint: `Correct the key app/${app.name} in Consul.` });
  }
  // The same request once more is answered by the peer, which has done it.
  if (app.master !== to || (requestId !== '' && app.deployId === requestId)) return;
  throw new CoveyError('invalid', `${app.name} is on ${to} already.`, {
    hint: 'covey deploy deploys it again, also with another slave.',
  });
}

/** Who keeps the replica after the move; empty: nobody. */
function slaveOf({ master, slave }: App, to: string, wanted: string | boolean | undefined): string {
  if (typeof wanted === 'string') return wanted;
  if (wanted === false) return '';
  return slave === to ? master : slave;
}
