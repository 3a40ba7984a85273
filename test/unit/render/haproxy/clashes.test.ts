import { describe, expect, it } from 'vitest';
import { findClashes } from '../../../../src/render/haproxy/clashes.ts';
import { readHaproxy } from '../../../../src/render/haproxy/definition.ts';
import { nodeBackend, renderDomainMap } from '../../../../src/render/haproxy/domains.ts';
import { app, ssh } from './apps.ts';

describe('the domain map', () => {
  it('is sorted, without ports, in lower case; the first app by name has a contested host', () => {
    const map = renderDomainMap({
      apps: [
        app({ name: 'b', master: 'node2', domains: ['Z.example.com:8443', 'a.example.com', ''] }),
        app({ name: 'a', domains: ['a.example.com'] }),
      ],
      swarm: [{ key: 's', domains: ['s.example.com', 'a.example.com'] }],
    });
    expect(map.text).toBe('a.example.com node-node1\ns.example.com swarm\nz.example.com node-node2\n');
    expect(map.entries[0]).toEqual(['a.example.com', 'node-node1']);
  });

  it('leaves a host to the app that had it, as long as that claims it', () => {
    const apps = [
      app({ name: 'a', domains: ['x.example.com'] }),
      app({ name: 'b', master: 'node2', domains: ['x.example.com'] }),
    ];
    const held = new Map([['x.example.com', 'b']]);
    const map = renderDomainMap({ apps, held });
    expect(map.text).toBe('x.example.com node-node2\n');
    expect(map.owners).toEqual(held);
    expect(renderDomainMap({ apps: apps.slice(0, 1), held }).text).toBe('x.example.com node-node1\n');
  });

  it('refuses what is no host, and names the app', () => {
    expect(() => renderDomainMap({ apps: [app({ name: 'a', domains: ['x y'] })] })).toThrow(
      'a: "x y" in domains is no host name',
    );
    expect(() => nodeBackend('node 1')).toThrow(
      'the node name "node 1" has characters that HAProxy can\'t take in a name',
    );
  });
});

describe('clashes', () => {
  it('are addresses, names and ports that two claim, also by ranges and hidden binds', () => {
    const other = readHaproxy({
      'ssh-config-name': {
        frontend: { mode: 'tcp', bind: ['127.0.0.1:3000-3002'], options: ['bind :2222'] },
        backends: [{ name: 'ssh-service', port: 1, peer_port: 1, ct: 'x' }],
      },
    });
    const third = readHaproxy({
      third: { frontend: { mode: 'tcp', bind: [':::3001'] }, backends: [{ port: 1, peer_port: 1, ct: 'y' }] },
    });
    expect(
      findClashes([
        { name: 'b', urls: ['http://a.com', 'https://a.com'], haproxy: ssh },
        { name: 'a', urls: ['https://a.com'], haproxy: other },
        { name: 'c', urls: [], haproxy: third },
        { name: 'swarm/s', urls: [], haproxy: {}, swarm: true },
      ]),
    ).toEqual([
      { kind: 'address', value: 'https://a.com', apps: ['a', 'b'] },
      { kind: 'backend', value: 'backend-ssh-service', apps: ['a', 'b'] },
      { kind: 'bind', value: '2222', apps: ['a', 'b'] },
      { kind: 'bind', value: '3001', apps: ['a', 'c'] },
      { kind: 'frontend', value: 'front-ssh-config-name', apps: ['a', 'b'] },
    ]);
    expect(findClashes([{ name: 'a', urls: ['http://x', 'http://x'], haproxy: ssh }])).toEqual([]);
  });

  it.each([
    ['*:8443', ':8443'],
    ['*:8443', '0.0.0.0:8443'],
    ['*:8443', 'ipv4@*:8443'],
    ['*:8443', 'ipv6@:::8443 v6only'],
    ['*:8443', '[::]:8443'],
    ['*:8443', '127.0.0.1:8443 ssl crt /etc/ssl/x.pem alpn h2'],
    ['*:8443', '*:8440-8450'],
    ['*:8443', '*:7,:8443 accept-proxy'],
    ['*:8443', '  *:08443  '],
    ['*:8400-8443', '192.0.2.7:8443-8499'],
  ])('find one port in all of its forms: %s and %s', (one, two) => {
    const bound = (name: string, bind: string) => ({
      name,
      urls: [],
      haproxy: readHaproxy({
        [name]: { frontend: { mode: 'tcp', bind: [bind] }, backends: [{ port: 1, peer_port: 1, ct: name }] },
      }),
    });
    expect(findClashes([bound('a', one), bound('b', two)])).toEqual([
      { kind: 'bind', value: '8443', apps: ['a', 'b'] },
    ]);
    expect(findClashes([bound('a', one), bound('b', '*:9999')])).toEqual([]);
  });

  it('are backends of one name by different keys, or by the name of a container', () => {
    const of = (name: string, key: string, backend: object) => ({
      name,
      urls: [],
      haproxy: readHaproxy({
        [key]: {
          ...(key === 'http-in' ? {} : { frontend: { mode: 'tcp', bind: [name === 'a' ? '*:1' : '*:2'] } }),
          backends: [{ port: 1, peer_port: 1, ct: 'c', use_backend_option: 'if { path /a }', ...backend }],
        },
      }),
    });
    const kinds = (...claimants: Parameters<typeof findClashes>[0]) =>
      findClashes(claimants).map(({ kind, value }) => `${kind} ${value}`);
    expect(kinds(of('a', 'x', { name: 'same' }), of('b', 'y', { ct: 'same' }))).toEqual([
      'backend backend-same',
    ]);
    expect(kinds(of('a', 'http-in', { name: 'same' }), of('b', 'http-in', { name: 'same' }))).toEqual([
      'backend http-same',
    ]);
    expect(kinds(of('a', 'http-in', { name: 'same' }), of('b', 'x', { name: 'same' }))).toEqual([]);
    const key = { ...of('swarm/k', 'http-in', { name: 'x' }), swarm: true };
    expect(kinds(of('a', 'http-in', { name: 'swarm-x' }), key)).toEqual(['backend http-swarm-x']);
  });

  it('are site addresses whatever their port: HAProxy brings all ports to one socket', () => {
    const [a, b] = [
      { name: 'a', urls: ['https://x.com:8443', 'http://[::1]:81/p'] },
      { name: 'b', urls: ['https://x.com', 'http://[::1]/p', 'http://x.com:8443'] },
    ];
    if (!a || !b) throw new Error('there are two');
    expect(findClashes([a, b]).map(({ value }) => value)).toEqual(['http://[::1]/p', 'https://x.com']);
  });

  it('are domains where a swarm key has one; two apps may share theirs', () => {
    const [a, b] = ['a', 'b'].map((name) => ({ name, urls: [], hosts: ['x.com'] }));
    const key = { name: 'swarm/k', urls: [], hosts: ['x.com', 'y.com'], swarm: true };
    if (!a || !b) throw new Error('there are two');
    expect(findClashes([a, b])).toEqual([]);
    expect(findClashes([a, b, key])).toEqual([
      { kind: 'domain', value: 'x.com', apps: ['a', 'b', 'swarm/k'] },
    ]);
  });
});
