import { Command } from 'commander';
import { asCoveyError } from '../errors.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { version as own } from '../version.ts';
import { globalOptions } from './options.ts';
import { plain, print, printJson } from './output.ts';
import { withPeer } from './session.ts';

// Longer than a peer waits for the others.
const patience = 5_000;

/** What `covey version` tells; with `--json` as it is. */
interface Versions {
  version: string;
  /** By name; an empty version where the peer does not answer. */
  nodes: { name: string; version: string }[];
  /** Why nothing is known of the nodes; absent where they are known. */
  problem?: string;
}

/** `covey version`: that of the command, and those of the peers, where one can be asked. */
export function version(): Command {
  return new Command('version')
    .description('print the version of the command, and those of the peers where one answers')
    .addHelpText('after', '\nExample:\n  covey version')
    .action(async (_: object, command: Command) => {
      const versions: Versions = { version: own, ...(await ofPeers(command)) };
      if (globalOptions(command).json) printJson(versions);
      else print(versionsText(versions));
    });
}

async function ofPeers(command: Command): Promise<Omit<Versions, 'version'>> {
  const nodes: Versions['nodes'] = [];
  try {
    await withPeer(
      command,
      async ({ connection, signal }) => {
        const reply = await connection.call(clusterMethods.Nodes, {}, { signal });
        nodes.push(
          ...reply.nodes.map(({ name, version, silent }) => ({ name, version: silent ? '' : version })),
        );
      },
      AbortSignal.timeout(patience),
    );
    return { nodes };
  } catch (thrown) {
    const error = asCoveyError(thrown);
    if (error.code === 'cancelled') throw error;
    // The command has a version where there is no cluster, too.
    return { nodes, problem: error.message };
  }
}

function versionsText({ nodes, problem, version }: Versions): string {
  const width = Math.max(...nodes.map(({ name }) => name.length));
  return [
    `covey ${version}`,
    ...nodes.map((node) => `${node.name.padEnd(width)}  ${node.version || 'no answer'}`),
    ...(problem === undefined ? [] : [`peers: not known: ${problem}`]),
  ]
    .map(plain)
    .join('\n');
}
