import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createConsulClient } from '../../../src/consul/client.ts';
import { createRegistration } from '../../../src/consul/registration.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { register } from '../../../src/plan/actions/routes.ts';

/** What Consul's agent is told: it tells nobody the interval of a check. */
async function told(internalCertificates: boolean): Promise<unknown[]> {
  const asked: unknown[] = [];
  const agent = createServer(async (request, response) => {
    asked.push([request.method, request.url, JSON.parse(await text(request))]);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(agent, 'listening');
  const client = createConsulClient({ host: '127.0.0.1', port: (agent.address() as AddressInfo).port });
  const step = register({ registration: createRegistration(client), internalCertificates } as ActionDeps);
  const action = {
    kind: 'register' as const,
    name: 'foo_master.12345',
    urls: ['http://a.example.com', 'https://a.example.com/ping'],
    definition: '',
    before: null,
    definitionBefore: '',
  };
  const mandate = { app: action.name, fence: 1, operation: 'o' };
  try {
    await step.run(action, { signal: AbortSignal.timeout(5_000), report: () => undefined, mandate });
  } finally {
    agent.close();
  }
  return asked;
}

const check = (index: number, url: string, more: object = {}) => ({
  checkid: `foo_master.12345:${index}`,
  name: `HTTP ${url}`,
  http: url,
  interval: '60s',
  timeout: '10s',
  ...more,
});

it.each<[string, boolean, object]>([
  ['by certificates that everybody knows', false, {}],
  ['by those of an authority of its own, which are not verified', true, { tlsskipverify: true }],
])('the app is a service of its name, each address checked every 60 s, %s', async (_, internal, more) => {
  expect(await told(internal)).toEqual([
    [
      'PUT',
      '/v1/agent/service/register?replace-existing-checks=true',
      {
        id: 'foo_master.12345',
        name: 'foo_master.12345',
        checks: [check(1, 'http://a.example.com', more), check(2, 'https://a.example.com/ping', more)],
        meta: { covey_app: 'foo_master.12345' },
      },
    ],
  ]);
});
