import { CoveyError } from '../../errors.ts';

/**
 * What travels between two peers during a transfer: frames of a type (1 byte), a length (4 bytes, big-endian) and
 * that many bytes. Data frames are the stream of `btrfs send`; a message is JSON; a ping is empty and says that its
 * sender is alive. That a stream is whole is told by a message, never by the end of the connection.
 */
export const frameType = { message: 1, data: 2, ping: 3 } as const;

/** Gets what a parser finds. */
export interface FrameHandlers {
  onMessage(json: unknown): void;
  /** A part of the stream; where frames begin and end does not matter. */
  onData(chunk: Buffer): void;
}

/** Far above what a message needs: the longest lists the snapshots of one volume. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_DATA_BYTES = 16 * 1024 * 1024;
const HEADER_BYTES = 5;

/** The first bytes of a frame of `length` more bytes. */
export function frameHeader(type: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(length, 1);
  return header;
}

/** A message as a whole frame. Errors: `invalid` if it is too long to be read. */
export function messageFrame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  if (body.length > MAX_MESSAGE_BYTES) {
    throw new CoveyError(
      'invalid',
      `A message of ${body.length} bytes is too long, the limit is ${MAX_MESSAGE_BYTES}`,
    );
  }
  return Buffer.concat([frameHeader(frameType.message, body.length), body]);
}

/** A ping as a whole frame. */
export function pingFrame(): Buffer {
  return frameHeader(frameType.ping, 0);
}

/**
 * Takes bytes as they come and calls back for what they hold, without copying data.
 * Errors: `invalid` for bytes that are not frames; the parser is of no use after that.
 */
export function frameParser({ onMessage, onData }: FrameHandlers): (bytes: Buffer) => void {
  /** The beginning of a header or of a message, while the rest is on its way. */
  let begun: Buffer = Buffer.alloc(0);
  let type: number | undefined;
  let missing = 0;

  /** Adds to what has begun until it has `size` bytes; undefined while it has fewer. */
  function complete(bytes: Buffer, size: number): { whole: Buffer; rest: Buffer } | undefined {
    const taken = bytes.subarray(0, size - begun.length);
    begun = begun.length === 0 ? taken : Buffer.concat([begun, taken]);
    if (begun.length < size) return undefined;
    const whole = begun;
    begun = Buffer.alloc(0);
    return { whole, rest: bytes.subarray(taken.length) };
  }

  return (bytes) => {
    let left = bytes;
    for (;;) {
      if (type === undefined) {
        const header = complete(left, HEADER_BYTES);
        if (!header) return;
        type = header.whole.readUInt8(0);
        missing = header.whole.readUInt32BE(1);
        left = header.rest;
        checkHeader(type, missing);
      }
      if (type === frameType.data) {
        const chunk = left.subarray(0, missing);
        missing -= chunk.length;
        left = left.subarray(chunk.length);
        if (chunk.length > 0) onData(chunk);
        if (missing > 0) return;
      } else if (type === frameType.message) {
        const body = complete(left, missing);
        if (!body) return;
        left = body.rest;
        onMessage(parseJson(body.whole));
      }
      type = undefined;
    }
  };
}

function checkHeader(type: number, length: number): void {
  const limit: Record<number, number> = {
    [frameType.message]: MAX_MESSAGE_BYTES,
    [frameType.data]: MAX_DATA_BYTES,
    [frameType.ping]: 0,
  };
  const most = limit[type];
  if (most !== undefined && length <= most) return;
  throw new CoveyError('invalid', `A frame of type ${type} with ${length} bytes is not one of a transfer`, {
    hint: 'The other peer may run another version of covey.',
  });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new CoveyError('invalid', 'A message of a transfer is not JSON', { cause });
  }
}
