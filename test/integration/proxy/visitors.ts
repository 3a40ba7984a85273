import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect, TLSSocket } from 'node:tls';

/** What a visitor got. */
export interface Visited {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What a visitor got by TLS, and by which certificate, which he trusts. */
export interface Trusted extends Pick<Visited, 'status' | 'body'> {
  serial: string;
}

/** Asks once, over a connection of its own. */
export function get(
  to: { port: number } | { socketPath: string },
  {
    host,
    url,
    method,
    headers = {},
  }: { host: string; url: string; method: string; headers?: Record<string, string> },
): Promise<Visited> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...('port' in to ? { host: '127.0.0.1' } : {}),
        ...to,
        path: url,
        method,
        headers: { host, ...headers },
        agent: false,
        signal: AbortSignal.timeout(20_000),
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** One TLS connection by hand, so that each request goes over this very one. */
export function openTls(
  port: number,
  host: string,
): Promise<{ get(path?: string): Promise<string>; close(): void }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, rejectUnauthorized: false });
    let got = '';
    let look = () => {};
    let broken: Error | undefined;
    const fail = (error: Error) => {
      broken = error;
      reject(error);
      look();
    };
    socket.setEncoding('utf8');
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the connection was closed')));
    socket.on('data', (chunk) => {
      got += chunk;
      look();
    });
    socket.on('secureConnect', () =>
      resolve({
        close: () => socket.destroy(),
        get: (url = '/') =>
          new Promise((answer, refuse) => {
            got = '';
            look = () => {
              if (broken) return refuse(broken);
              const [head = '', body] = got.split('\r\n\r\n');
              const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
              if (body !== undefined && body.length >= length) answer(body);
            };
            look();
            if (!broken) socket.write(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
          }),
      }),
    );
  });
}

/** Asks by TLS. Rejects where the certificate does not chain to one of the roots `ca`, or is not the host's. */
export function visitTls(port: number, host: string, ca: readonly string[], path = '/'): Promise<Trusted> {
  return new Promise((resolve, reject) => {
    const asked = requestTls(
      {
        ...{ host: '127.0.0.1', port, servername: host, ca: [...ca], rejectUnauthorized: true },
        ...{ path, headers: { host }, agent: false, signal: AbortSignal.timeout(20_000) },
      },
      (response) => {
        const { socket } = response;
        const serial = socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : '';
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, serial }));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}
