import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/app/record.ts';
import { caddyApp, haproxyApp } from '../../../src/proxy/app-parts.ts';
import { type BalanceState, withState } from '../../../src/proxy/balance.ts';
import { createBalanceStates } from '../../../src/proxy/balance-states.ts';
import type { View } from '../../../src/proxy/view.ts';
import { renderCaddyPart } from '../../../src/render/caddy.ts';

const record = (more: object = {}) =>
  parseRecord(
    'shop',
    JSON.stringify({
      ...{
        repo_url: 'u',
        branch: 'b',
        master: 'n1',
        ip: '192.0.2.1',
        domains: ['a.example.com', 'db.example.com'],
      },
      urls: 'http://a.example.com,https://a.example.com,http://db.example.com',
      caddyfile:
        'http://a.example.com, https://a.example.com {\n\treverse_proxy shop-web-1:80\n}\n' +
        'http://db.example.com {\n\treverse_proxy shop-db-1:81\n}\n',
      ct: { web: 'shop-web-1', db: 'shop-db-1' },
      balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: ['a.example.com'] },
      ...more,
    }),
  );
const settings = { internalCa: true };
const text = (node: string, state?: BalanceState, maintenance = false) =>
  renderCaddyPart(withState(caddyApp('shop', record(), maintenance, node), 7, state), settings).trimEnd();

const check = (said: string) => `http://shop.check.covey {
    bind unix//run/covey/caddy-http.sock|0600
${said}}`;
const asking = (port: number) => `    handle /0 {
        reverse_proxy shop-web-1:${port} {
            header_up Host a.example.com
            transport http {
                dial_timeout 400ms
                response_header_timeout 300ms
            }
            handle_response {
                respond 204
            }
        }
    }
${handshakes('/tls')}${handshakes('/tls/a.example.com')}    handle /tls/* {
        respond 404
    }
    respond 204
    handle_errors {
        @slow expression "{err.status_code} == 504 || ({err.message}.startsWith('dial tcp ') && {err.message}.endsWith('i/o timeout'))"
        @bare expression "{err.status_code} == 502 && path('/tls', '/tls/*')"
        respond @slow 204
        respond @bare 404
        respond 502
    }
`;
const handshakes = (path: string) => `    handle ${path} {
        route {
            reverse_proxy unix//run/covey/caddy-https.sock {
                transport http {
                    dial_timeout 400ms
                    response_header_timeout 300ms
                    tls
                    tls_insecure_skip_verify
                    tls_server_name a.example.com
                    versions 1.1
                }
                handle_response {
                    vars answered yes
                }
            }
            respond 204
        }
    }
`;

