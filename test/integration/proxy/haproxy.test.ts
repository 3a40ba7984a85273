import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { type HaproxyApp, renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
const member = (name: string) => ({ name, address: '192.0.2.7' });

let node: Node;
beforeAll(async () => {
  node = await startNode();
  const site = (host: string) =>
    `http://${host}, https://${host} {\n\trespond "${host} for {remote_host}"\n}`;
  const caddyfile = ['a.example.com', 'b.example.com'].map(site).join('\n');
  const app = { name: 'foo', master: 'n1', caddyfile, maintenance: false };
  await node.caddy.load(renderCaddy({ node: 'n1', apps: [app], settings: { internalCa: true } }), signal);
});
afterAll(() => node.dispose());

const config = (members = ['n1'], apps: HaproxyApp[] = []) =>
  renderHaproxy({ node: 'n1', members: members.map(member), apps });
const map = (...hosts: string[]) => new Map(hosts.map((host) => [host, 'node-n1']));
const worker = () => node.info('Pid');

describe('validate', () => {
  it('takes what we render', () => node.haproxy.validate(config(['n1', 'n2']), signal));

  it('says which line is wrong, and why', async () => {
    const text = config();
    const bad = text.replace('    mode http\n', '    mode http\n    no-such-word\n');
    const line = bad.split('\n').indexOf('    no-such-word') + 1;
    const error = await node.haproxy.validate(bad, signal).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'invalid' });
    expect(error?.message).toMatch(/^HAProxy refuses the configuration: config : parsing \[haproxy\.cfg:/);
    expect(error?.message).toContain(`[haproxy.cfg:${line}]`);
    expect(error?.message).toContain('no-such-word');
    expect(error?.message).not.toMatch(/ALERT|candidate|\/var|\/tmp/);
  });

  it('changes nothing that is live', async () => {
    const before = await worker();
    await node.haproxy.validate(config(['n1', 'n8']), signal);
    expect(await worker()).toBe(before);
  });
});

