import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, type Socket } from 'node:net';
import { until } from '../../../lab/run.ts';
import type { Visited } from './visitors.ts';

export type Scheme = 'http' | 'https';

export interface VisitOptions {
  path?: string;
  headers?: object;
  /** The name in TLS. Default: the host. */
  servername?: string;
  /** Which of this machine's addresses the visitor has. */
  localAddress?: string;
}

/** Asks HAProxy at its own address, so that nothing stands between it and this machine. */
export function visitAt(
  address: string,
  scheme: Scheme,
  host: string,
  { path = '/', headers = {}, servername = host.replace(/:\d+$/, ''), localAddress }: VisitOptions = {},
): Promise<Visited> {
  const { promise, resolve, reject } = Promise.withResolvers<Visited>();
  const options = {
    host: address,
    path,
    port: scheme === 'http' ? 80 : 443,
    headers: { host, ...headers },
    servername,
    rejectUnauthorized: false,
    agent: false,
    ...(localAddress === undefined ? {} : { localAddress }),
    signal: AbortSignal.timeout(10_000),
  };
  const asked = (scheme === 'http' ? requestHttp : requestHttps)(options, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
    });
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

/** A connection that speaks something else after its first request. */
export async function upgrade(address: string, scheme: Scheme, host: string) {
  const key = { 'sec-websocket-key': randomBytes(16).toString('base64'), 'sec-websocket-version': '13' };
  const headers = { host, connection: 'Upgrade', upgrade: 'websocket', ...key };
  const options = { host: address, headers, servername: host, rejectUnauthorized: false };
  const asked =
    scheme === 'http'
      ? requestHttp({ ...options, port: 80, agent: false })
      : requestHttps({ ...options, port: 443, agent: false });
  asked.end();
  const [, socket] = (await once(asked, 'upgrade', { signal: AbortSignal.timeout(10_000) })) as [
    unknown,
    Socket,
  ];
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  return {
    /** What comes back for it, in however many pieces. */
    echo: async (said: string) => {
      heard = '';
      socket.write(said);
      await until(async () => heard.length >= said.length || undefined, {
        timeout: 10_000,
        every: 10,
        describe: () => `of "${said}" only "${heard}" came back`,
      });
      return heard;
    },
    close: () => socket.destroy(),
  };
}

/** What somebody answers to a line; empty where nobody does. */
export function say(host: string, to: number, line: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port: to }, () => socket.write(line));
  let heard = '';
  socket.setTimeout(5_000, () => socket.destroy());
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    heard += chunk;
  });
  socket.on('error', () => undefined); // told by what was heard
  socket.on('close', () => resolve(heard));
  return promise;
}
