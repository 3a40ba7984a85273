import { expect, it } from 'vitest';
import { namesOf, requestsFor, withoutStreams } from '../../../src/plan/actions/streams.ts';
import { requestsIn } from '../../../src/proxy/caddy/requests.ts';

const hosts = ['Foo-web-1', '0123456789ab'];

/** As Caddy tells it. */
const told = (counts: Record<string, number>) => {
  const all = Object.entries(counts).map(([address, count]) => ({ address, num_requests: count }));
  return requestsIn({ status: 200, body: JSON.stringify(all) });
};

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
  expect(withoutStreams(connections, told(counts), hosts)).toBe(expected);
});

it.each<[string, Record<string, number>, number]>([
  ['by any of its names', { 'shop-web-1:80': 2, 'SHOP:8080': 1, '172.18.0.3:80': 1 }, 4],
  ['but for streams', { 'shop-web-1.:80': 3, 'shop-web-1:80': 0 }, 0],
  ['with streams, as a Caddy before 2.11.2 tells', { 'shop-web-1{http.vars.covey_stream}:80': 2 }, 2],
  [
    'once, as a newer one tells of them twice',
    { 'shop-web-1{http.vars.covey_stream}:80': 5, 'shop-web-1:80': 3, 'shop-web-1.:80': 2 },
    3,
  ],
  ['but none of others', { 'shop-web-10:80': 1, 'unix//run/x.sock': 1 }, 0],
])('requests for an app are counted %s', (_, counts, expected) => {
  const container = {
    ...{ id: '0123456789abcdef', name: 'shop-web-1', service: 'web' },
    networks: { cluster_default: '172.18.0.3', other: '172.19.0.3' },
    aliases: { cluster_default: ['shop'], other: ['hidden'] },
  };
  const names = namesOf(container, 'cluster_default');
  expect(names).toEqual(['shop-web-1', '0123456789ab', 'web', 'shop', '172.18.0.3']);
  expect(requestsFor(names, told(counts))).toBe(expected);
});
