import { expect, it } from 'vitest';
import { viewOf } from '../../../src/proxy/view.ts';
import { host } from '../../support/records.ts';
import {
  applier,
  apply,
  broken,
  maintenance,
  node,
  put,
  record,
  records,
  said,
  signal,
  useApplier,
  view,
} from './applier-node.ts';

useApplier();

it('keeps the last good part of a broken app live, and all else goes on', async () => {
  put('good', 'good 1');
  put('bad', 'bad 1');
  expect(await apply()).toEqual([]);
  expect([await said('good'), await said('bad')]).toEqual(['good 1', 'bad 1']);

  put('good', 'good 2');
  put('bad', '', broken('bad'));
  put('newer', 'newer 1');
  expect(await apply()).toEqual([{ who: 'bad caddy', error: expect.stringContaining('no_such_directive') }]);
  expect([await said('good'), await said('bad'), await said('newer')]).toEqual([
    'good 2',
    'bad 1',
    'newer 1',
  ]);

  put('bad', 'bad 2');
  expect(await apply()).toEqual([]);
  expect(await said('bad')).toBe('bad 2');

  records.delete('bad');
  expect(await apply()).toEqual([]);
  expect((await node.visit(host('bad'))).status).toBe(503);
  expect(await said('good')).toBe('good 2');
});

it('leaves out a new app that is broken, in either proxy', async () => {
  put('good', 'good 1');
  put('bad', '', broken('bad'));
  const frontend = { mode: 'tcp', bind: ['*:2222'], options: ['no-such-option'] };
  const haproxy = { git: { frontend, backends: [{ port: 22, peer_port: 2223, ct: 'worse-git-1' }] } };
  put('worse', 'worse 1', { haproxy });
  // Caddy reads it, but cannot start it
  const site = `https://${host('keyless')} {\n\ttls /nowhere.pem /nowhere.key\n\trespond "x"\n}`;
  put('keyless', '', { caddyfile: site });
  const quarantined = await apply();
  expect(quarantined).toEqual([
    { who: 'bad caddy', error: expect.stringContaining('no_such_directive') },
    { who: 'keyless caddy', error: expect.stringContaining('open /nowhere.pem: no such file') },
    { who: 'worse haproxy', error: expect.stringContaining('no-such-option') },
  ]);
  expect(await said('good')).toBe('good 1');
});

it('shows and takes away the maintenance page, for each path and method', async () => {
  put('foo', 'at work');
  put('bar', 'too');
  await apply();
  const worker = await node.info('Pid');
  maintenance.add('foo');
  expect(await apply()).toEqual([]);
  for (const [path, method] of [
    ['/', 'GET'],
    ['/any/path.css', 'GET'],
    ['/form', 'POST'],
  ] as const) {
    const { status, headers, body } = await node.visit(host('foo'), path, method);
    expect([status, headers['retry-after']]).toEqual([503, '60']);
    expect(body).toMatch(/<html/i);
  }
  expect(await said('bar')).toBe('too');
  const open = await node.open(host('foo'));
  expect(await open.get()).toMatch(/<html/i);
  open.close();

  maintenance.delete('foo');
  await apply();
  expect(await said('foo')).toBe('at work');
  // neither has touched HAProxy
  expect(await node.info('Pid')).toBe(worker);
});

