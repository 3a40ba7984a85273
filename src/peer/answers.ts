import { connect } from 'node:net';

/** How long a machine has to answer, in milliseconds. */
const DEADLINE = 1_000;

/**
 * Whether a machine is there: something answers at the port of its peer, if only that nobody listens. Where a machine is off or
 * cut off, nothing does. It never fails.
 */
export function answers(address: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address, port, timeout: DEADLINE });
  socket.on('connect', () => resolve(true));
  socket.on('timeout', () => resolve(false));
  // It was refused or ended by somebody, who is there.
  socket.on('error', ({ code }: NodeJS.ErrnoException) =>
    resolve(code === 'ECONNREFUSED' || code === 'ECONNRESET'),
  );
  return promise.finally(() => socket.destroy());
}
