import { connect } from 'node:net';
import { CoveyError } from '../../errors.ts';

/** A HAProxy command socket: one line in, text out. */
export type Command = (line: string, signal: AbortSignal) => Promise<string>;

/** Longest wait for HAProxy's answer, in milliseconds. */
const DEADLINE = 5_000;

/**
 * Speaks to HAProxy's runtime API, or to its master's, on a unix socket.
 * @throws CoveyError `unavailable` when nobody answers there
 */
export function commandSocket(path: string): Command {
  return (line, signal) =>
    new Promise((resolve, reject) => {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
      const fail = (cause: unknown) =>
        reject(
          new CoveyError('unavailable', `HAProxy does not answer on ${path}.`, {
            cause,
            hint: 'Is its container running?',
          }),
        );
      if (bounded.aborted) return fail(bounded.reason);
      const socket = connect(path);
      const chunks: Buffer[] = [];
      const stop = () => socket.destroy(new Error('no answer in time'));
      bounded.addEventListener('abort', stop, { once: true });
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', fail);
      socket.on('close', () => bounded.removeEventListener('abort', stop));
      socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8').trim()));
      // No half-close after the command: HAProxy may take it for the end of the client and drop the answer.
      socket.on('connect', () => socket.write(`${line}\n`));
    });
}
