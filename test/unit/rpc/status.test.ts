import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CoveyError, type ErrorCode } from '../../../src/errors.ts';
import { fromServiceError, toStatus } from '../../../src/rpc/status.ts';

const table: [ErrorCode, status][] = [
  ['invalid', status.INVALID_ARGUMENT],
  ['not-found', status.NOT_FOUND],
  ['conflict', status.ALREADY_EXISTS],
  ['locked', status.ABORTED],
  ['refused', status.FAILED_PRECONDITION],
  ['denied', status.PERMISSION_DENIED],
  ['unavailable', status.UNAVAILABLE],
  ['timeout', status.DEADLINE_EXCEEDED],
  ['cancelled', status.CANCELLED],
  ['failed', status.INTERNAL],
  ['internal', status.INTERNAL],
];

/** As grpc-js hands a status to the client. */
function received(object: ReturnType<typeof toStatus>): Error {
  return Object.assign(new Error(`${object.code}: ${object.details}`), object);
}

describe('a CoveyError over the wire', () => {
  test.each(table)('%s is status %i and comes back', (code, expected) => {
    const sent = toStatus(new CoveyError(code, 'what and where', { hint: 'do — ça 100%' }));
    expect(sent.code).toBe(expected);
    expect(sent.metadata.get('covey-code')).toEqual([code]);
    expect(fromServiceError(received(sent), 'node2')).toMatchObject({
      code,
      message: 'what and where',
      hint: 'do — ça 100%',
    });
  });

  test('any text survives as a status and as a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, hint) => {
        const sent = toStatus(new CoveyError('failed', message, { hint }));
        // What grpc-js does with the details; it throws where they can't be encoded.
        expect(decodeURI(encodeURI(sent.details))).toBe(sent.details);
        const back = fromServiceError(received(sent), 'node2');
        expect(back.message).toBe(sent.details);
        if (message.isWellFormed() && hint.isWellFormed() && !/[@]|Bearer|Basic/i.test(message + hint)) {
          expect(back).toMatchObject({ message, hint });
        }
      }),
    );
  });

  test('what is not a CoveyError is internal, and shows no secret', () => {
    const sent = toStatus(new Error('git clone https://u:pw@host failed'));
    expect(sent).toMatchObject({
      code: status.INTERNAL,
      details: 'git clone https://[redacted]@host failed',
    });
  });

  test('fits into the trailers, however long', () => {
    const { details, metadata } = toStatus(
      new CoveyError('failed', 'ж'.repeat(100_000), { hint: 'ж'.repeat(100_000) }),
    );
    expect(encodeURI(details).length + String(metadata.get('covey-hint')).length).toBeLessThan(60_000);
  });
});

describe("the transport's own errors", () => {
  test.each([
    [status.UNAVAILABLE, 'unavailable'],
    [status.DEADLINE_EXCEEDED, 'timeout'],
    [status.CANCELLED, 'cancelled'],
    [status.UNAUTHENTICATED, 'denied'],
    [status.UNIMPLEMENTED, 'failed'],
    [status.UNKNOWN, 'internal'],
  ] as const)('status %i is %s and names the peer', (code, expected) => {
    const error = received({ code, details: 'why', metadata: new Metadata() });
    expect(fromServiceError(error, 'node2')).toMatchObject({ code: expected, message: 'node2: why' });
  });

  test('lose the words of the library', () => {
    const details =
      'No connection established. Last error: Error: connect ECONNREFUSED 10.0.0.1:7700. Resolution note: ';
    const error = received({ code: status.UNAVAILABLE, details, metadata: new Metadata() });
    expect(fromServiceError(error, 'node2').message).toBe(
      "node2: can't connect: connect ECONNREFUSED 10.0.0.1:7700.",
    );
  });
});
