import { expect, it } from 'vitest';
import { withoutStreams } from '../../../src/plan/actions/streams.ts';

const hosts = ['Foo-web-1', '0123456789ab'];

it.each<[string, number, Record<string, number>, number]>([
  ['streams alone', 3, { 'foo-web-1.:80': 2, '0123456789ab.:81': 1 }, 0],
  ['requests alone', 2, { 'foo-web-1:80': 2 }, 2],
  ['both', 5, { 'Foo-web-1.:80': 3, 'Foo-web-1:80': 2 }, 2],
  ['streams of others', 1, { 'bar-web-1.:80': 1, 'foo-web-1.example.com.:80': 1 }, 1],
  ['what a variable stands for', 1, { 'foo-web-1{http.vars.covey_stream}:80': 1 }, 1],
  ['a Caddy that tells of none', 2, {}, 2],
  ['a connection by a name that is not known here', 2, { 'foo-web-1.:80': 1, 'web:80': 1 }, 1],
  ['streams that share a connection', 2, { 'foo-web-1.:80': 3, 'foo-web-1:80': 1 }, 1],
  ['streams that end between the two counts', 2, { 'foo-web-1.:80': 1 }, 1],
])('%s', (_, connections, counts, expected) => {
  const requests = Object.entries(counts).map(([address, count]) => ({ address, count }));
  expect(withoutStreams(connections, requests, hosts)).toBe(expected);
});
