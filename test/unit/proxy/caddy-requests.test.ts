import { expect, it } from 'vitest';
import { requestsIn } from '../../../src/proxy/caddy/requests.ts';

it('tells how many requests and streams each host has', () => {
  const body = JSON.stringify([
    { address: 'foo-web-1.:80', num_requests: 2, fails: 0 },
    { address: 'Foo-web-1{http.vars.covey_stream}:80', num_requests: 3, fails: 0 },
    { address: 'bar:80', num_requests: 0, fails: 1 },
  ]);
  expect(requestsIn({ status: 200, body })).toEqual([
    { host: 'foo-web-1', kind: 'streams', count: 2 },
    { host: 'foo-web-1', kind: 'both', count: 3 },
    { host: 'bar', kind: 'requests', count: 0 },
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
