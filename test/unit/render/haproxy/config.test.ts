import { describe, expect, it } from 'vitest';
import { findClashes } from '../../../../src/render/haproxy/clashes.ts';
import {
  type HaproxyApp,
  renderHaproxy,
  renderHaproxyApp,
  renderHaproxySwarm,
} from '../../../../src/render/haproxy/config.ts';
import { mergeHaproxy, parseHaproxy, readHaproxy } from '../../../../src/render/haproxy/definition.ts';
import { nodeBackend, renderDomainMap } from '../../../../src/render/haproxy/domains.ts';
import { backendName, type HaproxyParts } from '../../../../src/render/haproxy/parts.ts';

const members = [
  { name: 'node2', address: '10.0.0.2' },
  { name: 'node1', address: '10.0.0.1' },
];

const ssh = mergeHaproxy([
  {
    ct: 'sshservice_container_name',
    part: parseHaproxy(`{
      "ssh-config-name": {
        "frontend": { "mode": "tcp", "bind": ["*:2222"] },
        "backends": [{ "name": "ssh-service", "use_backend_option": "", "port": "22", "peer_port": "2222" }]
      }
    }`),
  },
]);

function app(changes: Partial<HaproxyApp> = {}): HaproxyApp {
  return {
    name: 'foo_master.ddb14',
    master: 'node1',
    ip: '10.0.0.1',
    domains: [],
    maintenance: false,
    ...changes,
  };
}

function sections(parts: HaproxyParts): string {
  return parts.sections.map(({ text }) => text).join('\n');
}

describe('the HAPROXY part of an app', () => {
  it("is the readme's first example on the master, to the letter", () => {
    expect(sections(renderHaproxyApp(app({ haproxy: ssh }), 'node1'))).toBe(`frontend front-ssh-config-name
    mode tcp
    bind *:2222
    use_backend backend-ssh-service

backend backend-ssh-service
    mode tcp
    server node1 sshservice_container_name:22
`);
  });

  it('goes to the master on other nodes', () => {
    expect(sections(renderHaproxyApp(app({ haproxy: ssh }), 'node2'))).toContain(
      '    server node1 10.0.0.1:2222\n',
    );
  });

  it("is the readme's swarm example, to the letter", () => {
    const haproxy = readHaproxy(
      {
        'ssh-config-name': {
          frontend: { mode: 'tcp', bind: ['*:2222'], options: ['option socket-stats', 'option tcplog'] },
          backends: [
            {
              name: 'ssh-service',
              server_option: 'resolvers dns check inter 3s',
              port: '22',
              peer_port: '2222',
              ct: 'test',
              options: ['option tcp-check'],
            },
          ],
        },
      },
      'swarm',
    );
    expect(
      sections(renderHaproxySwarm({ key: 'test_key', domains: [], haproxy })),
    ).toBe(`frontend swarm-front-ssh-config-name
    mode tcp
    option socket-stats
    option tcplog
    bind *:2222
    use_backend swarm-backend-ssh-service

backend swarm-backend-ssh-service
    mode tcp
    option tcp-check
    server swarm_service test:22 resolvers dns check inter 3s
`);
  });

  it('adds rules to the built-in frontends, and checks to their servers', () => {
    const haproxy = mergeHaproxy([
      {
        ct: 'web',
        part: parseHaproxy(`
http-in:
  backends:
    - { use_backend_option: "if { hdr(host) -i a.example.com }", port: 80, peer_port: 8080, server_option: weight 5 }
https-in:
  backends:
    - { name: tls, use_backend_option: "if { req.ssl_sni a }", port: 443, peer_port: 443, options: [option tcplog] }
`),
      },
    ]);
    const parts = renderHaproxyApp(app({ haproxy }), 'node1');
    expect(parts.httpRules).toEqual(['use_backend http-web if { hdr(host) -i a.example.com }']);
    expect(parts.httpsRules).toEqual(['use_backend https-tls if { req.ssl_sni a }']);
    expect(sections(parts)).toBe(`backend http-web
    mode http
    server node1 web:80 weight 5 resolvers dns check inter 3s

backend https-tls
    mode tcp
    option tcplog
    server node1 web:443 resolvers dns check inter 3s
`);
    const swarm = renderHaproxySwarm({ key: 'k', domains: [], haproxy });
    expect(swarm.sections.map(({ name }) => name)).toEqual(['http-swarm-web', 'https-swarm-tls']);
    expect(swarm.httpRules).toEqual(['use_backend http-swarm-web if { hdr(host) -i a.example.com }']);
  });

  it('is nothing in maintenance', () => {
    expect(renderHaproxyApp(app({ haproxy: ssh, maintenance: true }), 'node1')).toEqual({
      httpRules: [],
      httpsRules: [],
      sections: [],
    });
  });

  it('leaves no trace in maintenance, neither in the built-in frontends, and the domains stay', () => {
    const rule = (name: string, condition: string) => ({
      backends: [{ name, use_backend_option: condition, port: 80, peer_port: 80, ct: 'c' }],
    });
    const haproxy = readHaproxy({
      'http-in': rule('web', 'if { hdr(host) -i a.example.com }'),
      'https-in': rule('tls', 'if { req.ssl_sni -i a.example.com }'),
      ssh: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ port: 22, peer_port: 22, ct: 'c' }] },
    });
    const given = { haproxy, domains: ['foo.example.com'] };
    const text = (one: HaproxyApp) => renderHaproxy({ node: 'node1', members, apps: [one] });
    expect(text(app(given))).toMatch(/use_backend http-web .*use_backend https-tls .*front-ssh/s);
    expect(text(app({ ...given, maintenance: true }))).toBe(text(app({ domains: given.domains })));
    expect(renderDomainMap({ apps: [app({ ...given, maintenance: true })] }).text).toBe(
      'foo.example.com node-node1\n',
    );
  });

  it('refuses one backend name for two different things', () => {
    const haproxy = readHaproxy({
      x: {
        frontend: { mode: 'tcp', bind: ['*:1'] },
        backends: [
          { name: 'b', port: 1, peer_port: 1, ct: 'a' },
          { name: 'b', port: 2, peer_port: 1, ct: 'a' },
        ],
      },
    });
    expect(() => renderHaproxyApp(app({ haproxy }), 'node1')).toThrow(
      'HAPROXY backend-b: two different backends',
    );
  });
});