describe('Caddy of a node', () => {
  it('that is not the master has the sites of all nodes alone, and says whether they are answered', () => {
    const said = text('n2');
    expect(said).toContain('https://a.example.com {');
    expect(said).not.toContain('db.example.com');
    expect(said.endsWith(check(asking(80)))).toBe(true);
  });

  it('that is the master has all sites', () => {
    const said = text('n1');
    expect(said).toContain('http://db.example.com {');
    expect(said).toContain('http://a.example.com {');
    expect(said.endsWith(check(asking(80)))).toBe(true);
  });

  it('says at once that nothing new is to come, and then tells who still comes to come back by another connection', () => {
    const leaving = text('n1', { out: 'leaving' });
    expect(leaving).toContain('http://a.example.com {');
    expect(leaving.endsWith(check('    respond 404\n'))).toBe(true);
    const gone = text('n1', { out: 'gone' });
    expect(gone.match(/header @covey-out Connection close/g)).toHaveLength(2);
    expect(gone.split('http://db.example.com {')[1]).not.toContain('@covey-out');
    expect(leaving).not.toContain('@covey-out');
    expect(gone.endsWith(check('    respond 404\n'))).toBe(true);
  });

  it('has the sites of the release that runs there before it is recorded, and no longer', () => {
    const next = record({ caddyfile: 'http://a.example.com {\n\treverse_proxy shop-web-1:8080\n}\n' });
    const said = text('n2', { record: next, index: 7 });
    expect(said.endsWith(check(asking(8080)))).toBe(true);
    expect(text('n2', { record: next, index: 6 })).toBe(text('n2'));
    expect(text('n2', { record: record({ balanced: null }), index: 7 })).toBe(text('n2'));
  });

  it('asks itself for a certificate of each host, but for those of a release that is not recorded yet', () => {
    const hosts = ['a.example.com', 'b.example.com'];
    const both = (...more: string[]) => {
      const all = [...hosts, ...more];
      const urls = all.map((host) => `https://${host}`).join();
      return record({ domains: all, urls, balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: all } });
    };
    const app = caddyApp('shop', both(), false, 'n2');
    expect(app.balance?.tlsHosts).toEqual(hosts);
    const said = renderCaddyPart(app, settings);
    // Of all at once, and of each.
    expect(said.match(/tls_server_name .*/g)).toEqual(
      [...hosts, ...hosts].map((host) => `tls_server_name ${host}`),
    );
    expect(said.match(/handle \/tls.*(?= \{)/g)).toEqual([
      ...['handle /tls', 'handle /tls/a.example.com', 'handle /tls/b.example.com', 'handle /tls/*'],
    ]);
    const next = withState(app, 7, { record: both('c.example.com'), index: 7 });
    expect(next.balance).toMatchObject({ hosts: [...hosts, 'c.example.com'], tlsHosts: hosts });
  });

  it('that is none of them has nothing of the app', () => {
    expect(caddyApp('shop', record(), false, 'n3')).toMatchObject({ master: 'n1' });
    expect(caddyApp('shop', record(), false, 'n3')).not.toHaveProperty('balance');
    const alone = record({ balanced: { nodes: ['n1'], services: ['web'], hosts: ['a.example.com'] } });
    expect(caddyApp('shop', alone, false, 'n1')).not.toHaveProperty('balance');
  });
});

describe('HAProxy', () => {
  it('knows the nodes, the hosts, and what to ask', () => {
    const hosts = ['a.example.com'];
    expect(haproxyApp('shop', record(), false).balance).toEqual({
      ...{ nodes: ['n1', 'n2'], hosts, tlsHosts: ['a.example.com'], checks: 1 },
    });
    expect(haproxyApp('shop', record({ urls: 'http://a.example.com' }), false).balance).toEqual({
      ...{ nodes: ['n1', 'n2'], hosts, tlsHosts: [], checks: 1 },
    });
  });

  it('leads to the master alone in maintenance', () => {
    expect(haproxyApp('shop', record(), true)).not.toHaveProperty('balance');
  });
});

describe('what a node knows better', () => {
  const view = (index = 7, more: object = {}): View => ({
    apps: [
      { name: 'shop', index, record: record(more) },
      { name: 'bad', index: 1, error: 'unreadable' },
    ],
    maintenance: new Set(),
    members: [],
  });
  it('is in each view', () => {
    const states = createBalanceStates('n2');
    const before = view();
    expect(states.added(before)).toBe(before);
    states.set('shop', { out: 'leaving' });
    const added = states.added(before);
    expect(added.balance).toEqual(new Map([['shop', { out: 'leaving' }]]));
    states.set('shop', undefined);
    expect(states.added(added)).not.toHaveProperty('balance');
  });

  it.each<[string, View, BalanceState]>([
    ['the record has it', view(8), { record: record(), index: 7 }],
    ['this is none of its nodes', view(7, { balanced: null }), { out: 'gone' }],
    ['the app is gone', { ...view(), apps: [] }, { out: 'gone' }],
  ])('is forgotten when %s', (_why, next, state) => {
    const states = createBalanceStates('n2');
    states.set('shop', state);
    expect(states.added(view())).toHaveProperty('balance');
    expect(states.added(next)).not.toHaveProperty('balance');
    expect(states.added(view())).not.toHaveProperty('balance');
  });
});
