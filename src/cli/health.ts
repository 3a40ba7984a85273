import { Command } from 'commander';
import { asCoveyError, CoveyError } from '../errors.ts';
import { connect } from '../rpc/connection.ts';
import { formatTarget, type Target } from '../rpc/dial.ts';
import type { TlsMaterial } from '../rpc/tls.ts';
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
        const states: { peer: string; status: string }[] = [];
        const failures: CoveyError[] = [];
        for (const target of peers) {
          const { status, failure } = await stateOf(target, tls, signal);
          states.push({ peer: formatTarget(target), status });
          if (!json) print(`${formatTarget(target)}  ${status}`);
          if (failure) failures.push(failure);
        }
        if (json) printJson({ peers: states });
        if (failures[0]) throw failures[0];
      });
    });
}

/** What a peer says of itself, or "no answer"; and what is to be told where it does not serve. */
async function stateOf(
  target: Target,
  tls: TlsMaterial | undefined,
  signal: AbortSignal,
): Promise<{ status: string; failure?: CoveyError }> {
  const connection = connect(target, { tls });
  try {
    const status = await check(connection, signal);
    if (status === 'SERVING') return { status };
    return { status, failure: new CoveyError('unavailable', `${formatTarget(target)} is not serving`) };
  } catch (thrown) {
    const failure = asCoveyError(thrown);
    if (failure.code === 'cancelled') throw failure;
    return { status: 'no answer', failure };
  } finally {
    connection.close();
  }
}
