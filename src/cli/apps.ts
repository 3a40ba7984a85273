import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { nodesCell } from './balanced-text.ts';
import { print, printJson, table } from './output.ts';
import { withPeer } from './session.ts';

/** `covey apps`: all apps of the cluster. */
export function apps(): Command {
  return new Command('apps')
    .description('list the apps of the cluster')
    .addHelpText('after', '\nExample:\n  covey apps --json | jq -r ".apps[].name"')
    .action(async (_: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const reply = await connection.call(clusterMethods.Apps, {}, { signal });
        if (json) return printJson(reply);
        const isSpread = reply.apps.some(({ balanced }) => balanced.length > 0);
        const rows = reply.apps.map((app) => [
          app.name,
          app.master,
          app.slave || '-',
          ...(isSpread ? [nodesCell(app.balanced)] : []),
          app.error === '' ? (app.maintenance ? 'maintenance' : 'live') : `error: ${app.error}`,
          app.deployDate,
          app.urls.join(' '),
        ]);
        const nodes = isSpread ? ['NODES'] : [];
        print(table(['APP', 'MASTER', 'SLAVE', ...nodes, 'STATE', 'DEPLOYED', 'URLS'], rows, 'No apps.'));
      });
    });
}
