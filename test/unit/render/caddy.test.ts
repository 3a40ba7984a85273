import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCaddy, renderCaddyApp } from '../../../src/render/caddy.ts';
import { app, parts, settings } from './caddy-parts.ts';

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
    vars covey_aside acd772706c4a
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
    vars covey_aside acd772706c4a
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
    vars covey_aside acd772706c4a
    log foo_master.ddb14
    encode zstd gzip
    respond hi
}

https://a.example.com, https://b.example.com {
    bind 127.0.0.1 unix//run/covey/caddy-https.sock|0600
    vars covey_aside acd772706c4a
    log foo_master.ddb14
    encode zstd gzip
    tls x@y.z
    respond hi
}
`);
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
