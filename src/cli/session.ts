import type { Command } from 'commander';
import { asCoveyError, CoveyError } from '../errors.ts';
import { type Connection, connect } from '../rpc/connection.ts';
import { formatTarget, type Target } from '../rpc/dial.ts';
import { healthMethods } from '../rpc/proto.ts';
import type { TlsMaterial } from '../rpc/tls.ts';
import { formatTargets, globalOptions } from './options.ts';

/** One command's talk with a peer. */
export interface Session {
  connection: Connection;
  /** Aborts at Ctrl-C: the running call is cancelled, on the peer too. */
  signal: AbortSignal;
  json: boolean;
}

// Long enough for a lost packet, short enough to try the next peer while somebody waits.
const probeDeadline = 5_000;

/**
 * Runs `work` with the first peer that is serving.
 * A peer is left for the next one only before anything was asked of it: no request is ever sent twice. `limit` aborts all of it.
 */
export async function withPeer(
  command: Command,
  work: (session: Session) => Promise<void>,
  limit?: AbortSignal,
): Promise<void> {
  const options = globalOptions(command);
  const tls = await options.loadTls();
  await interruptible(async (interrupt) => {
    const signal = limit === undefined ? interrupt : AbortSignal.any([interrupt, limit]);
    const connection = await firstServing(options.peers, tls, signal);
    try {
      await work({ connection, signal, json: options.json });
    } finally {
      connection.close();
    }
  });
}

/** Runs `work` with a signal that SIGINT and SIGTERM abort; the second one ends the process as usual. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new CoveyError('cancelled', 'Interrupted'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** `grpc.health.v1` of one peer: "SERVING", "NOT_SERVING" and so on. */
export async function health(connection: Connection, signal: AbortSignal): Promise<string> {
  const reply = await connection.call(
    healthMethods.Check,
    { service: '' },
    { signal, deadline: probeDeadline },
  );
  return reply.status;
}

async function firstServing(
  peers: Target[],
  tls: TlsMaterial | undefined,
  signal: AbortSignal,
): Promise<Connection> {
  const failures: CoveyError[] = [];
  for (const target of peers) {
    const connection = connect(target, { tls });
    try {
      const state = await health(connection, signal);
      if (state === 'SERVING') return connection;
      throw new CoveyError('unavailable', `${formatTarget(target)} is not serving (${state})`);
    } catch (thrown) {
      connection.close();
      const error = asCoveyError(thrown);
      if (error.code !== 'unavailable' && error.code !== 'timeout') throw error;
      failures.push(error);
    }
  }
  const [only] = failures;
  const hint = 'See that a peer runs there, or name another one with --peer or COVEY_PEERS.';
  if (only !== undefined && failures.length === 1) {
    // What the one peer said, or the connection to it.
    throw new CoveyError(only.code, only.message, { cause: only, hint: only.hint ?? hint });
  }
  const reasons = failures.map((failure) => failure.message).join('\n  ');
  throw new CoveyError('unavailable', `No peer answers (tried ${formatTargets(peers)}):\n  ${reasons}`, {
    hint,
  });
}
