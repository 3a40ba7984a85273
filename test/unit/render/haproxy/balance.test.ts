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

const balance = { nodes: ['n1', 'n2'], hosts: ['a.example.com'], isSecure: true, checks: 1 };
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
    const plain = { ...app, balance: { ...balance, isSecure: false } };
    expect(balanceSections(plain, members, 'n3', haproxyDefaults).join('')).not.toContain('sni');
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