it('takes the HAPROXY parts of an app away in maintenance, of built-in frontends too, and gives them back', async () => {
  // HAProxy itself is who answers behind them, as the site of the app
  const own = { ct: '127.0.0.1', port: 80, peer_port: 80 };
  const options = [`http-request set-header host ${host('foo')}`];
  const haproxy = {
    'http-in': {
      backends: [{ ...own, name: 'by-host', use_backend_option: 'if { hdr(host) extra }', options }],
    },
    'https-in': { backends: [{ ...own, name: 'by-sni', use_backend_option: 'if { req.ssl_sni extra }' }] },
    raw: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ ...own, name: 'raw' }] },
  };
  put('foo', 'at work', { haproxy });
  put('bar', 'too');
  const parts = async () => {
    const backends = await node.runtime('show backend', signal);
    const found = ['http-by-host', 'https-by-sni', 'backend-raw'].filter((name) => backends.includes(name));
    const listening = await fetch(`http://127.0.0.1:${await node.port(2222)}/`, {
      headers: { host: host('foo') },
    })
      .then(() => true)
      .catch(() => false);
    return { found, listening, rule: (await node.visit('extra')).body };
  };
  const all = { found: ['http-by-host', 'https-by-sni', 'backend-raw'], listening: true, rule: 'at work' };
  expect(await apply()).toEqual([]);
  // the old worker may close its ports a moment later
  await expect.poll(parts, { timeout: 10_000 }).toEqual(all);

  maintenance.add('foo');
  expect(await apply()).toEqual([]);
  await expect
    .poll(parts, { timeout: 10_000 })
    .toEqual({ found: [], listening: false, rule: expect.stringContaining('503') });
  const { status, headers, body } = await node.visit(host('foo'), '/any/path');
  expect([status, headers['retry-after'], /<html/i.test(body)]).toEqual([503, '60', true]);
  expect(await said('bar')).toBe('too');

  maintenance.delete('foo');
  expect(await apply()).toEqual([]);
  await expect.poll(parts, { timeout: 10_000 }).toEqual(all);
});

it('follows a record that was edited by hand, and tells once of one that cannot be read', async () => {
  put('foo', 'first');
  put('bar', 'other');
  await apply();
  put('foo', 'edited');
  expect(await apply()).toEqual([]);
  expect(await said('foo')).toBe('edited');

  records.set('foo', '{"repo_url": "https://git.example.com/foo", ');
  expect(await apply()).toEqual([{ who: 'foo record', error: expect.stringContaining('app/foo') }]);
  put('bar', 'other again');
  expect(await apply()).toEqual([{ who: 'foo record', error: expect.stringContaining('app/foo') }]);
  expect([await said('foo'), await said('bar')]).toEqual(['edited', 'other again']);

  put('foo', 'mended');
  expect(await apply()).toEqual([]);
  expect(await said('foo')).toBe('mended');
});

it('sends an app of another node there, and takes it back', async () => {
  put('foo', 'here');
  await apply();
  put('foo', 'there', { master: 'n2', ip: '192.0.2.8' });
  expect(await apply()).toEqual([]);
  expect(await node.runtime('show map /var/lib/covey/haproxy/domains.map', signal)).toContain('node-n2');
  put('foo', 'here again');
  await apply();
  expect(await said('foo')).toBe('here again');
});

it('leads to apps of other nodes while Caddy is away, and says so until it is back', async () => {
  put('foo', 'here');
  await apply();
  await node.kill('caddy');
  put('foo', 'there', { master: 'n2', ip: '192.0.2.8' });
  put('bar', 'here');
  await expect(apply()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/Caddy/),
  });
  const map = await node.runtime('show map /var/lib/covey/haproxy/domains.map', signal);
  expect(map).toMatch(/foo\.example\.com node-n2/);
  await node.start('caddy');
  expect(await apply()).toEqual([]);
  expect(await said('bar')).toBe('here');
});

it('judges a part without touching what is live', async () => {
  put('foo', 'live');
  await apply();
  const worker = await node.info('Pid');
  const wanted = (name: string, more: object) => {
    const [app] = viewOf({
      apps: [{ key: `app/${name}`, value: JSON.stringify(record(name, 'new', more)), modifyIndex: 1 }],
      maintenance: [],
      members: [],
    }).apps;
    if (!app || !('record' in app)) throw new Error(`the test's own record of ${name} is wrong`);
    return app.record;
  };
  await applier.check('foo', wanted('foo', {}), view(), signal);
  await applier.check('bar', wanted('bar', { master: 'n2' }), view(), signal);
  await expect(applier.check('foo', wanted('foo', broken('foo')), view(), signal)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('no_such_directive'),
  });
  const frontend = { mode: 'tcp', bind: ['*:2222'], options: ['no-such-option'] };
  const haproxy = { git: { frontend, backends: [{ port: 22, peer_port: 2223, ct: 'foo-git-1' }] } };
  await expect(applier.check('foo', wanted('foo', { haproxy }), view(), signal)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('no-such-option'),
  });
  expect(await said('foo')).toBe('live');
  expect(await node.info('Pid')).toBe(worker);
});
