import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  frameHeader,
  frameParser,
  frameType,
  MAX_MESSAGE_BYTES,
  messageFrame,
  pingFrame,
} from '../../../src/volumes/transfer/frames.ts';

type Item = { message: object } | { data: Buffer } | 'ping';

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({
    message: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer()), { noNullPrototype: true }),
  }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ data: Buffer.from(bytes) })),
  fc.constant('ping' as const),
);

function encode(items: Item[]): Buffer {
  return Buffer.concat(
    items.flatMap((one) => {
      if (one === 'ping') return [pingFrame()];
      if ('message' in one) return [messageFrame(one.message)];
      return [frameHeader(frameType.data, one.data.length), one.data];
    }),
  );
}

/** What a parser finds: messages in their place among the bytes of data. */
function decode(pieces: Iterable<Buffer>): unknown[] {
  const found: unknown[] = [];
  let data = '';
  const parse = frameParser({
    onMessage: (json) => {
      found.push(data, json);
      data = '';
    },
    onData: (chunk) => {
      data += chunk.toString('hex');
    },
  });
  for (const piece of pieces) parse(piece);
  return [...found, data];
}

describe('frames', () => {
  it('are found again however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(item),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (items, sizes) => {
          const bytes = encode(items);
          const pieces: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            pieces.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(decode(pieces)).toEqual(decode([bytes]));
          expect(decode([bytes]).filter((one) => typeof one === 'object')).toEqual(
            items.flatMap((one) => (one !== 'ping' && 'message' in one ? [one.message] : [])),
          );
        },
      ),
    );
  });

  it('carry data without copying it', () => {
    const data = randomBytes(1_000);
    const bytes = encode([{ data }]);
    let chunk: Buffer | undefined;
    frameParser({ onMessage: () => undefined, onData: (found) => (chunk = found) })(bytes);
    expect(chunk?.buffer).toBe(bytes.buffer);
    expect(chunk?.equals(data)).toBe(true);
  });

  it.each([
    ['another type', Buffer.from([9, 0, 0, 0, 0]), 'A frame of type 9 with 0 bytes is not one of a transfer'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'type 71'],
    ['a ping with content', frameHeader(frameType.ping, 1), 'with 1 bytes'],
    ['a message that is too long', frameHeader(frameType.message, MAX_MESSAGE_BYTES + 1), 'bytes is not one'],
    ['endless data', frameHeader(frameType.data, 0xffffffff), 'with 4294967295 bytes'],
    [
      'a message that is no JSON',
      Buffer.concat([frameHeader(frameType.message, 1), Buffer.from('{')]),
      'A message of a transfer is not JSON',
    ],
  ])('refuse %s', (_, bytes, why) => {
    expect(() => decode([bytes])).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining(why) }),
    );
  });

  it('are not made where they would be refused', () => {
    expect(() => messageFrame({ text: 'x'.repeat(MAX_MESSAGE_BYTES) })).toThrow(
      /^A message of \d+ bytes is too long, the limit is \d+$/,
    );
  });
});
