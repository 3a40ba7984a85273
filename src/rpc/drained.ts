import type { ClientWritableStream } from '@grpc/grpc-js';
import { asCoveyError } from '../errors.ts';

/** Waits until the stream takes more; rejects with the signal's reason when the other side is gone. */
export function drained(stream: NodeJS.EventEmitter, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(asCoveyError(signal.reason));
  stream.once('drain', resolve);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return promise.finally(() => {
    stream.off('drain', resolve);
    signal.removeEventListener('abort', onAbort);
  });
}

/** Sends one message after the other, no faster than they are taken. */
export async function sendAll<Req>(
  running: ClientWritableStream<Req>,
  messages: AsyncIterable<Req>,
  ended: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (ended.aborted) return;
    if (!running.write(message)) await drained(running, ended);
  }
  running.end();
}
