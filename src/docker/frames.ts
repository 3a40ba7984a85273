import { Readable } from 'node:stream';
import type Docker from 'dockerode';

/** Which of its streams a container, or a command in one, wrote to. */
export type StreamName = 'stdout' | 'stderr';

/** What is made of a stream of Docker's, in its order; the stream waits while nobody reads that. `end` is for its errors. */
export function collected<T>(stream: Readable): {
  items: Readable;
  push: (item: T) => void;
  end: (error?: Error) => void;
} {
  const items = new Readable({ objectMode: true, read: () => void stream.resume() });
  // Whoever reads is told; where nobody does yet, or any more, it would end the peer.
  items.on('error', () => undefined);
  // After the others' listeners, so that what they hold comes first.
  stream.on('end', () => setImmediate(() => items.push(null)));
  return {
    items,
    push: (item) => {
      if (!items.push(item)) stream.pause();
    },
    end: (error) => {
      if (error) items.destroy(error);
      else items.push(null);
    },
  };
}

/** Takes Docker's frames out of a stream without a terminal, each as it is whole. */
export function takeFrames(
  docker: Docker,
  stream: Readable,
  take: (name: StreamName, frame: Buffer) => void,
): void {
  const sink = (name: StreamName) =>
    ({ write: (frame: Buffer) => take(name, frame) }) as unknown as NodeJS.WritableStream;
  docker.modem.demuxStream(stream, sink('stdout'), sink('stderr'));
}

/** Docker's frames of a log without a terminal: a header of 8 bytes (stream, length) before each piece. */
export function unframe(raw: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= raw.length; ) {
    const length = raw.readUInt32BE(at + 4);
    pieces.push(raw.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString('utf8');
}
