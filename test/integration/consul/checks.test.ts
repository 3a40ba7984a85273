import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRegistration } from '../../../src/consul/registration.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { register } from '../../../src/plan/actions/routes.ts';
import type { Action } from '../../../src/plan/steps.ts';
import { startConsul, type TestConsul, until } from '../../support/consul.ts';

type Register = Extract<Action, { kind: 'register' }>;
const APP = 'foo_master.12345';
const nothing = { urls: null, definition: '' };

let consul: TestConsul;
let site: Server;
let url: string;
let step: ReturnType<typeof register>;
beforeAll(async () => {
  consul = await startConsul();
  site = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(site, 'listening');
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  step = register({
    registration: createRegistration(consul.client),
    internalCertificates: true,
  } as ActionDeps);
}, 120_000);
afterAll(async () => {
  site?.close();
  await consul?.stop();
});
beforeEach(async () => {
  for (const { id } of await createRegistration(consul.client).registered())
    await createRegistration(consul.client).deregister(id);
});

interface Check {
  CheckID: string;
  Name: string;
  ServiceID: string;
  Status: string;
}
const checks = async (): Promise<Check[]> => {
  const { body } = await consul.client.call((o) => consul.client.raw.agent.check.list(o as never));
  return Object.values(body as Record<string, Check>).toSorted((a, b) => (a.CheckID < b.CheckID ? -1 : 1));
};
const services = async () =>
  (await createRegistration(consul.client).registered()).map(({ id, name }) => `${id} ${name}`).toSorted();

type Wanted = Pick<Register, 'urls' | 'definition'>;
const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: APP, fence: 1, operation: 'o' },
};
const action = (wanted: Wanted, before: Wanted, name = APP): Register => ({
  kind: 'register',
  name,
  ...wanted,
  before: before.urls,
  definitionBefore: before.definition,
});
const run = (wanted: Wanted, before: Wanted = nothing, name = APP) =>
  step.run(action(wanted, before, name), options);
const undo = (wanted: Wanted, before: Wanted) => step.undo?.(action(wanted, before), undefined, options);

const sites = { urls: ['http://a.invalid', 'https://b.invalid/ping'], definition: '' };
const own = (more: object = {}) => ({
  urls: ['http://a.invalid'],
  definition: JSON.stringify({
    service: { name: 'shop', tags: ['x'], checks: [{ id: 'up', http: url, interval: '1s' }], ...more },
  }),
});

it('checks each URL, under the name of the app', async () => {
  await run(sites);
  expect(await services()).toEqual([`${APP} ${APP}`]);
  expect(await checks()).toMatchObject([
    { CheckID: `${APP}:1`, Name: 'HTTP http://a.invalid', ServiceID: APP },
    { CheckID: `${APP}:2`, Name: 'HTTP https://b.invalid/ping', ServiceID: APP },
  ]);
});

it('registers a service.json in the place of all of that, and Consul makes its checks', async () => {
  await run(sites);
  await run(own(), sites);
  expect(await services()).toEqual([`${APP} shop`]);
  await until(async () => (await checks()).every(({ Status }) => Status === 'passing'));
  expect(await checks()).toMatchObject([{ CheckID: `${APP}:up`, ServiceID: APP }]);
  await run(sites, own());
  expect((await checks()).map(({ Name }) => Name)).toEqual([
    'HTTP http://a.invalid',
    'HTTP https://b.invalid/ping',
  ]);
  expect(await services()).toEqual([`${APP} ${APP}`]);
});

it('undoes a change by registering what was before', async () => {
  await run(own());
  await run(sites, own());
  await undo(sites, own());
  await undo(sites, own());
  expect(await services()).toEqual([`${APP} shop`]);
  expect((await checks()).map(({ CheckID }) => CheckID)).toEqual([`${APP}:up`]);
});

it.each(['run', 'undo'] as const)('takes all of it away by a %s that wants nothing', async (way) => {
  await run(own());
  if (way === 'run') await run(nothing, own());
  else await undo(own(), nothing);
  expect([await services(), await checks()]).toEqual([[], []]);
});

it('keeps the same service.json of two apps apart', async () => {
  await run(own());
  await run(own(), nothing, 'foo_prod.12345');
  expect(await services()).toEqual([`${APP} shop`, 'foo_prod.12345 shop']);
  expect((await checks()).map(({ CheckID }) => CheckID)).toEqual([`${APP}:up`, 'foo_prod.12345:up']);
  await run(nothing, own(), 'foo_prod.12345');
  expect((await checks()).map(({ CheckID }) => CheckID)).toEqual([`${APP}:up`]);
});

it('takes over from the original, which registered a service.json under its own ID', async () => {
  const original = JSON.parse(own({ id: 'shop-1' }).definition).service;
  await consul.client.putJson('/agent/service/register', { id: 'shop-1', name: original.name }, {});
  await consul.client.putJson('/agent/service/register', { id: 'stranger', name: 'shop' }, {});
  await run(own({ id: 'shop-1' }));
  expect(await services()).toEqual([`${APP} shop`, 'stranger shop']);
});

it('says what Consul has against a definition, and the undo puts back what was', async () => {
  await run(sites);
  const wrong = own({ checks: [{ http: url, interval: '1s', args: ['true'], alias_service: 'x' }] });
  await expect(run(wrong, sites)).rejects.toMatchObject({ code: 'invalid' });
  await undo(wrong, sites);
  expect(await services()).toEqual([`${APP} ${APP}`]);
});
