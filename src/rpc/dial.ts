import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls';
import { type ChannelCredentials, type ChannelOptions, Client, credentials } from '@grpc/grpc-js';
import { identity, type TlsMaterial } from './tls.ts';

/** Where a peer is; `name` is what its certificate must say, by default that it is valid for `host`. */
export interface Target {
  host: string;
  port: number;
  name?: string;
}

/** Times in milliseconds. */
export interface DialTimes {
  /** From the first SYN to the server's first HTTP/2 frame. */
  connect: number;
  /** Between two pings on a connection, and how long an answer may take. */
  keepalive: number;
  keepaliveTimeout: number;
}

/** Members share a private network: 3 s is long, and a peer lost without a FIN is noticed within 15 s. */
export const defaultTimes: DialTimes = { connect: 3_000, keepalive: 10_000, keepaliveTimeout: 5_000 };

/**
 * Longest answer that is taken, in bytes. gRPC's own 4 MiB are less than the proxies' files of some thousand apps
 * (`covey render`), and nobody but a peer of this cluster answers here.
 */
const longestAnswer = 256 * 1024 * 1024;

/** `host:port`, with brackets around an IPv6 address. */
export function formatTarget(target: Target): string {
  return isIP(target.host) === 6 ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
}

/** A new channel to a peer, not yet connected. Without `tls` it is plaintext. */
export function dial(target: Target, tls: TlsMaterial | undefined, times: DialTimes): Client {
  const options: ChannelOptions = {
    'grpc.keepalive_time_ms': times.keepalive,
    'grpc.keepalive_timeout_ms': times.keepaliveTimeout,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.max_receive_message_length': longestAnswer,
    // A stuck connection must not be shared with the channel that replaces this one.
    'grpc.use_local_subchannel_pool': 1,
    // Peers are neighbours: neither a proxy from the environment nor a TXT record has a say.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 2_000,
  };
  if (tls !== undefined) {
    // The name sent as SNI, which can't be an address; the check below looks at the real one.
    const servername = target.name ?? (isIP(target.host) === 0 ? target.host : 'covey');
    options['grpc.ssl_target_name_override'] = servername;
  }
  return new Client(formatTarget(target), limited(credentialsFor(target, tls), times.connect), options);
}

function credentialsFor(target: Target, tls: TlsMaterial | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const context = createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.3' });
  return credentials.createFromSecureContext(context, {
    checkServerIdentity: (_servername, certificate) => checkPeer(target, certificate),
  });
}

/** The certificate must be a peer's, and name the node that we mean. */
export function checkPeer(target: Target, certificate: PeerCertificate): Error | undefined {
  const who = identity(certificate);
  if (who?.role !== 'peer') {
    return new Error(`the certificate of ${formatTarget(target)} is not that of a peer`);
  }
  if (target.name === undefined) return checkServerIdentity(target.host, certificate);
  if (who.name === target.name) return undefined;
  return new Error(
    `${formatTarget(target)} is the node "${who.name}" by its certificate, not "${target.name}"`,
  );
}

/**
 * The credentials, with a limit to how long a connection may take after TCP: grpc-js waits for ever for the TLS
 * handshake and the server's first frame (grpc-node#2785), and closing the channel would leave the socket behind.
 */
function limited(inner: ChannelCredentials, limit: number): ChannelCredentials {
  const create = inner._createSecureConnector.bind(inner);
  inner._createSecureConnector = (...parameters) => {
    const connector = create(...parameters);
    return {
      connect: async (socket: Socket) => {
        const handshake = setTimeout(() => socket.destroy(new Error('TLS handshake timed out')), limit);
        try {
          const connected = await connector.connect(socket);
          const first = setTimeout(() => {
            if (connected.socket.bytesRead === 0) connected.socket.destroy(new Error('no answer to HTTP/2'));
          }, limit);
          first.unref();
          return connected;
        } finally {
          clearTimeout(handshake);
        }
      },
      waitForReady: () => connector.waitForReady(),
      getCallCredentials: () => connector.getCallCredentials(),
      destroy: () => connector.destroy(),
    };
  };
  return inner;
}
