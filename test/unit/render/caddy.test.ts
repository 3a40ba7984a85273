import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaddyApp, type CaddySettings, renderCaddy, renderCaddyApp } from '../../../src/render/caddy.ts';
import { parseCaddyfile } from '../../../src/render/caddyfile/parser.ts';

const settings: CaddySettings = { internalCa: true };

function app(caddyfile: string, changes: Partial<CaddyApp> = {}): CaddyApp {
  return { name: 'foo_master.ddb14', master: 'node1', maintenance: false, caddyfile, ...changes };
}

/** What the apps add, without the common part. */
function parts(apps: readonly CaddyApp[], changes: Partial<CaddySettings> = {}): string {
  const text = renderCaddy({ node: 'node1', apps, settings: { ...settings, ...changes } });
  return text.slice(text.indexOf('# app'));
}

/** The body of the only site, with one level of indent taken off. */
function site(directives: string, changes: Partial<CaddySettings> = {}): string {
  const lines = parts([app(`https://a.example.com {\n${directives}\n}`)], changes).split('\n');
  return lines
    .slice(2, -2)
    .map((line) => line.slice(4))
    .join('\n');
}

describe("a node's Caddyfile", () => {
  it('begins with what is common, and redirects what only https serves', () => {
    const acme = {
      email: 'ops@example.com',
      ca: 'https://ca.example.com/dir',
      caRoot: '/etc/covey/acme/root.pem',
    };
    expect(
      renderCaddy({ node: 'node1', apps: [], settings: { internalCa: false, acme } }),
    ).toBe(`# Written by covey from the records in Consul; changes made here are lost.
{
    admin unix//run/covey/caddy-admin.sock|0600
    auto_https disable_redirects
    skip_install_trust
    email ops@example.com
    acme_ca https://ca.example.com/dir
    acme_ca_root /etc/covey/acme/root.pem
    servers {
        listener_wrappers {
            proxy_protocol
            tls
        }
        protocols h1 h2
    }
}

http:// {
    bind unix//run/covey/caddy-http.sock|0600
    redir https://{http.request.host}{http.request.uri} 308
}
`);
  });

  it("serves the readme's first example", () => {
    const caddyfile = `http://test.example.com {
    proxy / http://wordpress:80
}
http://www.test.example.com {
    redir http://test.example.com
}
`;
    expect(parts([app(caddyfile)])).toBe(`# app foo_master.ddb14
http://test.example.com {
    bind unix//run/covey/caddy-http.sock|0600
    log foo_master.ddb14
    encode zstd gzip
    reverse_proxy http://wordpress:80 {
        header_up X-Real-IP {http.request.remote.host}
        stream_close_delay 30m
        transport http {
            dial_timeout 10s
            response_header_timeout 300s
            read_timeout 300s
            write_timeout 300s
        }
    }
}

http://www.test.example.com {
    bind unix//run/covey/caddy-http.sock|0600
    log foo_master.ddb14
    encode zstd gzip
    redir * http://test.example.com 301
}
`);
  });

  it('has only apps whose master it is, in order of name', () => {
    const text = parts([
      app('b.example.com {\n}', { name: 'b' }),
      app('c.example.com {\n}', { name: 'c', master: 'node2' }),
      app('', { name: 'd' }),
      app('a.example.com {\n}', { name: 'a' }),
    ]);
    expect(text.match(/^# app .*/gm)).toEqual(['# app a', '# app b']);
  });

  it('writes a site with http and https twice, one for each socket; only https has certificates', () => {
    expect(
      parts([app('a.example.com, http://a.example.com, b.example.com:8443 {\n tls x@y.z\n respond hi\n}')]),
    ).toBe(`# app foo_master.ddb14
http://a.example.com {
    bind unix//run/covey/caddy-http.sock|0600
    log foo_master.ddb14
    encode zstd gzip
    respond hi
}

https://a.example.com, https://b.example.com {
    bind 127.0.0.1 unix//run/covey/caddy-https.sock|0600
    log foo_master.ddb14
    encode zstd gzip
    tls x@y.z
    respond hi
}
`);
  });

  it('adds what the app does not say', () => {
    const proxied = (inside: string) => `bind unix//run/covey/caddy-https.sock|0600
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

  it('keeps addresses and certificates in maintenance, and answers 503 to all', () => {
    const text = parts([
      app('(s) {\n tls own@example.com\n}\na.example.com/x {\n import s\n reverse_proxy c:80\n}', {
        maintenance: true,
      }),
    ]);
    expect(text.slice(text.indexOf('https://'))).toBe(`https://a.example.com/x {
    bind 127.0.0.1 unix//run/covey/caddy-https.sock|0600
    log foo_master.ddb14
    encode zstd gzip
    tls own@example.com
    route {
        header Retry-After 60
        header Cache-Control no-store
        request_header -If-Modified-Since
        request_header -If-None-Match
        request_header -If-Match
        request_header -If-Unmodified-Since
        request_header -Range
        rewrite * /index.html
        method GET
        file_server {
            root /srv
            status 503
        }
    }
    handle_errors {
        header Retry-After 60
        header Cache-Control no-store
        respond "This site is under maintenance." 503
    }
}
`);
  });

  it('gives each address to one site of an app, without its port; of two the one that had none counts', () => {
    const text = parts([
      app(
        'http://a:8080, http://b {\n respond 1\n}\nhttp://a, http://a/x:1 {\n respond 2\n}\nhttp://b:81 {\n respond 3\n}',
      ),
    ]);
    const { sites } = parseCaddyfile(text);
    expect(sites.map(({ addresses }) => addresses.map((address) => address.text))).toEqual([
      ['http://b'],
      ['http://a', 'http://a/x:1'],
    ]);
    expect(text).not.toContain('respond 3');
  });

  it("gives loggers names of their app's, and a number where a block has none", () => {
    const own = site(`log default {
 output discard
}
log {
 output stderr
}
log {
 output stdout
 hostnames A.example.com
}
log plain
handle /x {
 log_name plain
 log_skip
}`);
    expect(own.match(/^ *log.*/gm)?.map((line) => line.trim())).toEqual([
      'log foo_master.ddb14/default {',
      'log foo_master.ddb14/(1) {',
      'log foo_master.ddb14/(2) {',
      'log foo_master.ddb14/plain',
      'log_name foo_master.ddb14/plain',
      'log_skip',
    ]);
    const snippet = '(s) {\n log {\n  output file /var/log/{args[0]}.log\n }\n}\na {\n import s a\n}';
    expect(parts([app(snippet)])).toContain('    log {\n        output file /var/log/{args[0]}.log');
  });

  it('lets no name of a snippet be a site', () => {
    const name = 'x) {\n}\nhttp://other.example.com {\n respond stolen\n}\n(y';
    const text = parts([app(`"(${name})" {\n}\nhttp://a.example.com {\n}`)]);
    const { sites, snippets } = parseCaddyfile(text);
    expect(sites.flatMap(({ addresses }) => addresses.map((address) => address.text))).toEqual([
      'http://a.example.com',
    ]);
    expect(snippets.map((snippet) => snippet.name)).toEqual([`foo_master.ddb14/${name}`]);
  });

  it('names the line of what can not be served, and lets no name break its comment', () => {
    expect(() => renderCaddyApp(app('a {\n bind x\n}'), settings)).toThrow(
      'CADDYFILE line 2, column 2: "bind"',
    );
    expect(() => renderCaddyApp(app('a {\n}', { name: 'a\nb' }), settings)).toThrow('holds a line end');
    expect(() => renderCaddyApp(app('a {\n}', { name: 'a{$X:#}' }), settings)).toThrow('or a brace');
  });

  it('holds each part as if the app were alone', () => {
    const one = app('a.example.com {\n reverse_proxy c:80\n}', { name: 'one' });
    const alone = renderCaddyApp(one, settings);
    const part = alone.slice(alone.indexOf('# app'));
    const labels = fc.stringMatching(/^[b-z]{1,8}$/);
    const body = fc.constantFrom('respond x', 'proxy / c:80', 'redir https://x', '', 'tls internal\nlog');
    fc.assert(
      fc.property(fc.array(fc.tuple(labels, body), { maxLength: 5 }), (others) => {
        const apps = others.map(([name, lines]) => app(`http://${name}, ${name} {\n${lines}\n}`, { name }));
        expect(renderCaddy({ node: 'node1', apps: [...apps, one], settings })).toContain(part);
      }),
    );
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

  it.each([
    ['tls me@example.com', 'tls me@example.com'],
    ['tls /a.pem /a.key', 'tls /a.pem /a.key'],
    ['tls {\n        issuer acme\n    }', 'tls {\n    issuer acme\n}'],
  ])('has a host for the challenges before its socket: %s', (tls, printed) => {
    expect(head(tls)).toBe(`bind 127.0.0.1 ${socket}\n${printed}`);
  });

  it('has none where it needs no challenge, or takes what all take', () => {
    expect(head('tls internal')).toBe(`bind ${socket}\ntls internal`);
    expect(head('')).toBe(`bind ${socket}`);
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