describe('apply', () => {
  it('replaces what a new node starts with', async () => {
    expect((await node.visit('a.example.com')).status).toBe(503);
    await node.haproxy.apply({ config: config(), map: map('a.example.com') }, signal);
    expect((await node.visit('a.example.com')).body).toMatch(/^a\.example\.com for /);
    expect((await node.visit('b.example.com')).status).toBe(503);
    expect(await node.info('description')).toMatch(/^covey-/);
  });

  it('does nothing where nothing has changed', async () => {
    const before = await worker();
    await node.haproxy.apply({ config: config(), map: map('a.example.com') }, signal);
    expect(await worker()).toBe(before);
  });

  it('changes the map alone without a reload, and hurts no open connection', async () => {
    const before = await worker();
    const open = await node.open('a.example.com');
    await node.haproxy.apply({ config: config(), map: map('b.example.com') }, signal);
    expect(await worker()).toBe(before);
    expect((await node.visit('b.example.com')).status).toBe(200);
    expect((await node.visit('a.example.com')).status).toBe(503);
    expect(await open.get()).toMatch(/^a\.example\.com/);
    open.close();
  });

  it('changes hundreds of entries at once', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `h${index}.example.com`);
    await node.haproxy.apply({ config: config(), map: map('a.example.com', ...many) }, signal);
    expect((await node.visit('a.example.com')).status).toBe(200);
    // a host that Caddy does not know gets Caddy's answer, the redirect to https, not HAProxy's 503
    expect((await node.visit('h299.example.com')).status).toBe(308);
    expect((await node.visit('b.example.com')).status).toBe(503);
  });

  it('reloads for another configuration; new connections see it, and old ones live on', async () => {
    const before = { worker: await worker(), description: await node.info('description') };
    const open = await node.open('a.example.com');
    expect(await open.get()).toMatch(/^a\.example\.com/);
    const wanted = { config: config(['n1', 'n2']), map: map('a.example.com', 'b.example.com') };
    await node.haproxy.apply(wanted, signal);
    expect(await worker()).not.toBe(before.worker);
    expect(await node.info('description')).not.toBe(before.description);
    expect((await node.visit('b.example.com')).status).toBe(200);
    expect(await open.get()).toMatch(/^a\.example\.com/);
    open.close();
  });

  it('serves every visitor while it reloads', async () => {
    let going = true;
    const statuses: number[] = [];
    const visitor = async () => {
      while (going) statuses.push((await node.visit('a.example.com')).status);
    };
    const visitors = [visitor(), visitor()];
    for (const members of [['n1'], ['n1', 'n3'], ['n1', 'n2']]) {
      await node.haproxy.apply({ config: config(members), map: map('a.example.com') }, signal);
    }
    going = false;
    await Promise.all(visitors);
    expect(statuses.length).toBeGreaterThan(3);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('says that HAProxy is away, which then comes up with the newest files', async () => {
    await node.kill('haproxy');
    const wanted = { config: config(['n1', 'n5']), map: map('b.example.com') };
    await expect(node.haproxy.apply(wanted, signal)).rejects.toMatchObject({ code: 'unavailable' });
    await node.start('haproxy');
    expect((await node.visit('b.example.com')).status).toBe(200);
    expect((await node.visit('a.example.com')).status).toBe(503);
    const before = await worker();
    await node.haproxy.apply(wanted, signal);
    expect(await worker()).toBe(before);
  });

  it('that cannot take effect leaves the old configuration live, and on disk', async () => {
    const wanted = { config: config(['n1', 'n5']), map: map('b.example.com') };
    await node.haproxy.apply(wanted, signal);
    // HAProxy's own judgement does not try to bind: 203.0.113.9 is no address of this machine
    const unbindable: HaproxyApp = {
      name: 'bar',
      master: 'n1',
      ip: '192.0.2.7',
      domains: [],
      maintenance: false,
      haproxy: {
        git: {
          frontend: { mode: 'tcp', bind: ['203.0.113.9:2222'] },
          backends: [{ port: 22, peer_port: 2223, ct: 'bar-git-1' }],
        },
      },
    };
    const bad = config(['n1', 'n5'], [unbindable]);
    await node.haproxy.validate(bad, signal);
    await expect(node.haproxy.apply({ config: bad, map: wanted.map }, signal)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('203.0.113.9:2222'),
    });
    expect((await node.visit('b.example.com')).status).toBe(200);
    await node.kill('haproxy');
    await node.start('haproxy');
    expect((await node.visit('b.example.com')).status).toBe(200);
    await node.haproxy.apply(wanted, signal);
  });
});

describe('a request that Caddy drops, as it does when it takes a new configuration just then', () => {
  /** Stands where Caddy does: ends the first connection that asks something, and answers all others. */
  const begin = async () => {
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined); // who goes away ends the connection, and so this
      socket.on('data', (chunk) => {
        const [, method] = /(GET|POST) \//.exec(chunk.toString('latin1')) ?? [];
        if (method === undefined) return;
        asked.push(method);
        socket.end(asked.length === 1 ? '' : 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => server.listen(join(node.run, 'dropping.sock'), resolve));
    onTestFinished(() => {
      server.close();
    });
    const settings = {
      ...haproxyDefaults,
      paths: { ...haproxyDefaults.paths, caddyHttp: '/run/covey/dropping.sock' },
    };
    const text = renderHaproxy({ node: 'n1', members: [member('n1')], apps: [], settings });
    await node.haproxy.apply({ config: text, map: map('a.example.com') }, signal);
    return asked;
  };

  it('is asked once more where nothing can come of it', async () => {
    const asked = await begin();
    expect((await node.visit('a.example.com')).body).toBe('ok');
    expect(asked).toEqual(['GET', 'GET']);
  });

  it('is not asked twice where it may change something', async () => {
    const asked = await begin();
    expect((await node.visit('a.example.com', '/', 'POST')).status).toBe(502);
    expect(asked).toEqual(['POST']);
  });
});
