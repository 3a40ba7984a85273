import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { collect } from './options.ts';
import { follow } from './progress.ts';
import { withPeer } from './session.ts';

interface Options {
  volume?: string[];
  at?: string;
  snapshot?: string[];
  to?: string;
  wait?: boolean;
  plan?: boolean;
  yes?: boolean;
}

const help = `
The app is stopped, put back and started. What its volumes hold is kept as snapshots VOLUME@TIME@+before-restore.

Examples:
  covey restore shop_master.ddb14
  covey restore shop_master.ddb14 --at 2026-03-01T10:00:00Z
  covey restore shop_master.ddb14 --volume data --to shop-rescue`;

/** `covey restore`: shows which snapshots it takes and asks, unless --yes; then streams the progress. */
export function restore(): Command {
  return new Command('restore')
    .description('put the replicated volumes of an app back to snapshots of its master')
    .argument('<app>', 'name of the app')
    .option('--volume <name>', 'only this one, by short or full name; repeat it for others', collect)
    .option(
      '--at <time>',
      'the newest of that time or before (UTC without an offset), or of so long ago: 10m, 2h, 3d',
    )
    .option('--snapshot <name>', 'this one, as in covey snapshots; repeat it for other volumes', collect)
    .option('--to <volume>', 'into this volume, which no app has; the app goes on')
    .option('--wait', "queue behind whoever holds the app's lock")
    .option('--plan', 'only print what it would do')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(async (app: string, options: Options, command: Command) => {
      const { volume: volumes = [], at = '', snapshot: snapshots = [], to = '' } = options;
      const { wait = false, plan = false, yes = false } = options;
      const request = { app, volumes, at, snapshots, to, wait };
      assertAnswerable({ plan, yes });
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const run = (asked: typeof request, planOnly: boolean) =>
          follow(connection.stream(clusterMethods.Restore, { ...asked, planOnly }, { signal }), json);
        if (!plan && yes) {
          await run(request, false);
          return;
        }
        const shown = await run(request, true);
        if (plan || !(await confirmed('Restore it?', session))) return;
        // Just what was shown: a newer snapshot may have been made while somebody was reading.
        await run({ ...request, volumes: [], at: '', snapshots: shown?.snapshots ?? [] }, false);
      });
    });
}
