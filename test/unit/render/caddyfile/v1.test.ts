import { describe, expect, it } from 'vitest';
import { readCaddyfile } from '../../../../src/render/caddyfile/app.ts';
import { parseCaddyfile } from '../../../../src/render/caddyfile/parser.ts';
import { printCaddyfile } from '../../../../src/render/caddyfile/printer.ts';
import { detectSyntax } from '../../../../src/render/caddyfile/syntax.ts';

/** What a site's v1 lines become, without the site around them. */
function convert(lines: string): string {
  const printed = printCaddyfile(readCaddyfile(`# caddy v1\nhttp://a.example.com {\n${lines}\n}`));
  const inner = printed.split('\n').slice(1, -2);
  return inner.map((line) => line.replace(/^ {4}/, '')).join('\n');
}

describe('which syntax a CADDYFILE has', () => {
  it.each([
    ['http://a {\n proxy / b:80\n}', 'v1'],
    ['http://a {\n gzip\n}', 'v1'],
    ['a {\n tls self_signed\n}', 'v1'],
    ['a {\n log / stdout "x"\n}', 'v1'],
    ['a {\n redir 301 {\n /a /b\n}\n}', 'v1'],
    ['a {\n basicauth / user pass\n}', 'v1'],
    ['a {\n reverse_proxy b:80\n}', 'v2'],
    ['a {\n redir https://b{uri}\n}', 'v2'],
    ['a {\n handle /x {\n proxy / y\n}\n}', 'v2'],
    ['a {\n log {\n output stdout\n}\n}', 'v2'],
    ['(s) {\n gzip\n}\na {\n import s\n}', 'v1'],
    ['# caddy v1\na {\n root /srv\n}', 'v1'],
    ['\n  #caddy V1 \na {\n}', 'v1'],
    ['# caddy v2\na {\n gzip\n}', 'v2'],
    ['a {\n # caddy v1\n}', 'v2'],
  ])('%j is %s', (text, expected) => {
    expect(detectSyntax(parseCaddyfile(text), text)).toBe(expected);
  });
});

