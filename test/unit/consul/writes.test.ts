import { expect, it } from 'vitest';
import type { ConsulClient } from '../../../src/consul/client.ts';
import { createEvents } from '../../../src/consul/events.ts';
import { createKv } from '../../../src/consul/kv.ts';

/** A Consul whose transactions all have this answer. */
const answering = (body: unknown) =>
  ({
    address: '127.0.0.1:8500',
    raw: {},
    call: async () => ({ body, headers: {} }),
  }) as unknown as ConsulClient;

it.each([
  [
    { Errors: [{ OpIndex: 0, What: 'disk full' }] },
    'failed',
    'Consul at 127.0.0.1:8500 did not write app/shop: disk full',
  ],
  [{ Results: [] }, 'failed', 'Consul at 127.0.0.1:8500 did not write app/shop: it gave no index'],
  [
    { Errors: [{ OpIndex: 0, What: 'Permission denied' }] },
    'denied',
    'Consul at 127.0.0.1:8500 denies writing app/shop: Permission denied',
  ],
])('a write that Consul answers with %j is told', async (body, code, message) => {
  await expect(createKv(answering(body)).put('app/shop', '{}')).rejects.toMatchObject({
    code,
    message,
  });
});

it.each(['', '_private'])('the event "%s" is not fired', async (name) => {
  await expect(createEvents(answering({})).fire(name, '')).rejects.toMatchObject({
    code: 'invalid',
    message: `not a name of a Consul event: "${name}"`,
  });
});
