import { describe, expect, it } from 'vitest';
import { renderHaproxy, renderHaproxyApp } from '../../../../src/render/haproxy/config.ts';
import { readHaproxy } from '../../../../src/render/haproxy/definition.ts';
import { app, members, ssh } from './apps.ts';

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