describe('v1 directives', () => {
  it.each([
    ["the readme's proxy", 'proxy / http://c:80', 'reverse_proxy http://c:80 {\n}'],
    ['port 80 where none is said', 'proxy / c', 'reverse_proxy c:80 {\n}'],
    [
      'prefixes',
      'proxy /api c:80 d:81 {\n policy ip_hash\n}',
      'reverse_proxy /api* c:80 d:81 {\n    lb_policy ip_hash\n}',
    ],
    [
      'what Caddy 2 does by itself',
      'proxy / c:80 {\n websocket\n transparent\n header_upstream Host {host}\n header_upstream X-Real-IP {remote}\n header_upstream X-Forwarded-Proto {scheme}\n}',
      'reverse_proxy c:80 {\n}',
    ],
    [
      'placeholders in headers',
      'proxy / c:80 {\n header_upstream X "{host} {>A-B} {~c} {?q} {$ENV}"\n header_downstream -Server\n}',
      'reverse_proxy c:80 {\n    header_up X "{http.request.hostport} {http.request.header.A-B} {http.request.cookie.c} {http.request.uri.query.q} {$ENV}"\n    header_down -Server\n}',
    ],
    [
      'TLS upstreams, which keep the visitor’s Host',
      'proxy / https://c:443/ {\n insecure_skip_verify\n}',
      'reverse_proxy https://c:443 {\n    header_up Host {http.request.hostport}\n    transport http {\n        tls_insecure_skip_verify\n    }\n}',
    ],
    [
      'paths that change on the way',
      'proxy /api http://c:80/base {\n without /api\n}',
      'handle /api* {\n    route {\n        uri strip_prefix /api\n        rewrite * /base{http.request.uri}\n        reverse_proxy http://c:80 {\n        }\n    }\n}',
    ],
    [
      'exceptions',
      'proxy / c:80 {\n except /static /media\n}',
      '@proxy-3 {\n    not path /static* /media*\n}\nreverse_proxy @proxy-3 c:80 {\n}',
    ],
    [
      'timeouts, which go to the upstream',
      'timeouts {\n read 10\n write 1m\n idle 5m\n}\nproxy / c:80',
      'reverse_proxy c:80 {\n    transport http {\n        response_header_timeout 10s\n        read_timeout 10s\n        write_timeout 1m\n    }\n}',
    ],
    ['a redirect, to exactly that URL', 'redir http://b.example.com', 'redir * http://b.example.com 301'],
    ['a redirect with the URI', 'redir https://b{uri} 302', 'redir * https://b{http.request.uri} 302'],
    ['a redirect of a path', 'redir /old /new', 'redir /old /new 301'],
    ['a redirect of everything', 'redir / /new 307', 'redir * /new 307'],
    ['a page that redirects', 'redir /old /new meta', 'redir /old /new html'],
    ['a table of redirects', 'redir 307 {\n /a /b\n /c /d 302\n}', 'redir /a /b 307\nredir /c /d 302'],
    ['compression, once', 'gzip\ngzip {\n ext .html\n}', 'encode zstd gzip'],
    ['logs', 'log / stdout "{hostonly} - {combined}"\nerrors stderr', ''],
    [
      'error pages',
      'errors {\n 404 404.html\n * ./oops.html\n}',
      'handle_errors 404 {\n    rewrite * /404.html\n    file_server\n}\nhandle_errors {\n    rewrite * /oops.html\n    file_server\n}',
    ],
    ['TLS', 'tls self_signed', 'tls internal'],
    ['TLS of an account', 'tls a@b.c', 'tls a@b.c'],
    ['no TLS', 'tls off', ''],
    ['files', 'root /srv/x', 'root * /srv/x\nfile_server'],
  ])('convert: %s', (_what, lines, expected) => {
    expect(convert(lines)).toBe(expected);
  });

  it.each([
    ['proxy /', 'line 3, column 1: "proxy" needs a path and at least one upstream'],
    ['proxy / c:80 {\n  quic\n}', 'line 4, column 3: "quic" of a v1 "proxy" is not supported'],
    ['proxy / ftp://c', 'line 3, column 9: the upstream "ftp://c" is neither'],
    ['proxy / c:80/a d:80/b', 'all upstreams of a "proxy" need the same path'],
    [
      'proxy / c {\n header_upstream X {mitm}\n}',
      'line 4, column 20: the v1 placeholder {mitm} has no counterpart',
    ],
    ['redir', '"redir " is none of'],
    ['redir a b c', '"redir a b c" is none of'],
    ['redir {\n if {path} is /a\n /b /c\n}', 'line 4, column 2: "redir" with "if" is not supported'],
    ['timeouts soon', '"soon" is no duration'],
    ['timeouts {\n sleep 5\n}', '"sleep" of "timeouts" is none of'],
    ['tls {\n dns x\n}', 'a v1 "tls" with a block is not supported'],
    ['errors {\n four x\n}', '"four" of "errors" is no status code'],
    ['markdown', 'line 3, column 1: the v1 directive "markdown" is not supported'],
  ])('refuse %j', (lines, message) => {
    expect(() => convert(lines)).toThrow(message);
    expect(() => convert(lines)).toThrow(/^CADDYFILE line \d+, column \d+: /);
  });

  it('refuse "tls off" where the address is not one of plain HTTP', () => {
    expect(() => readCaddyfile('a.example.com {\n tls off\n}')).toThrow(
      'line 2, column 2: "tls off" needs http:// in front of "a.example.com"',
    );
  });

  it('are converted in snippets too, and see the timeouts that a snippet brings', () => {
    const text = '(t) {\n timeouts 9s\n gzip\n}\nhttp://a {\n import t\n proxy / c:80\n}';
    expect(printCaddyfile(readCaddyfile(text))).toBe(`(t) {
    encode zstd gzip
}

http://a {
    import t
    reverse_proxy c:80 {
        transport http {
            response_header_timeout 9s
            read_timeout 9s
            write_timeout 9s
        }
    }
}
`);
  });
});
