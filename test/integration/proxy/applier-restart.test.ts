import { expect, it } from 'vitest';
import { host } from '../../support/records.ts';
import { applier, apply, broken, node, put, restartPeer, said, useApplier, view } from './applier-node.ts';

useApplier();

it('shows what the records ask for and what is live, also after a restart of the peer', async () => {
  put('good', 'good 1');
  put('bad', 'bad 1');
  await apply();
  const same = await applier.show(view());
  expect(same.live).toEqual(same.wanted);
  expect(same.live.Caddyfile).toContain('respond "bad 1"');
  expect(same.live['domains.map']).toBe('bad.example.com node-n1\ngood.example.com node-n1\n');

  put('good', 'good 2');
  put('bad', '', { caddyfile: 'http://bad.example.com {\n\tbind x\n}' });
  const { wanted, live, refused } = await applier.show(view());
  expect(refused).toEqual([
    { app: 'bad', part: 'caddy', error: expect.stringContaining('line 2, column 2') },
  ]);
  expect(live).toEqual(same.live);
  expect(wanted.Caddyfile).toBe(live.Caddyfile.replaceAll('good 1', 'good 2'));
  const worse = { caddyfile: 'http://bad.example.com {\n\tno_such_directive\n}' };
  put('bad', '', worse);
  expect(await apply()).toMatchObject([{ who: 'bad caddy' }]);
  for (const restarted of [false, true]) {
    if (restarted) restartPeer();
    const shown = await applier.show(view(), 'bad');
    expect(shown.live.Caddyfile).toContain('respond "bad 1"');
    expect(shown.wanted.Caddyfile).toContain('no_such_directive');
    const whole = await applier.show(view());
    expect(whole.live.Caddyfile).toContain('good 2');
    expect(whole.live['haproxy.cfg']).toBe(whole.wanted['haproxy.cfg']);
  }
});

it('applies everything anew where it forgot: a proxy was started', async () => {
  put('foo', 'first');
  await apply();
  await node.kill('caddy');
  await node.start('caddy');
  applier.forget();
  put('foo', 'second');
  await apply();
  expect(await said('foo')).toBe('second');
});

it('keeps the last good part of a broken app live over a restart of the peer', async () => {
  put('good', 'good 1');
  put('bad', 'bad 1');
  await apply();
  put('bad', '', broken('bad'));
  await apply();
  restartPeer();
  expect(await apply()).toEqual([{ who: 'bad caddy', error: expect.stringContaining('no_such_directive') }]);
  expect([await said('good'), await said('bad')]).toEqual(['good 1', 'bad 1']);
});

it('leaves port and host to the app that has them, also after a restart of the peer', async () => {
  const port = (name: string) => ({
    [`git-${name}`]: {
      frontend: { mode: 'tcp', bind: ['*:2222'] },
      backends: [{ port: 22, peer_port: 2222, ct: `${name}-git-1` }],
    },
  });
  put('mine', 'mine 1', { haproxy: port('mine') });
  await apply();
  const config = (await applier.show(view())).live['haproxy.cfg'];
  put('greedy', 'greedy 1', {
    haproxy: port('greedy'),
    master: 'n2',
    ip: '192.0.2.8',
    domains: [host('mine'), host('greedy')],
  });
  for (const restarted of [false, true]) {
    if (restarted) restartPeer();
    expect(await apply()).toEqual([
      { who: 'greedy haproxy', error: 'HAPROXY: the port 2222 is claimed by greedy and mine' },
    ]);
    expect((await applier.show(view())).live['haproxy.cfg']).toBe(config);
  }
  put('greedy', 'greedy 1', { master: 'n2', ip: '192.0.2.8', domains: [host('mine'), host('greedy')] });
  for (const restarted of [false, true]) {
    if (restarted) restartPeer();
    expect(await apply()).toEqual([]);
    expect(await said('mine')).toBe('mine 1');
    expect((await applier.show(view())).live['domains.map']).toBe(
      'greedy.example.com node-n2\nmine.example.com node-n1\n',
    );
  }
});

it('leaves out an app whose port cannot be had, which shows only when it is live', async () => {
  put('good', 'good 1');
  const frontend = { mode: 'tcp', bind: ['192.0.2.99:2222'] };
  const haproxy = { git: { frontend, backends: [{ port: 22, peer_port: 2222, ct: 'greedy-git-1' }] } };
  put('greedy', 'greedy 1', { haproxy });
  expect(await apply()).toEqual([{ who: 'greedy haproxy', error: expect.stringMatching(/192\.0\.2\.99/) }]);
  expect(await said('good')).toBe('good 1');
});
