import { describe, expect, it } from 'vitest';
import {
  type HaproxyApp,
  renderHaproxy,
  renderHaproxyApp,
  renderHaproxySwarm,
} from '../../../../src/render/haproxy/config.ts';
import { mergeHaproxy, parseHaproxy, readHaproxy } from '../../../../src/render/haproxy/definition.ts';
import { renderDomainMap } from '../../../../src/render/haproxy/domains.ts';
import { backendName } from '../../../../src/render/haproxy/parts.ts';
import { app, members, sections, ssh } from './apps.ts';

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

it('a backend that nothing names is refused', () => {
  expect(() => backendName('smtp', { port: 25 }, false)).toThrow(
    'HAPROXY smtp: a backend has neither name nor ct',
  );
});
