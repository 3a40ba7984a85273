import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nextIndex } from '../../../src/consul/blocking.ts';
import { translate } from '../../../src/consul/client.ts';
import { describeHolder } from '../../../src/consul/lock-holder.ts';
import { CoveyError } from '../../../src/errors.ts';

/** What the client library throws for an answer. */
const answered = (statusCode: number, body: unknown) =>
  Object.assign(new Error('consul: kv.get: internal server error'), {
    isResponse: true,
    response: { statusCode, body },
  });

describe("the library's errors", () => {
  it.each([
    [
      'no agent',
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      'unavailable',
      'is not reachable (ECONNREFUSED)',
    ],
    [
      'a cut connection',
      Object.assign(new Error('hang up'), { code: 'ECONNRESET' }),
      'unavailable',
      'is not reachable',
    ],
    [
      'no answer',
      Object.assign(new Error('late'), { isTimeout: true }),
      'unavailable',
      'did not answer in 10 s',
    ],
    ['no leader', answered(500, 'No cluster leader'), 'unavailable', 'has no leader (no quorum)'],
    ['no server', answered(500, 'No known Consul servers'), 'unavailable', 'has no leader (no quorum)'],
    [
      'a leader that went',
      answered(500, Buffer.from('leadership lost while committing log')),
      'unavailable',
      'no quorum',
    ],
    [
      'no right',
      answered(403, 'Permission denied'),
      'denied',
      'Consul at 127.0.0.1:8500 denies it: Permission denied',
    ],
    ['a wrong token', answered(500, 'ACL not found'), 'denied', 'ACL not found'],
    ['a bad request', answered(400, 'Bad check'), 'invalid', 'rejects the request: Bad check'],
    ['too much at once', answered(429, 'slow down'), 'unavailable', 'status 429'],
    ['a missing thing', answered(404, 'Session id not found'), 'not-found', 'Session id not found'],
    ['a fault', answered(500, 'rpc error'), 'unavailable', 'failed with status 500: rpc error'],
    ['anything else', new Error('what'), 'internal', 'what'],
  ])('become ours: %s', (_, thrown, code, message) => {
    const error = translate(thrown, '127.0.0.1:8500', 10_000);
    expect(error).toBeInstanceOf(CoveyError);
    expect(error).toMatchObject({ code, cause: { message: thrown.message } });
    expect(error.message).toContain('Consul at 127.0.0.1:8500');
    expect(error.message).toContain(message);
  });
});

describe('an error', () => {
  it('does not hold the request, and so not the token', () => {
    const response = { statusCode: 500, body: 'rpc error', req: { _header: 'x-consul-token: secret' } };
    const error = translate(Object.assign(new Error('500'), { isResponse: true, response }), 'a:1', 1);
    expect(inspect(error, { depth: 20 })).not.toContain('secret');
  });
});

describe('the index to ask with next', () => {
  it.each([
    ['the first', undefined, '7', true, '7'],
    ['a newer one', '7', '8', true, '8'],
    ['the same', '7', '7', true, '7'],
    ['one that went backwards', '8', '7', true, undefined],
    ['one shorter but lower', '10', '9', true, undefined],
    ['none', '7', '', true, undefined],
    ['zero', '7', '0', true, undefined],
    ['an unordered lower one', '18446744073709551615', '3', false, '3'],
    ['more than a double can hold', undefined, '18446744073709551615', false, '18446744073709551615'],
  ])('is right after %s', (_, previous, next, ordered, expected) => {
    expect(nextIndex(previous, next, ordered)).toBe(expected);
  });
});

describe('a holder', () => {
  const since = '2026-01-02T03:04:05Z';
  it.each([
    [
      { node: 'node2', operation: 'deploy', requestId: 'r', since },
      `being deployed by node2 since ${since}, request r`,
    ],
    [
      { node: 'node2', operation: 'purge', requestId: 'r', since },
      `locked for purge by node2 since ${since}, request r`,
    ],
    [
      { node: 'node2', operation: 'deploy', requestId: 'r', since, by: 'alice' },
      `being deployed by node2 for alice since ${since}, request r`,
    ],
    [undefined, 'locked by an unknown holder (see its key under lock/ in Consul)'],
  ])('is told', (holder, text) => {
    expect(describeHolder(holder)).toBe(text);
  });
});
