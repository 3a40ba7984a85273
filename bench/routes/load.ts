import { connect, type Socket } from 'node:net';

/** Connections at once, each with one request under way. */
const CONNECTIONS = 32;

/**
 * Requests a second that are answered with 200: on connections that stay, one after the other on each, for the hosts
 * in turn. It reads no more of an answer than its length: the client must not be what limits.
 */
export async function requestsPerSecond(
  {
    address,
    hosts,
    body,
    seconds,
  }: { address: string; hosts: readonly string[]; body: string; seconds: number },
  signal: AbortSignal,
): Promise<{ rate: number; answered: number }> {
  const requests = hosts.map((host) => Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
  const end = `\r\n\r\n${body}`;
  let next = 0;
  let answered = 0;
  const sockets = new Set<Socket>();
  const began = performance.now();
  const until = began + seconds * 1000;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(80, address);
      sockets.add(socket);
      socket.setEncoding('latin1').setNoDelay(true);
      let got = '';
      const send = () => {
        got = '';
        socket.write(requests[next++ % requests.length] ?? '');
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`${address} closed a connection after ${answered} answers`)));
      socket.on('data', (chunk: string) => {
        got += chunk;
        if (!got.endsWith(end)) return;
        if (!got.startsWith('HTTP/1.1 200'))
          return reject(new Error(`unexpected answer: ${got.slice(0, 200)}`));
        answered++;
        if (signal.aborted || performance.now() > until) resolve();
        else send();
      });
      socket.setTimeout(10_000, () =>
        reject(new Error(`${address} did not answer, but said: ${got.slice(0, 200)}`)),
      );
    });
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  signal.throwIfAborted();
  return { answered, rate: answered / ((performance.now() - began) / 1000) };
}
