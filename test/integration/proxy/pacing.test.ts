import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPace } from '../../../src/proxy/pace.ts';
import { host } from '../../support/records.ts';
import { openAll, processes } from './pacing-connections.ts';
import { domainsMap, none, PORT, setUp, signal } from './pacing-node.ts';

describe('a structural change', () => {
  it('leaves old connections with the old process, of all kinds', async () => {
    const { node, http, put, port, follow } = await setUp({ pace: { haproxy: none(), caddy: none() } });
    put('mine');
    put('other', { haproxy: port(PORT) });
    await follow();
    const { echo, finish } = await openAll(node);
    const before = { pid: await node.info('Pid'), ...(await processes(node)) };
    put('third', { haproxy: port(2300) });
    await follow();
    expect(await node.info('Pid')).not.toBe(before.pid);
    expect(await processes(node)).toEqual({ reloads: before.reloads + 1, old: before.old + 1 });
    await echo();
    await finish(http.finish);
  });

  it('has old processes end, whoever is still connected', async () => {
    const { node, put, port, follow } = await setUp({
      pace: { haproxy: none(), caddy: none() },
      hardStopAfter: '1s',
    });
    put('mine');
    put('other', { haproxy: port(PORT) });
    await follow();
    const { echoing } = await openAll(node);
    put('third', { haproxy: port(2300) });
    await follow();
    await Promise.all(Object.values(echoing).map(({ closed }) => closed));
    await expect.poll(async () => (await processes(node)).old, { timeout: 20_000 }).toBe(0);
    expect((await node.visit(host('mine'))).body).toBe('at once');
  });
});

it('a burst of structural changes costs one reload at once and then one a second', async () => {
  const { node, put, port, routes, sources, records, served } = await setUp({
    pace: { haproxy: createPace(), caddy: createPace() },
  });
  const before = await processes(node);
  const begun = performance.now();
  for (let i = 1; i <= 30; i++) {
    put(`app${i}`, { haproxy: port(2400 + i) });
    routes.update(sources());
    await pause(25); // a burst: closer than reloads may be, and not all in one view
  }
  expect(await served.await('app30', records.get('app30')?.modifyIndex ?? 0, signal)).toBe('');
  const { reloads } = await processes(node);
  const elapsed = Math.floor((performance.now() - begun) / 1_000);
  // the first view was not kept back for those that came behind it
  expect(reloads - before.reloads).toBeGreaterThanOrEqual(2);
  expect(reloads - before.reloads).toBeLessThanOrEqual(1 + elapsed);
  expect(await node.runtime('show backend', signal)).toContain('backend-raw-2430');
  expect((await node.visit(host('app30'))).body).toBe('at once');
});

it('what needs no reload does not wait for one', async () => {
  let gate = Promise.resolve();
  const { node, put, port, follow, members, routes, sources } = await setUp({
    pace: { haproxy: { turn: () => gate, rest: () => undefined }, caddy: none() },
  });
  put('mine');
  put('other');
  put('third', { haproxy: port(PORT) });
  await follow();
  const pid = await node.info('Pid');
  const turn = Promise.withResolvers<void>();
  gate = turn.promise;
  members.push({ name: 'n3', address: '192.0.2.9' });
  put('mine', { master: 'n2', ip: '192.0.2.8' });
  put('other', { master: 'n3', ip: '192.0.2.9' });
  put('fourth', { caddyfile: `http://${host('fourth')} {\n\trespond "new here"\n}` });
  routes.update(sources());
  const map = () => node.runtime(`show map ${domainsMap}`, signal);
  await expect.poll(map, { timeout: 20_000 }).toContain(`${host('mine')} node-n2`);
  // HAProxy turns from what leaves the node first; what is new there comes with Caddy's load.
  const fourth = () => node.visit(host('fourth')).then(({ body }) => body);
  await expect.poll(fourth, { timeout: 20_000 }).toBe('new here');
  // where it is to lead is not there yet
  expect(await map()).toContain(`${host('other')} node-n1`);
  expect(await node.info('Pid')).toBe(pid);
  turn.resolve();
  await follow();
  expect(await map()).toContain(`${host('other')} node-n3`);
  expect(await node.info('Pid')).not.toBe(pid);
});
