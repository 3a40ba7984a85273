import { describe, expect, it } from 'vitest';
import {
  balancedBackend,
  balancedState,
  balanceSections,
  checkHost,
} from '../../../../src/render/haproxy/balance.ts';
import { renderHaproxy } from '../../../../src/render/haproxy/config.ts';
import { renderDomainMap } from '../../../../src/render/haproxy/domains.ts';
import { haproxyDefaults } from '../../../../src/render/haproxy/settings.ts';
import { keptServerState } from '../../../../src/render/haproxy/state.ts';

const balance = { nodes: ['n1', 'n2'], hosts: ['a.example.com'], tlsHosts: ['a.example.com'], checks: 1 };
const app = {
  ...{ name: 'shop_m.1', master: 'n1', ip: '192.0.2.1', domains: ['a.example.com', 'b.example.com'] },
  ...{ maintenance: false, balance },
};
const members = [
  { name: 'n1', address: '192.0.2.1' },
  { name: 'n2', address: '192.0.2.2' },
  { name: 'n3', address: '192.0.2.3' },
];

describe('an app on several nodes', () => {
  it('has a backend of its own for each scheme, with a server for each of them', () => {
    expect(balanceSections(app, members, 'n2', haproxyDefaults).join('\n')).toBe(`backend app-shop_m.1-http
    mode http
    balance roundrobin
    timeout connect 1s
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response 502
    http-request disable-l7-retry unless METH_GET
    use-server :last if { path_beg /.well-known/acme-challenge/ }
    option httpchk
    http-check disable-on-404
    http-check connect default
    http-check send meth HEAD uri /0 ver HTTP/1.1 hdr Host shop-5f-m.1.check.covey hdr User-Agent covey
    http-check expect status 204
    timeout check 750ms
    default-server inter 800ms fastinter 250ms downinter 800ms fall 2 rise 1 on-marked-down shutdown-sessions
    server n1 192.0.2.1:1080 send-proxy-v2 check port 1080 check-send-proxy
    server n2 unix@/var/lib/covey/haproxy/caddy-http.sock send-proxy-v2 check addr 127.0.0.1 port 1080 check-send-proxy
    server :last 192.0.2.1:1080 send-proxy-v2 backup

backend app-shop_m.1-https
    mode tcp
    balance roundrobin
    timeout connect 1s
    retries 3
    option redispatch 1
    use-server :last if { req.ssl_alpn acme-tls/1 }
    option httpchk
    http-check disable-on-404
    http-check connect default
    http-check send meth HEAD uri /0 ver HTTP/1.1 hdr Host shop-5f-m.1.check.covey hdr User-Agent covey
    http-check expect status 204
    http-check connect default
    http-check send meth HEAD uri /tls ver HTTP/1.1 hdr Host shop-5f-m.1.check.covey hdr User-Agent covey
    http-check expect status 204
    timeout check 750ms
    default-server inter 800ms fastinter 250ms downinter 800ms fall 2 rise 1 on-marked-down shutdown-sessions
    server n1 192.0.2.1:1443 send-proxy-v2 check port 1080 check-send-proxy
    server n2 unix@/var/lib/covey/haproxy/caddy-https.sock send-proxy-v2 check addr 127.0.0.1 port 1080 check-send-proxy
    server :last 192.0.2.1:1443 send-proxy-v2 backup
`);
  });

  it('is asked for no certificate where it has no site over TLS', () => {
    const plain = { ...app, balance: { ...balance, tlsHosts: [] } };
    expect(balanceSections(plain, members, 'n3', haproxyDefaults).join('')).not.toContain('/tls');
  });

  describe('with several hosts over TLS', () => {
    const hosts = (count: number) => Array.from({ length: count }, (_, index) => `h${index}.example.com`);
    const having = (tlsHosts: string[], name = app.name) => ({
      ...app,
      name,
      balance: { ...balance, hosts: [...tlsHosts], tlsHosts },
    });
    const secure = (...given: Parameters<typeof having>) =>
      balanceSections(having(...given), members, 'n2', haproxyDefaults)
        .map((text) => ({
          name: /^backend (.*-https)$/m.exec(text)?.[1],
          asks: [...text.matchAll(/uri (\S+)/g)].map(([, path]) => path),
        }))
        .filter(({ name }) => name !== undefined);

    it('has a backend for each, which a node takes part in that has the certificate of that host', () => {
      expect(secure(['a.example.com', 'b.example.com'])).toEqual([
        { name: 'app-shop_m.1-https', asks: [] },
        { name: 'app-shop_m.1:a.example.com-https', asks: ['/0', '/tls/a.example.com'] },
        { name: 'app-shop_m.1:b.example.com-https', asks: ['/0', '/tls/b.example.com'] },
      ]);
    });

    it('leaves to the master what is no such host', () => {
      const [, rest] = balanceSections(
        having(['a.example.com', 'b.example.com']),
        members,
        'n2',
        haproxyDefaults,
      );
      expect(rest).toBe(`backend app-shop_m.1-https
    mode tcp
    server :last 192.0.2.1:1443 send-proxy-v2 backup
`);
    });

    it('has one for all where they are too many, or where HAProxy takes no such name', () => {
      expect(secure(hosts(4))).toHaveLength(5);
      expect(secure(hosts(5))).toEqual([{ name: 'app-shop_m.1-https', asks: ['/0', '/tls'] }]);
      for (const host of ['*.example.com', `${'x'.repeat(240)}.lab`])
        expect(secure([host, 'b.example.com'])).toHaveLength(1);
    });

    it('has its visitors over TLS led there by host, and those of all other hosts by the map alone', () => {
      const text = renderHaproxy({ node: 'n2', members, apps: [having(['a.example.com', 'b.example.com'])] });
      expect(text).toContain(`    tcp-request content set-var(txn.sni) req.ssl_sni,lower
    tcp-request content reject`);
      expect(text).toContain(`
    use_backend %[var(txn.to),concat(:,txn.sni)]-https if { var(txn.to),concat(:,txn.sni) -m str app-shop_m.1:a.example.com app-shop_m.1:b.example.com }
    use_backend %[var(txn.to)]-https if { var(txn.to) -m found }
`);
      expect(renderHaproxy({ node: 'n2', members, apps: [app] })).not.toContain('txn.sni');
    });

    it('has no line with more words than HAProxy takes', () => {
      const apps = Array.from({ length: 12 }, (_, index) => having(hosts(4), `a${index}`));
      const text = renderHaproxy({ node: 'n2', members, apps });
      expect(text.match(/use_backend .*txn.sni/g)).toHaveLength(2);
      for (const line of text.split('\n')) expect(line.split(' ').length).toBeLessThan(64);
    });
  });

  it('has its hosts in the map, but those that the master alone serves', () => {
    expect(renderDomainMap({ apps: [app] }).text).toBe('a.example.com app-shop_m.1\nb.example.com node-n1\n');
  });

  it('gets what other nodes pass on by its own Caddy', () => {
    const text = renderHaproxy({ node: 'n2', members, apps: [app] });
    expect(text).toContain(
      'http-request set-var(txn.to) str(node-n2) if { so_id 2 } { var(txn.to) -m beg app- } or { so_id 2 } { req.hdr(host),host_only,lower -m end .check.covey }',
    );
    expect(text).toContain(
      'tcp-request content set-var(txn.to) str(node-n2) if { so_id 2 } { var(txn.to) -m beg app- }',
    );
    expect(renderHaproxy({ node: 'n2', members, apps: [{ ...app, balance: undefined }] })).not.toMatch(
      /app-/,
    );
  });

  it.each<[string, string, string]>([
    ['shop_feature+x.1', 'app-shop_feature:2b:x.1', 'shop-5f-feature-2b-x.1.check.covey'],
    ['Shop-a.1', 'app-Shop-a.1', '-53-hop-2d-a.1.check.covey'],
  ])('%s has names that stand for it alone', (name, backend, host) => {
    expect(balancedBackend(name)).toBe(backend);
    expect(checkHost(name)).toBe(host);
  });

  it('may not have a name that is too long, or nodes that HAProxy cannot name', () => {
    const long = 'x'.repeat(250);
    const render = (changed: object) => () =>
      renderHaproxy({ node: 'n2', members, apps: [{ ...app, ...changed }] });
    expect(render({ name: long })).toThrow(`${long}: the name is too long for a backend of HAProxy`);
    expect(render({ balance: { ...balance, nodes: ['n 1'] } })).toThrow('the node name "n 1" has characters');
  });
});

