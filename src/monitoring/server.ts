import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { TlsMaterial } from '../rpc/tls.ts';
import { type Checks, isReady } from './checks.ts';

/** The small server of `/metrics`, `/healthz` and `/readyz`. */
export interface MonitoringServer {
  /** Undefined: it does not listen. */
  port: number | undefined;
  close(): Promise<void>;
}

const isLoopback = (host: string) => host === '::1' || host.startsWith('127.');

/**
 * On loopback it is plain HTTP. Elsewhere it is HTTPS for who has a certificate of the cluster's authority, plain with
 * `insecure`, and on loopback after all where there is no TLS. Never fails: what keeps it from listening is in the log.
 */
export async function serveMonitoring(options: {
  config: { metrics: { enabled: boolean; host: string; port: number }; insecure: boolean };
  tls: TlsMaterial | undefined;
  registry: Registry;
  checks: () => Checks;
  logger: Logger;
}): Promise<MonitoringServer> {
  const { config, registry, checks, logger } = options;
  const { enabled, port } = config.metrics;
  if (!enabled) return { port: undefined, close: async () => undefined };
  const isOpen = options.tls !== undefined || config.insecure;
  const host = isOpen ? config.metrics.host : '127.0.0.1';
  if (host !== config.metrics.host)
    logger.warn(`Metrics are served on loopback only, not on ${config.metrics.host}: there is no TLS`);
  const tls = isLoopback(host) ? undefined : options.tls;
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void respond(request, response, { registry, checks, logger });
  const server = tls
    ? createTlsServer({ ...keysOf(tls), requestCert: true, rejectUnauthorized: true }, answer)
    : createServer(answer);
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (thrown) {
    const hint = 'Free it or set metrics.port to another one, then: docker restart covey-peer';
    logger.error({ hint }, `No metrics on ${host} port ${port}: ${asCoveyError(thrown).message}`);
    return { port: undefined, close: async () => undefined };
  }
  server.on('error', (error) => logger.warn(`The server of the metrics: ${error.message}`));
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** Only what is needed of it: what else TlsMaterial holds, such as `name`, means something else to Node. */
const keysOf = ({ ca, cert, key }: TlsMaterial) => ({ ca, cert, key, minVersion: 'TLSv1.3' as const });

interface Answering {
  registry: Registry;
  checks: () => Checks;
  logger: Logger;
}

async function respond(
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  { registry, checks, logger }: Answering,
): Promise<void> {
  const send = (status: number, type: string, text: string) => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(method === 'HEAD' ? undefined : text);
  };
  const json = (status: number, value: unknown) =>
    send(status, 'application/json', `${JSON.stringify(value, undefined, 2)}\n`);
  const path = url.split('?')[0];
  try {
    if (method !== 'GET' && method !== 'HEAD') json(405, { error: 'Only GET and HEAD are answered' });
    else if (path === '/metrics') send(200, registry.contentType, await registry.metrics());
    else if (path === '/healthz') json(200, { healthy: true });
    else if (path === '/readyz') {
      const all = checks();
      const ready = isReady(all);
      json(ready ? 200 : 503, { ready, checks: all });
    } else json(404, { error: 'There are /metrics, /healthz and /readyz' });
  } catch (thrown) {
    const { message } = asCoveyError(thrown);
    logger.error(`${path} could not be answered: ${message}`);
    json(500, { error: message });
  }
}
