import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { abortError } from '../command.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { checkPeer, defaultTimes, formatTarget, type Target } from './dial.ts';
import type { Caller } from './handler.ts';
import type { RawProtocol } from './listener.ts';
import type { TlsMaterial } from './tls.ts';

/** ALPN names of what else than gRPC goes over a peer's port. */
export const volumeProtocol = 'covey-volume/1';

/**
 * Opens a raw stream to a peer, by TLS 1.3 with both certificates; the peer's must be a peer's and say its name.
 * Errors: `unavailable` if it can't be reached or is another one, `refused` without `tls`, and the signal's reason.
 */
export async function openStream(
  target: Target,
  options: {
    tls: TlsMaterial | undefined;
    protocol: string;
    signal?: AbortSignal | undefined;
    /** Longest time until it stands, in milliseconds. */
    timeout?: number;
  },
): Promise<TLSSocket> {
  const { tls, protocol, signal, timeout = defaultTimes.connect } = options;
  const where = target.name === undefined ? formatTarget(target) : `${target.name} (${formatTarget(target)})`;
  if (tls === undefined) {
    throw new CoveyError('refused', `Without certificates there is no stream to ${where}`, {
      hint: 'Volumes go from node to node over TLS only: see "covey ca", and set tls.enabled.',
    });
  }
  if (signal?.aborted) throw abortError(signal, `Connecting to ${where}`);
  const socket = connect({
    host: target.host,
    port: target.port,
    servername: target.name ?? (isIP(target.host) === 0 ? target.host : 'covey'),
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.3',
    ALPNProtocols: [protocol],
    checkServerIdentity: (_servername, certificate) => checkPeer(target, certificate),
  });
  socket.setNoDelay(true);
  // Whoever takes it listens too; an error that comes when nobody does would end the peer.
  socket.on('error', () => undefined);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const limit = setTimeout(() => {
    reject(
      new CoveyError('unavailable', `${where} does not answer (waited ${timeout / 1000} s)`, {
        hint: 'Is the node up and its peer running?',
      }),
    );
  }, timeout);
  const onAbort = () => reject(signal && abortError(signal, `Connecting to ${where}`));
  const onError = (cause: Error) =>
    reject(new CoveyError('unavailable', `Can't connect to ${where}: ${cause.message}`, { cause }));
  signal?.addEventListener('abort', onAbort, { once: true });
  socket.once('secureConnect', resolve).once('error', onError);
  try {
    await promise;
    if (socket.alpnProtocol === protocol) return socket;
    throw new CoveyError('unavailable', `${where} does not speak ${protocol}`, {
      hint: 'It may run another version of covey.',
    });
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener('abort', onAbort);
    socket.off('secureConnect', resolve).off('error', onError);
  }
}

/** The accepting side of a protocol. */
export interface Acceptor {
  /** For the `protocols` of `serve`. */
  protocol: RawProtocol;
  /** Aborts what runs and waits for its end; later connections are cut. */
  close(): Promise<void>;
}

/**
 * Hands each stream of a protocol to `take`, which owns it until it settles. What it throws, and has told the other
 * side, is logged. The role of the caller is for `take` to check.
 */
export function acceptStreams(options: {
  name: string;
  take: (socket: TLSSocket, caller: Caller, signal: AbortSignal) => Promise<unknown>;
  logger: Logger;
}): Acceptor {
  const { name, take, logger } = options;
  const closing = new AbortController();
  const running = new Set<Promise<void>>();

  async function run(socket: TLSSocket, caller: Caller): Promise<void> {
    try {
      const outcome = await take(socket, caller, closing.signal);
      logger.info({ stream: name, from: caller.name, outcome }, 'A stream ended well');
    } catch (thrown) {
      const error = asCoveyError(thrown);
      const level = error.code === 'internal' ? 'error' : 'warn';
      logger[level]({ stream: name, from: caller.name, code: error.code, err: error }, 'A stream failed');
    } finally {
      socket.destroy();
    }
  }

  return {
    protocol: (socket, caller) => {
      // As above.
      socket.on('error', () => undefined);
      if (closing.signal.aborted) {
        socket.destroy();
        return;
      }
      const task = run(socket, caller).finally(() => running.delete(task));
      running.add(task);
    },
    close: async () => {
      closing.abort(
        new CoveyError('unavailable', 'The peer is stopping', { hint: 'Try again when it is back.' }),
      );
      await Promise.all(running);
    },
  };
}