describe('the state of its servers', () => {
  const line = (backend: string, server: string, address: string, state: number, port: string) =>
    `4 ${backend} 2 ${server} ${address} ${state} 0 1 1 2 16 4 2 6 0 0 0 - ${port} - 0 1080 - - 1080`;
  const targets = new Map([
    ['app-x-http/n1', 'unix@/s'],
    ['app-x-http/n2', '192.0.2.2:1080'],
    ['app-x-http/n3', '[2001:db8::3]:1080'],
    ['app-x-http/:last', 'unix@/s'],
    ['app-new-http/n1', '192.0.2.1:1080'],
    ['app-new-http/n2', '192.0.2.2:1080'],
    ['app-new-http/:last', '192.0.2.1:1080'],
    ['node-n1-http/n1', '192.0.2.1:1080'],
  ]);
  const down = (backend: string, server: string, address: string) =>
    `0 ${backend} 0 ${server} ${address} 0 0 1 1 0 1 0 0 6 0 0 0 - 1080 - 0 0 - - 0`;

  it('stays over a reload, and begins as down', () => {
    const known = [line('app-x-http', 'n1', '-', 2, '0'), line('app-x-http', 'n2', '192.0.2.2', 3, '1080')];
    expect(balancedState(known.join('\n'), targets)).toEqual([
      ...known,
      down('app-x-http', 'n3', '2001:db8::3'),
      down('app-new-http', 'n1', '192.0.2.1'),
      down('app-new-http', 'n2', '192.0.2.2'),
    ]);
  });

  it('is that of another one where the address has changed', () => {
    const known = [line('app-x-http', 'n1', '-', 2, '0'), line('app-x-http', 'n2', '192.0.2.9', 2, '1080')];
    expect(balancedState(known.join('\n'), targets)).toContain(down('app-x-http', 'n2', '192.0.2.2'));
  });

  it('goes to the next HAProxy with that of all others', () => {
    const config = 'backend app-x-http\n    server n2 192.0.2.2:1080 send-proxy-v2\n';
    const known = line('app-x-http', 'n2', '192.0.2.2', 3, '1080');
    expect(keptServerState(`1\n# be_id\n${known}\n`, config)).toBe(`1\n# be_id\n${known}\n`);
  });
});
