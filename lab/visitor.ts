import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Visit {
  /** Address of the machine that is asked, whichever it is. */
  via: string;
  /** Host of the site. */
  host: string;
  path?: string;
  method?: 'GET' | 'POST';
  /** Sent as a form. */
  form?: Record<string, string>;
  /** Sent as it is; what it is stands in `headers`. */
  body?: Uint8Array;
  headers?: Record<string, string>;
  /** PEM of the CA that the site's certificate must come from: HTTPS. Without it HTTP. */
  ca?: string;
  /** Longest wait for a whole answer, in milliseconds. */
  within?: number;
}

export interface Page {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Of `within`, where nothing else is said. */
const DEADLINE = 20_000;

/** One request on a connection of its own, as a visitor whom DNS has sent to that machine. */
export function visit({
  via,
  host,
  path = '/',
  method,
  form,
  headers,
  ca,
  within = DEADLINE,
  ...rest
}: Visit): Promise<Page> {
  const body = form ? new URLSearchParams(form).toString() : rest.body;
  const options = {
    host: via,
    path,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      host,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }),
      ...headers,
    },
    agent: false as const,
    signal: AbortSignal.timeout(within),
  };
  return new Promise((resolve, reject) => {
    const call = ca === undefined ? httpRequest(options) : httpsRequest({ ...options, servername: host, ca });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    call.end(body);
  });
}
