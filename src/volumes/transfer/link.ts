import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { abortError } from '../../command.ts';
import { asCoveyError, CoveyError } from '../../errors.ts';
import { frameHeader, frameParser, frameType, messageFrame, pingFrame } from './frames.ts';
import { errorMessage, type Message, readError, readMessage } from './messages.ts';

type MessageOf<K extends Message['kind']> = Extract<Message, { kind: K }>;

/** A conversation between two peers over one stream, which it owns. */
export interface Link {
  /**
   * Aborts, with a CoveyError, when it is over before its time: the other side said an error, the connection was
   * lost or silent for too long, or the caller gave up.
   */
  readonly signal: AbortSignal;
  send(message: Exclude<Message, { kind: 'error' }>): void;
  /**
   * The next message, which has to be of this kind. Data that comes before it goes into `into`, as fast as that
   * takes it; `onData` hears how many bytes. Errors: the signal's reason.
   */
  receive<K extends Message['kind']>(kind: K, into?: Writable): Promise<MessageOf<K>>;
  /** Sends all of `source` as data, as fast as the other side takes it. Errors: the signal's reason, the source's. */
  sendAll(source: Readable, onBytes: (bytes: number) => void): Promise<void>;
  /** Bytes of data that came. */
  received(): number;
  /** Ends it after the last message. Never fails. */
  close(): Promise<void>;
  /** Ends it with an error, which the other side is told unless it was the one to say so. Never fails. */
  fail(error: CoveyError): Promise<void>;
}

/** Time limits, in milliseconds. */
export interface LinkTimes {
  /** Longest silence of the other side. Six pings fit in, so silence is never just work that takes its time. */
  idle: number;
  /** For the other side to take in the last words. */
  linger: number;
}

const defaultTimes: LinkTimes = { idle: 30_000, linger: 3_000 };

/**
 * Bytes that may wait for the disk, to bridge a pause of it. For the socket it is the little that Node lets wait: what
 * waits there is copied into one piece before it is encrypted (measured: 126 MiB of memory with 1 MiB, 73 without).
 */
const WINDOW = 1024 * 1024;

/** Speaks over `socket` with the node `other`. */
export function createLink(
  socket: Duplex,
  options: { other: string; signal?: AbortSignal | undefined; times?: Partial<LinkTimes> | undefined },
): Link {
  const { other } = options;
  const times = { ...defaultTimes, ...options.times };
  const breaking = new AbortController();
  const { signal } = breaking;
  const inbox: Message[] = [];
  let wake = () => {};
  let sink: Writable | undefined;
  let bytesReceived = 0;
  let heard = Date.now();
  let over = false;
  let told = false;

  function breakOff(error: CoveyError): void {
    if (!signal.aborted && !over) breaking.abort(error);
  }

  const parse = frameParser({
    onMessage: (json) => {
      const message = readMessage(json);
      if (message.kind === 'error') {
        told = true;
        breakOff(readError(message, other));
      } else {
        inbox.push(message);
        wake();
      }
    },
    onData: (chunk) => {
      if (!sink) throw new CoveyError('invalid', `${other} sends data that nobody asked for`);
      bytesReceived += chunk.length;
      // Whose end it is, its owner knows and says better.
      if (sink.destroyed) return;
      if (!sink.write(chunk) && sink.writableLength > WINDOW) socket.pause();
    },
  });

  socket.on('data', (bytes: Buffer) => {
    heard = Date.now();
    // After a failure what is still on its way is read and dropped, so that our last words are not lost in a reset.
    if (signal.aborted || over) return;
    try {
      parse(bytes);
    } catch (thrown) {
      breakOff(asCoveyError(thrown));
    }
  });
  const lost = (why: string, cause?: unknown) =>
    breakOff(new CoveyError('unavailable', `The connection with ${other} ${why}`, { cause }));
  socket.on('error', (error) => lost(`failed: ${error.message}`, error));
  socket.on('end', () => lost('ended in the middle of a transfer'));
  socket.on('close', () => lost('was cut in the middle of a transfer'));

  const onCallerAbort = () => {
    if (options.signal) breakOff(abortError(options.signal, `The transfer with ${other}`));
  };
  options.signal?.addEventListener('abort', onCallerAbort, { once: true });

  const pulse = setInterval(() => {
    if (socket.isPaused()) heard = Date.now();
    const silence = Date.now() - heard;
    if (silence > times.idle) {
      breakOff(
        new CoveyError('timeout', `${other} said nothing for ${(silence / 1000).toFixed(1)} s`, {
          hint: 'See whether it is up and the nodes reach each other, then try again.',
        }),
      );
    } else if (!signal.aborted && !socket.writableNeedDrain) {
      socket.write(pingFrame());
    }
  }, times.idle / 6);

  async function finish(lastWords: Buffer | undefined): Promise<void> {
    over = true;
    clearInterval(pulse);
    options.signal?.removeEventListener('abort', onCallerAbort);
    sink = undefined;
    if (!socket.destroyed) {
      const gone = new Promise((resolve) => socket.once('close', resolve));
      const patience = new AbortController();
      socket.resume();
      if (lastWords) socket.end(lastWords);
      else socket.end();
      const limit = pause(times.linger, undefined, { signal: patience.signal });
      await Promise.race([gone, limit]);
      patience.abort();
      await limit.catch(() => undefined); // the abort is ours
    }
    socket.destroy();
  }

  if (options.signal?.aborted) onCallerAbort();

  return {
    signal,
    received: () => bytesReceived,

    send(message) {
      if (!signal.aborted && !over) socket.write(messageFrame(message));
    },

    async receive<K extends Message['kind']>(kind: K, into?: Writable): Promise<MessageOf<K>> {
      const resume = () => socket.resume();
      sink = into;
      into?.on('drain', resume).on('close', resume).on('error', resume);
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      signal.addEventListener('abort', wake, { once: true });
      if (inbox.length === 0 && !signal.aborted) await promise;
      signal.removeEventListener('abort', wake);
      into?.off('drain', resume);
      if (signal.aborted) throw asCoveyError(signal.reason);
      sink = undefined;
      const message = inbox.shift();
      if (message?.kind === kind) return message as MessageOf<K>;
      throw new CoveyError('invalid', `${other} sent "${message?.kind}" where "${kind}" was expected`);
    },

    async sendAll(source, onBytes) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onDrain = () => source.resume();
      const onAbort = () => reject(asCoveyError(signal.reason));
      socket.on('drain', onDrain);
      signal.addEventListener('abort', onAbort, { once: true });
      source.once('end', resolve).once('close', resolve).once('error', reject);
      source.on('data', (chunk: Buffer) => {
        if (signal.aborted) return;
        // Both in one write: a header alone is a packet of its own, which wakes the other side for 27 bytes.
        socket.cork();
        socket.write(frameHeader(frameType.data, chunk.length));
        if (!socket.write(chunk)) source.pause();
        socket.uncork();
        onBytes(chunk.length);
      });
      if (signal.aborted) onAbort();
      try {
        await promise;
      } finally {
        socket.off('drain', onDrain);
        signal.removeEventListener('abort', onAbort);
        source.resume();
      }
    },

    close: () => finish(undefined),
    fail: (error) => finish(told ? undefined : messageFrame(errorMessage(error))),
  };
}
