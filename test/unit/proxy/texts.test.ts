import { describe, expect, it } from 'vitest';
import type { HaproxyPart } from '../../../src/proxy/swarm.ts';
import { difference, type Parts, textsOf, textsOfApp } from '../../../src/proxy/texts.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';

const settings = { node: 'n1', caddy: { internalCa: false }, haproxy: haproxyDefaults };
const members = [{ name: 'n1', address: '192.0.2.1' }];

const parts: Parts = {
  caddy: new Map(
    ['foo', 'bar'].map((name) => [
      name,
      {
        name,
        master: 'n1',
        maintenance: false,
        caddyfile: `http://${name}.example.com {\n\trespond ${name}\n}`,
      },
    ]),
  ),
  haproxy: new Map(
    ['foo', 'bar'].map((name) => [
      name,
      {
        name,
        master: 'n1',
        ip: '192.0.2.1',
        maintenance: false,
        domains: [`${name}.example.com:8080`],
        haproxy: {
          'http-in': {
            backends: [{ port: 80, peer_port: 80, ct: name, use_backend_option: 'if { path /x }' }],
          },
          [`git-${name}`]: {
            frontend: { mode: 'tcp' as const, bind: ['*:2222'] },
            backends: [{ port: 22, peer_port: 2222, ct: name }],
          },
        },
      },
    ]),
  ),
};

describe("one app's share", () => {
  it('is its rules, its sections, where its hosts lead, and its sites', () => {
    expect(textsOfApp('foo', parts, [], settings)).toEqual({
      'haproxy.cfg': `frontend http-in
    use_backend http-foo if { path /x }

backend http-foo
    mode http
    server n1 foo:80 resolvers dns check inter 3s

frontend front-git-foo
    mode tcp
    bind *:2222
    use_backend backend-foo

backend backend-foo
    mode tcp
    server n1 foo:22
`,
      'domains.map': 'foo.example.com node-n1\n',
      Caddyfile: `# app foo
http://foo.example.com {
    bind unix//run/covey/caddy-http.sock|0600
    vars covey_aside 2c26b46b68ff
    log foo
    encode zstd gzip
    respond foo
}
`,
    });
  });

  it('has no sites where another node is the master, and nothing where there is no such app', () => {
    expect(textsOfApp('foo', parts, [], { ...settings, node: 'n2' })).toMatchObject({
      'haproxy.cfg': expect.stringContaining('server n1 192.0.2.1:2222'),
      Caddyfile: '',
    });
    expect(textsOfApp('none', parts, [], settings)).toEqual({
      'haproxy.cfg': '',
      'domains.map': '',
      Caddyfile: '',
    });
  });

  it('stands in the whole line for line', () => {
    const whole = textsOf(parts, members, settings);
    for (const app of ['foo', 'bar']) {
      const share = textsOfApp(app, parts, [], settings);
      for (const name of ['haproxy.cfg', 'domains.map', 'Caddyfile'] as const)
        for (const line of share[name].split('\n')) expect(whole[name].split('\n')).toContain(line);
    }
  });
});

describe('a swarm key', () => {
  const swarm = {
    key: 'team/shop',
    domains: ['Shop.example.com', 'foo.example.com'],
    haproxy: {
      'http-in': { backends: [{ name: 'shop', port: 80, ct: 's', use_backend_option: 'if { path /s }' }] },
      raw: { frontend: { mode: 'tcp' as const, bind: ['*:3333'] }, backends: [{ port: 22, ct: 's' }] },
    },
  };
  const both: Parts = {
    ...parts,
    haproxy: new Map<string, HaproxyPart>([...parts.haproxy, ['swarm/team/shop', swarm]]),
  };

  it('brings its rules, its sections and where its hosts lead, an app before it', () => {
    const share = textsOfApp('swarm/team/shop', both, [], settings);
    expect(share['haproxy.cfg']).toMatch(
      /^frontend http-in\n {4}use_backend http-swarm-shop if \{ path \/s \}\n\nbackend http-swarm-shop\n/,
    );
    expect(share['haproxy.cfg']).toContain('frontend swarm-front-raw\n    mode tcp\n    bind *:3333\n');
    expect(share).toMatchObject({
      'domains.map': 'foo.example.com node-n1\nshop.example.com swarm\n',
      Caddyfile: '',
    });
    const whole = textsOf(both, members, settings);
    for (const name of ['haproxy.cfg', 'domains.map'] as const)
      for (const line of share[name].split('\n')) expect(whole[name].split('\n')).toContain(line);
  });
});

describe('the difference', () => {
  it('is empty where both are the same, else a unified diff', () => {
    expect(difference('Caddyfile', 'a\n', 'a\n')).toBe('');
    expect(difference('domains.map', 'a 1\nb 1\n', 'a 1\nb 2\n')).toBe(
      '--- live/domains.map\n+++ records/domains.map\n@@ -1,2 +1,2 @@\n a 1\n-b 1\n+b 2\n',
    );
  });

  it('comes in time also where two long files have nothing in common', () => {
    const lines = (word: string) => Array.from({ length: 30_000 }, (_, i) => `${word} ${i}\n`).join('');
    const text = difference('Caddyfile', lines('one'), lines('two'));
    expect(text.match(/^-one/gm)).toHaveLength(30_000);
    expect(text.match(/^\+two/gm)).toHaveLength(30_000);
  });
});
