import { describe, expect, it } from 'vitest';
import type { CaddySettings } from '../../../src/render/caddy.ts';
import { app, parts, site } from './caddy-parts.ts';

describe("a node's Caddyfile", () => {
  it('adds what the app does not say', () => {
    const proxied = (inside: string) => `bind unix//run/covey/caddy-https.sock|0600
vars covey_aside acd772706c4a
tls internal
log foo_master.ddb14
encode zstd gzip
${inside}`;
    const timeouts = `dial_timeout 10s
        response_header_timeout 300s
        read_timeout 300s
        write_timeout 300s`;
    expect(site('reverse_proxy https://c:443')).toBe(
      proxied(`reverse_proxy https://c:443 {
    header_up X-Real-IP {http.request.remote.host}
    stream_close_delay 30m
    transport http {
        ${timeouts}
        tls_insecure_skip_verify
    }
}`),
    );
    expect(
      site('handle /x {\n reverse_proxy {\n to c:80\n header_up x-real-ip 1\n stream_close_delay 1m\n}\n}'),
    ).toContain(
      'reverse_proxy {\n        to c:80\n        header_up x-real-ip 1\n        stream_close_delay 1m\n        transport http {',
    );
    expect(site('reverse_proxy h2c://c:80')).not.toContain('transport');
    expect(site('reverse_proxy c:9000 {\n transport fastcgi\n}')).toContain('transport fastcgi\n');
  });

  it('adds nothing that the app says, be it by a snippet', () => {
    expect(
      site('log {\n output discard\n}\nencode gzip\ntls internal'),
    ).toBe(`bind unix//run/covey/caddy-https.sock|0600
vars covey_aside acd772706c4a
log foo_master.ddb14/(1) {
    output discard
}
encode gzip
tls internal`);
    expect(site('', { internalCa: false })).not.toContain('tls');
    const own = site(
      'reverse_proxy https://c {\n transport http {\n read_timeout 5s\n tls_server_name x\n}\n}',
    );
    expect(own.match(/read_timeout/g)).toHaveLength(1);
    expect(own).not.toContain('tls_insecure_skip_verify');
    const snippets =
      '(s) {\n encode gzip\n log\n tls internal\n reverse_proxy c:80\n}\nhttps://a {\n import s\n}';
    const text = parts([app(snippets)]);
    expect(text.match(/encode|^ +log|tls internal/gm)).toHaveLength(3);
    expect(text).toContain('(foo_master.ddb14/s) {');
    expect(text).toContain('    import foo_master.ddb14/s\n');
    expect(text).toContain('X-Real-IP');
  });
});

describe('a site that says something of its certificates', () => {
  const acme = { ca: 'https://ca.example.com/dir' };
  const head = (tls: string, changes: Partial<CaddySettings> = {}) =>
    site(`    ${tls}\n    respond x`, { internalCa: false, ...changes })
      .split('\n')
      .filter((line) => !/^(log|encode|respond)/.test(line))
      .join('\n');
  const socket = 'unix//run/covey/caddy-https.sock|0600';
  const mark = 'vars covey_aside acd772706c4a';

  it.each([
    ['tls me@example.com', 'tls me@example.com'],
    ['tls /a.pem /a.key', 'tls /a.pem /a.key'],
    ['tls {\n        issuer acme\n    }', 'tls {\n    issuer acme\n}'],
  ])('has a host for the challenges before its socket: %s', (tls, printed) => {
    expect(head(tls)).toBe(`bind 127.0.0.1 ${socket}\n${mark}\n${printed}`);
  });

  it('has none where it needs no challenge, or takes what all take', () => {
    expect(head('tls internal')).toBe(`bind ${socket}\n${mark}\ntls internal`);
    expect(head('')).toBe(`bind ${socket}\n${mark}`);
  });

  it("asks the cluster's ACME server and no other for an address of its own", () => {
    expect(head('tls me@example.com', { acme })).toContain(
      'tls me@example.com {\n    ca https://ca.example.com/dir\n}',
    );
    const snippet = 'https://a.example.com {\n    import s\n}\n(s) {\n    tls me@example.com\n}';
    const text = parts([app(snippet)], { internalCa: false, acme });
    expect(text).toContain('tls me@example.com {\n        ca https://ca.example.com/dir');
    expect(text).toContain('bind 127.0.0.1 unix');
  });

  it.each(['ca https://other.example.com', 'issuer internal'])('leaves it its own: %s', (line) => {
    expect(head(`tls me@example.com {\n        ${line}\n    }`, { acme })).not.toContain(acme.ca);
  });
});
