import { Command } from 'commander';
import { clusterMethods } from '../rpc/proto.ts';
import { print, printJson } from './output.ts';
import { withPeer } from './session.ts';

/** `covey ca root`: what a client has to trust where sites have internal certificates. */
export function caRoot(): Command {
  return new Command('root')
    .description("print the root certificate that the internal certificates of the cluster's sites end in")
    .addHelpText('after', '\nExample:\n  covey ca root > cluster-root.pem')
    .action(async (_: object, command: Command) => {
      await withPeer(command, async ({ connection, signal, json }) => {
        const root = await connection.call(clusterMethods.RootCertificate, {}, { signal });
        if (json) printJson(root);
        else print(root.certificate.trimEnd());
      });
    });
}
