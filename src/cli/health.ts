import { Command } from 'commander';
import { CoveyError } from '../errors.ts';
import { connect } from '../rpc/connection.ts';
import { formatTarget } from '../rpc/dial.ts';
import { globalOptions } from './options.ts';
import { print, printJson } from './output.ts';
import { health as check, interruptible } from './session.ts';

/** `covey health`: grpc.health.v1 of every peer named; succeeds when all are serving. */
export function health(): Command {
  return new Command('health')
    .description('ask every given peer whether it is serving')
    .addHelpText('after', '\nExample:\n  covey health --peer node1:7700 --peer node2:7700')
    .action(async (_: object, command: Command) => {
      const { peers, loadTls, json } = globalOptions(command);
      const tls = await loadTls();
      await interruptible(async (signal) => {
        for (const target of peers) {
          const connection = connect(target, { tls });
          try {
            const state = await check(connection, signal);
            if (json) printJson({ peer: formatTarget(target), status: state });
            else print(`${formatTarget(target)}  ${state}`);
            if (state !== 'SERVING') {
              throw new CoveyError('unavailable', `${formatTarget(target)} is not serving`);
            }
          } finally {
            connection.close();
          }
        }
      });
    });
}
