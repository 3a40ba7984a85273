import { connect, type Socket } from 'node:net';

/** Connections at once, and how many requests each sends in one go: the client must not be what limits. */
const CONNECTIONS = 32;
const PIPELINED = 16;

/**
 * Requests a second that are answered with 200, on connections that stay, for the hosts in turn. Of an answer it looks at the
 * status and at the body.
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
  const batches = batched(hosts);
  const status = 'HTTP/1.1 200 ';
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
        socket.write(batches[next++ % batches.length] ?? '');
      };
      const fail = (what: string) => reject(new Error(`${address} ${what}: ${got.slice(0, 200)}`));
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => fail(`closed a connection after ${answered} answers`));
      socket.on('data', (chunk: string) => {
        got += chunk;
        if (!got.endsWith(end) || got.split(end).length <= PIPELINED) return;
        if (got.split(status).length !== PIPELINED + 1) return fail('answered otherwise');
        answered += PIPELINED;
        if (signal.aborted || performance.now() > until) resolve();
        else send();
      });
      socket.setTimeout(10_000, () => fail('does not answer'));
    });
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  signal.throwIfAborted();
  return { answered, rate: answered / ((performance.now() - began) / 1000) };
}

/** Requests that go out together are for hosts from all over the list. */
function batched(hosts: readonly string[]): Buffer[] {
  const count = Math.ceil(hosts.length / PIPELINED);
  return Array.from({ length: count }, (_, batch) => {
    const chosen = Array.from({ length: PIPELINED }, (__, at) => hosts[(at * count + batch) % hosts.length]);
    return Buffer.from(chosen.map((host) => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).join(''));
  });
}
