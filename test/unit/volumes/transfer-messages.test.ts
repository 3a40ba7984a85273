import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { errorMessage, readError, readMessage } from '../../../src/volumes/transfer/messages.ts';

const identity = '80fb6e91-d843-f745-b281-293f2b788606';
const hello = {
  kind: 'hello',
  version: 1,
  app: 'shop',
  fence: 7,
  operation: 'op',
  volume: 'db',
  snapshot: 'db@2026-01-02T00:00:00.000000',
  identity,
  parents: [{ name: 'db@2026-01-01T00:00:00.000000', identity }],
};

describe('messages', () => {
  it.each([
    hello,
    { ...hello, fence: null },
    { kind: 'answer', have: false, parent: null },
    { kind: 'end', bytes: 2 ** 45 },
    { kind: 'verdict', landed: hello.snapshot, identity },
    { kind: 'settled' },
  ])('are read: $kind', (message) => {
    expect(readMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it.each([
    ['nothing', null],
    ['another kind', { kind: 'other' }],
    ['another version', { ...hello, version: 2 }],
    ['no UUID', { ...hello, identity: 'x' }],
    ['a negative fence', { ...hello, fence: -1 }],
    ['parts of bytes', { kind: 'end', bytes: 1.5 }],
    ['an unknown code', { kind: 'error', code: 'odd', message: '' }],
  ])('are refused: %s', (_, json) => {
    expect(() => readMessage(json)).toThrow('A message of a transfer is malformed: ');
  });

  it('carry errors with their code and hint, whose they are, and no secret', () => {
    const error = new CoveyError('refused', 'https://me:secret@host is full', { hint: 'Make room' });
    const arrived = readError(errorMessage(error), 'node2');
    expect(arrived).toMatchObject({
      code: 'refused',
      message: 'node2: https://[redacted]@host is full',
      hint: 'Make room',
    });
    expect(readMessage(errorMessage(new CoveyError('failed', 'x'.repeat(10_000))))).toMatchObject({
      message: 'x'.repeat(4_000),
    });
  });
});
