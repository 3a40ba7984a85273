import { connect } from 'node:net';
import { checkHost, TLS_CHECK } from '../render/haproxy/balance.ts';

/** Longest wait for an answer, in milliseconds: a check of HAProxy's waits no longer. */
const DEADLINE = 750;

/**
 * Whether Caddy's check site of an app says that the app answers here: asked as HAProxy asks it.
 * @param socket where Caddy takes HTTP
 * @param scheme of the requests: over TLS there has to be a certificate for each host too
 */
export async function askCheck(
  socket: string,
  app: string,
  { checks, scheme }: { checks: number; scheme: 'http' | 'https' },
  signal: AbortSignal,
): Promise<boolean> {
  const paths = Array.from({ length: checks }, (_, index) => `/${index}`);
  for (const path of scheme === 'https' ? [TLS_CHECK, ...paths] : paths) {
    if (!(await isAnswered(socket, checkHost(app), path, signal))) return false;
  }
  return true;
}

function isAnswered(path: string, host: string, url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let said = '';
    const connection = connect(path);
    const end = (isUp: boolean) => {
      connection.destroy();
      signal.removeEventListener('abort', stop);
      resolve(isUp);
    };
    const stop = () => end(false);
    signal.addEventListener('abort', stop, { once: true });
    connection.setTimeout(DEADLINE, stop);
    connection.on('error', stop);
    connection.on('end', stop);
    connection.on('data', (data) => {
      said += data;
      if (said.includes('\r\n')) end(/^HTTP\/1\.1 204 /.test(said));
    });
    // Whoever connects says by the PROXY protocol for whom: here for nobody else.
    connection.write(`PROXY UNKNOWN\r\nHEAD ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  });
}