describe('haproxy.cfg', () => {
  it('has base, frontends, nodes and apps in order', () => {
    const rule = (host: string) =>
      readHaproxy({
        'http-in': {
          backends: [
            { name: host, use_backend_option: `if { hdr(host) ${host} }`, port: 80, peer_port: 80, ct: 'c' },
          ],
        },
      });
    const text = renderHaproxy({
      node: 'node1',
      members,
      apps: [
        app({ name: 'z', haproxy: ssh, domains: ['z.example.com'] }),
        app({ name: 'b', master: 'node2', ip: '10.0.0.2', haproxy: rule('b') }),
        app({ name: 'a', haproxy: rule('a') }),
      ],
      swarm: [{ key: 's', domains: [], haproxy: rule('s') }],
    });
    expect(text.slice(text.indexOf('frontend http-in'))).toBe(`frontend http-in
    mode http
    maxconn 1000000
    bind *:80
    bind *:1080 accept-proxy id 2
    option socket-stats
    option httplog
    http-request set-var(txn.to) req.hdr(host),host_only,lower,map_str(/var/lib/covey/haproxy/domains.map)
    http-request deny deny_status 503 if { so_id 2 } { var(txn.to) -m beg node- } !{ var(txn.to) -m str node-node1 }
    use_backend %[var(txn.to)]-http if { var(txn.to) -m found }
    use_backend http-a if { hdr(host) a }
    use_backend http-b if { hdr(host) b }
    use_backend http-swarm-s if { hdr(host) s }

frontend https-in
    mode tcp
    maxconn 1000000
    bind *:443
    bind *:1443 accept-proxy id 2
    option socket-stats
    option tcplog
    tcp-request inspect-delay 5s
    tcp-request content set-var(txn.to) req.ssl_sni,lower,map_str(/var/lib/covey/haproxy/domains.map) if { req.ssl_hello_type 1 }
    tcp-request content reject if { so_id 2 } { var(txn.to) -m beg node- } !{ var(txn.to) -m str node-node1 }
    tcp-request content accept if { req.ssl_hello_type 1 }
    use_backend %[var(txn.to)]-https if { var(txn.to) -m found }

backend node-node1-http
    mode http
    http-request disable-l7-retry unless METH_GET
    retry-on conn-failure empty-response
    server caddy unix@/var/lib/covey/haproxy/caddy-http.sock send-proxy-v2

backend node-node1-https
    mode tcp
    server caddy unix@/var/lib/covey/haproxy/caddy-https.sock send-proxy-v2

backend node-node2-http
    mode http
    server node2 10.0.0.2:1080 send-proxy-v2

backend node-node2-https
    mode tcp
    server node2 10.0.0.2:1443 send-proxy-v2

backend http-a
    mode http
    server node1 c:80 resolvers dns check inter 3s

backend http-b
    mode http
    server node2 10.0.0.2:80 resolvers dns check inter 3s

frontend front-ssh-config-name
    mode tcp
    bind *:2222
    use_backend backend-ssh-service

backend backend-ssh-service
    mode tcp
    server node1 sshservice_container_name:22

backend http-swarm-s
    mode http
    server swarm_service c:80 resolvers dns check inter 3s
`);
  });

  it('has the proxy of the swarm where a key has domains, behind the nodes', () => {
    const haproxy = readHaproxy(
      { ssh: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ port: 22, ct: 'test' }] } },
      'swarm',
    );
    const swarm = [
      { key: 'b', domains: ['s.example.com'], haproxy: {} },
      { key: 'a', domains: [], haproxy },
    ];
    const text = renderHaproxy({ node: 'node1', members: [], apps: [], swarm });
    expect(text.slice(text.indexOf('backend swarm-http'))).toBe(`backend swarm-http
    mode http
    server swarm_service swarm_reverse:80 resolvers dns check inter 3s

backend swarm-https
    mode tcp
    server swarm_service swarm_reverse:443 resolvers dns check inter 3s

frontend swarm-front-ssh
    mode tcp
    bind *:2222
    use_backend swarm-backend-test

backend swarm-backend-test
    mode tcp
    server swarm_service test:22
`);
    const quiet = swarm.map((key) => ({ ...key, domains: [], maintenance: true }));
    const without = renderHaproxy({ node: 'node1', members: [], apps: [] });
    expect(renderHaproxy({ node: 'node1', members: [], apps: [], swarm: quiet })).toBe(without);
  });

  it('does not depend on domains, nor on who is master where there is no HAPROXY', () => {
    const one = renderHaproxy({ node: 'node1', members, apps: [app({ domains: ['a.example.com'] })] });
    const two = renderHaproxy({
      node: 'node1',
      members,
      apps: [app({ domains: [], master: 'node2', ip: '10.0.0.2' })],
    });
    expect(two).toBe(one);
    expect(renderHaproxy({ node: 'node1', members: members.toReversed(), apps: [] })).toBe(one);
  });

  it('writes an IPv6 address in brackets, and refuses a name that would break a line', () => {
    const text = renderHaproxy({ node: 'a', members: [{ name: 'b', address: 'fd00::1' }], apps: [] });
    expect(text).toContain('server b [fd00::1]:1080 send-proxy-v2');
    const bad = [{ name: 'b c', address: '10.0.0.1' }];
    expect(() => renderHaproxy({ node: 'a', members: bad, apps: [] })).toThrow('the node name "b c"');
    const member = { name: 'b', address: '10.0.0.1\n' };
    expect(() => renderHaproxy({ node: 'a', members: [member], apps: [] })).toThrow('is no IP address');
    expect(() => renderHaproxyApp(app({ haproxy: ssh, ip: 'x:1 y' }), 'node2')).toThrow(
      '"x:1 y" is no IP address',
    );
    expect(() => renderHaproxyApp(app({ master: 'x\ny' }), 'node1')).toThrow('the node name');
  });
});

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

it('a backend that nothing names is refused', () => {
  expect(() => backendName('smtp', { port: 25 }, false)).toThrow(
    'HAPROXY smtp: a backend has neither name nor ct',
  );
});
