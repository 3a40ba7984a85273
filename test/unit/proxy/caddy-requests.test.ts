import { expect, it } from 'vitest';
import { requestsIn } from '../../../src/proxy/caddy-requests.ts';

it('tells how many requests each address has', () => {
  const body = JSON.stringify([
    { address: 'foo-web-1.:80', num_requests: 2, fails: 0 },
    { address: 'bar:80', num_requests: 0, fails: 1 },
  ]);
  expect(requestsIn({ status: 200, body })).toEqual([
    { address: 'foo-web-1.:80', count: 2 },
    { address: 'bar:80', count: 0 },
  ]);
});

it.each(['', '{"error":"unknown"}', '[{"address":"a:1"}]'])(
  'what is something else tells nothing: %s',
  (body) => {
    expect(() => requestsIn({ status: 200, body })).toThrow(
      'Caddy does not tell which requests are under way.',
    );
  },
);
