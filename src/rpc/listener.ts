import { once } from 'node:events';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Caller } from './handler.ts';
import { identity, type TlsMaterial } from './tls.ts';

/** Takes a connection over; it is ours no more. */
export type RawProtocol = (socket: TLSSocket, caller: Caller) => void;

/** A listening port. */
/** A failed handshake from one address is logged again after so many milliseconds. */
const SAY_AGAIN = 60_000;

/** Of how many addresses that is remembered. */
const MOST_TOLD = 1_000;

export interface Listener {
  port: number;
  /** Takes no more connections; those taken over live on. */
  close(): void;
}

/**
 * Listens on one port for gRPC and for other protocols, told apart by ALPN, with the same certificates.
 * Over TLS a client needs a certificate of the cluster's CA. Without `tls` all is gRPC in plaintext.
 * @throws CoveyError `failed` when the port can't be had.
 */
export async function listen(options: {
  host: string | undefined;
  port: number;
  tls: TlsMaterial | undefined;
  logger: Logger;
  onGrpc: (socket: Socket) => void;
  protocols: Record<string, RawProtocol>;
}): Promise<Listener> {
  const { host, port, tls, logger, onGrpc, protocols } = options;

  const server =
    tls === undefined
      ? createPlainServer({ noDelay: true }, onGrpc)
      : createTlsServer({
          ca: tls.ca,
          cert: tls.cert,
          key: tls.key,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.3',
          ALPNProtocols: ['h2', ...Object.keys(protocols)],
          handshakeTimeout: 10_000,
          noDelay: true,
        });
  const told = new Map<string, number>();
  if (tls !== undefined) {
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      const from = socket.remoteAddress ?? '';
      // A peer with a wrong certificate comes again each second.
      if (Date.now() - (told.get(from) ?? 0) < SAY_AGAIN) return;
      if (told.size >= MOST_TOLD) told.clear();
      told.set(from, Date.now());
      logger.warn({ err: error, from }, 'A TLS handshake failed');
    });
    server.on('secureConnection', dispatch);
  }

  function dispatch(socket: TLSSocket): void {
    const { alpnProtocol } = socket;
    const take = typeof alpnProtocol === 'string' ? protocols[alpnProtocol] : undefined;
    const caller = identity(socket.getPeerCertificate());
    if (alpnProtocol === 'h2') {
      onGrpc(socket);
    } else if (take !== undefined && caller !== undefined) {
      take(socket, caller);
    } else {
      logger.warn({ from: socket.remoteAddress, protocol: alpnProtocol }, 'Refused a connection');
      socket.destroy();
    }
  }

  const where = `${host ?? 'all addresses'}, port ${port}`;
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, 'listening');
  } catch (cause) {
    throw new CoveyError('failed', `Can't listen on ${where}: ${String(cause)}`, {
      cause,
      hint: 'Another program may have the port, or the address is none of this machine.',
    });
  }
  server.on('error', (error) => logger.error({ err: error }, `The listener on ${where} failed`));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
    },
  };
}
