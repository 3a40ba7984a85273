import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';

/** A first answer may take long; then it is asked anew, since what came too early may never be answered. In milliseconds. */
const LONGEST = 30_000;

/** Where something is asked; `http`: it has to answer a request, with whatever status, else it has to take a connection. */
export interface Asked {
  address: string;
  port: number;
  http: boolean;
}

/** Whether something answers there; false also when the signal ends the question. */
export async function answers({ address, port, http }: Asked, signal: AbortSignal): Promise<boolean> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(LONGEST)]);
  try {
    await (http ? respond(address, port, bounded) : accept(address, port, bounded));
    return true;
  } catch {
    return false; // refused, cut or silent: all that is asked is whether it answers
  }
}

async function respond(host: string, port: number, signal: AbortSignal): Promise<void> {
  // No agent: a connection that stays would be one more under way to the container.
  const asked = request({ host, port, path: '/', agent: false, signal });
  asked.on('error', () => undefined); // the first one ends the waiting below; that nobody wants the rest of the answer is none
  asked.end();
  await once(asked, 'response');
  asked.destroy();
}

async function accept(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port });
  socket.on('error', () => undefined); // the first one ends the waiting below
  try {
    await once(socket, 'connect', { signal });
  } finally {
    socket.destroy();
  }
}
