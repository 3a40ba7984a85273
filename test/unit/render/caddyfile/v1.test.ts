import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { siteAddresses, urlsOf } from '../../../../src/render/caddyfile/address.ts';
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
    ['a {\n basicauth user pass {\n realm x\n /y\n}\n}', 'v1'],
    ['a {\n basicauth bcrypt realm {\n user $2a$hash\n}\n}', 'v2'],
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
      'prefixes, and nothing elsewhere',
      'proxy /api c:80 d:81 {\n policy ip_hash\n}',
      'route {\n    reverse_proxy /api* c:80 d:81 {\n        lb_policy ip_hash\n    }\n    error 404\n}',
    ],
    [
      'what Caddy 2 does by itself',
      'proxy / c:80 {\n websocket\n header_upstream Host {host}\n header_upstream X-Real-IP {remote}\n header_upstream X-Forwarded-Proto {scheme}\n header_upstream Connection {>Connection}\n}',
      'reverse_proxy c:80 {\n}',
    ],
    [
      'v1’s preset',
      'proxy / c:80 {\n transparent\n}',
      'reverse_proxy c:80 {\n    header_up X-Forwarded-Port {http.request.local.port}\n}',
    ],
    [
      'placeholders in headers',
      'proxy / c:80 {\n header_upstream X "{host} {>A-B} {~c} {?q} {$ENV}"\n header_downstream -Server\n}',
      'reverse_proxy c:80 {\n    header_up X "{http.request.hostport} {http.request.header.A-B} {http.request.cookie.c} {http.request.uri.query.q} {$ENV}"\n    header_down -Server\n}',
    ],
    [
      'changes of headers',
      'proxy / c:80 {\n header_upstream -A\n header_upstream +B b\n header_upstream C ^c c{uri}\n}',
      'reverse_proxy c:80 {\n    header_up -A\n    header_up +B b\n    header_up C ^c c{http.request.orig_uri}\n}',
    ],
    [
      'TLS upstreams, which keep the visitor’s Host',
      'proxy / https://c:443/ {\n insecure_skip_verify\n}',
      'reverse_proxy https://c:443 {\n    header_up Host {http.request.hostport}\n    transport http {\n        tls_insecure_skip_verify\n    }\n}',
    ],
    [
      'paths that change on the way',
      'proxy / http://c:80/base {\n without /api\n}',
      'handle {\n    route {\n        uri strip_prefix /api\n        rewrite * /base{http.request.uri}\n        reverse_proxy http://c:80 {\n        }\n    }\n}',
    ],
    [
      'the longest path first, and exceptions below it',
      'proxy / c:80\nproxy /api d:80 {\n except /v1 /v2/\n}',
      'route {\n    @proxy-1 {\n        path /api*\n        not path /api/v1* /api/v2/*\n    }\n    reverse_proxy @proxy-1 d:80 {\n    }\n    reverse_proxy c:80 {\n    }\n}',
    ],
    [
      'limits',
      'proxy / c:80 {\n fail_timeout 10s\n max_fails 3\n max_conns 9\n try_duration 2s\n try_interval 100ms\n keepalive 4\n timeout 3s\n fallback_delay 1s\n policy header X\n}',
      'reverse_proxy c:80 {\n    fail_duration 10s\n    max_fails 3\n    unhealthy_request_count 9\n    lb_try_duration 2s\n    lb_try_interval 100ms\n    lb_policy header X {\n        fallback round_robin\n    }\n    transport http {\n        keepalive_idle_conns_per_host 4\n        dial_timeout 3s\n        dial_fallback_delay 1s\n    }\n}',
    ],
    [
      'health checks',
      'proxy / c:80/base {\n health_check /up\n health_check_contains "a.b"\n health_check_port 81\n}',
      'handle {\n    route {\n        rewrite * /base{http.request.uri}\n        reverse_proxy c:80 {\n            health_uri /base/up\n            health_port 81\n            health_interval 30s\n            health_timeout 60s\n            health_follow_redirects\n            health_body a\\.b\n            health_headers {\n                Host a.example.com\n            }\n        }\n    }\n}',
    ],
    [
      'timeouts, which go to the upstream',
      'timeouts {\n read 10\n write 1m\n idle 5m\n}\nproxy / c:80',
      'reverse_proxy c:80 {\n    transport http {\n        response_header_timeout 10s\n        read_timeout 10s\n        write_timeout 1m\n    }\n}',
    ],
    ['a redirect, to exactly that URL', 'redir http://b.example.com', 'redir * http://b.example.com 301'],
    ['a redirect with the URI', 'redir https://b{uri} 302', 'redir * https://b{http.request.orig_uri} 302'],
    ['a redirect of everything', 'redir / /new 307', 'redir * /new 307'],
    [
      'a redirect of a path, and one that is a page',
      'redir /Old /old\nredir /b /c meta',
      'route {\n    @redir-1 {\n        path_regexp ^/Old$\n    }\n    redir @redir-1 /old 301\n    @redir-2 {\n        path_regexp ^/b$\n    }\n    redir @redir-2 /c html\n    error 404\n}',
    ],
    [
      'a table of redirects, with a condition',
      'redir 307 {\n if {>X} not_match a{1}\n if {?p} is {host}\n if_op or\n /a /b\n /c /d 302\n}',
      'route {\n    @redir-1 {\n        path_regexp ^/a$\n        expression "!(({http.request.header.X}).matches(\\"a\\x7b1}\\")) || ({http.request.uri.query.p} == string({http.request.hostport}))"\n    }\n    redir @redir-1 /b 307\n    @redir-2 {\n        path_regexp ^/c$\n        expression "!(({http.request.header.X}).matches(\\"a\\x7b1}\\")) || ({http.request.uri.query.p} == string({http.request.hostport}))"\n    }\n    redir @redir-2 /d 302\n    error 404\n}',
    ],
    [
      'rewrites',
      'rewrite ^/a/(.*) /b/{1}?{query}\nrewrite not ^/c d',
      'route {\n    route {\n        @rewrite-1 {\n            path_regexp pattern-1 ^/a/(.*)\n        }\n        rewrite @rewrite-1 /b/{http.regexp.pattern-1.1}?{http.request.uri.query}\n        @rewrite-2 {\n            not path_regexp ^/c\n        }\n        rewrite @rewrite-2 /d\n    }\n    error 404\n}',
    ],
    [
      'blocks of rewrites',
      'root /srv/x\nrewrite {\n to {path} {path}/ /index.php?p={path}\n}\nrewrite /blog/ {\n r ^/(\\d+)\n ext .html /\n if {method} is GET\n to /posts/{1}\n}\nrewrite /x {\n r y$\n ext !.css\n to /z\n}',
      'root * /srv/x\nroute {\n    route {\n        @rewrite-1 {\n            path /blog/*\n            path_regexp pattern-2 ^(?i:/blog)/(\\d+)\n            expression "({http.request.uri.path}.matches(\\"\\\\.html/?$|/[^./]*/?$\\")) && (({http.request.method} == \\"GET\\"))"\n        }\n        rewrite @rewrite-1 /posts/{http.regexp.pattern-2.1}\n        @rewrite-2 {\n            path /x*\n            path_regexp pattern-3 ^(?i:/x)(?s:.*?)(?:y$)\n            expression !{http.request.uri.path}.matches("\\\\.css/?$")\n        }\n        rewrite @rewrite-2 /z\n        @rewrite-3 {\n            file {\n                try_files {http.request.uri.path}\n            }\n        }\n        rewrite @rewrite-3 {http.matchers.file.relative}\n        @rewrite-4 {\n            file {\n                try_files {http.request.uri.path}/\n            }\n        }\n        rewrite @rewrite-4 {http.matchers.file.relative}\n        rewrite * /index.php?p={http.request.uri.path}\n    }\n    file_server {\n        index index.html index.htm index.txt default.html default.htm default.txt\n    }\n}',
    ],
    [
      'FastCGI',
      'fastcgi / php:9000 php {\n root /var/www\n env A {host}\n except /raw\n upstream unix:/run/php.sock\n read_timeout 9s\n}',
      'route {\n    @fastcgi-1 {\n        not path /raw*\n        path_regexp (?i)\\.php\n    }\n    reverse_proxy @fastcgi-1 php:9000 unix//run/php.sock {\n        lb_policy round_robin\n        transport fastcgi {\n            root /var/www\n            split .php\n            env A {http.request.hostport}\n            dial_timeout 60s\n            read_timeout 9s\n            write_timeout 300s\n        }\n    }\n    error 404\n}',
    ],
    [
      'FastCGI of the site’s own files',
      'root /srv/x\nfastcgi / tcp://php:9000 php',
      'root * /srv/x\nroute {\n    route {\n        @index-1 {\n            path_regexp /$\n            file {\n                try_files {http.request.uri.path}index.php\n            }\n        }\n        rewrite @index-1 {http.matchers.file.relative}\n    }\n    @fastcgi-1 {\n        path_regexp (?i)\\.php\n        not {\n            file\n            not {\n                path_regexp (/|\\.php)$\n            }\n        }\n    }\n    reverse_proxy @fastcgi-1 php:9000 {\n        transport fastcgi {\n            split .php\n            dial_timeout 60s\n            read_timeout 300s\n            write_timeout 300s\n        }\n    }\n    file_server {\n        index index.html index.htm index.txt default.html default.htm default.txt\n    }\n}',
    ],
    [
      'users',
      'basicauth /admin joe secret\nbasicauth ann secret {\n realm Members\n /admin/x\n}',
      'route {\n    @basicauth-1 {\n        not method OPTIONS\n        path /admin/x*\n    }\n    basic_auth @basicauth-1 bcrypt Members {\n        joe $2b$10$3A5KjIhZPVNHa8cYSucaTOQNWN9Cd4zAsCca5t8/qUwUzu7VGrx6S\n        ann $2b$10$DymQEWjbKAMbLYKMSCrs2e6AGofAYh9g9putXjwM20bk4h1tL.m.2\n    }\n    @basicauth-2 {\n        not method OPTIONS\n        path /admin*\n        not path /admin/x*\n    }\n    basic_auth @basicauth-2 bcrypt Restricted {\n        joe $2b$10$3A5KjIhZPVNHa8cYSucaTOQNWN9Cd4zAsCca5t8/qUwUzu7VGrx6S\n    }\n    error 404\n}',
    ],
    [
      'headers',
      'header / {\n -Server\n X-A "{host}"\n Cache-Control no-store\n}\nheader /api +X-B b\nproxy / c',
      'route {\n    header -Server\n    header >Cache-Control no-store\n    header ?X-A "{http.request.hostport}"\n    header /api* +X-B b\n    reverse_proxy c:80 {\n    }\n}\nhandle_errors {\n    header -Server\n    header >Cache-Control no-store\n    header ?X-A "{http.request.hostport}"\n    header /api* +X-B b\n}',
    ],
    [
      'types',
      'mime .x text/x\nmime {\n .y text/y\n}\nproxy / c',
      'route {\n    @mime-1 {\n        path *.x\n    }\n    header @mime-1 >Content-Type text/x\n    @mime-2 {\n        path *.y\n    }\n    header @mime-2 >Content-Type text/y\n    reverse_proxy c:80 {\n    }\n}',
    ],
    [
      'statuses',
      'status 403 /secret\nstatus 204 {\n /\n /secret/ping\n}',
      'route {\n    respond /secret/ping* 204\n    error /secret* 403\n    respond 204\n}',
    ],
    [
      'extensions',
      'root /srv/x\next .html .txt',
      'root * /srv/x\nroute {\n    route {\n        @ext-1 {\n            path_regexp /[^./]+$\n            file {\n                try_files {http.request.uri.path}.html {http.request.uri.path}.txt\n            }\n        }\n        rewrite @ext-1 {http.matchers.file.relative}\n    }\n    file_server {\n        index index.html index.htm index.txt default.html default.htm default.txt\n    }\n}',
    ],
    [
      'files that only upstreams give out',
      'root /srv/x\ninternal /secret\nproxy /app c',
      'root * /srv/x\nroute {\n    error /secret* 404\n    reverse_proxy /app* c:80 {\n        @accel header X-Accel-Redirect *\n        handle_response @accel {\n            route {\n                rewrite * {http.reverse_proxy.header.X-Accel-Redirect}\n                reverse_proxy /app* c:80 {\n                }\n                copy_response_headers {\n                    exclude X-Accel-Redirect Content-Length Content-Encoding\n                }\n                file_server {\n                    index index.html index.htm index.txt default.html default.htm default.txt\n                }\n            }\n        }\n    }\n    file_server {\n        index index.html index.htm index.txt default.html default.htm default.txt\n    }\n}',
    ],
    [
      'compression, once',
      'gzip {\n not /raw\n}\ngzip {\n ext .html\n}\nproxy / c',
      'encode zstd gzip\nreverse_proxy c:80 {\n}',
    ],
    [
      'compression in detail',
      'gzip {\n not /raw\n level 9\n min_length 100\n}\nproxy / c',
      '@gzip-1 {\n    not path /raw*\n}\nencode @gzip-1 {\n    zstd\n    gzip 9\n    minimum_length 100\n}\nreverse_proxy c:80 {\n}',
    ],
    ['logs', 'log / stdout "{hostonly} - {combined}"\nerrors stderr\nproxy / c', 'reverse_proxy c:80 {\n}'],
    [
      'error pages',
      'root /srv/x\nerrors {\n 404 404.html\n * /srv/pages/oops.html\n}\nproxy / c',
      'root * /srv/x\nroute {\n    reverse_proxy c:80 {\n    }\n    file_server {\n        index index.html index.htm index.txt default.html default.htm default.txt\n    }\n}\nhandle_errors 404 {\n    rewrite * /404.html\n    file_server\n}\nhandle_errors {\n    root * /srv/pages\n    rewrite * /oops.html\n    file_server\n}',
    ],
    [
      'error pages of no folder, which were never there',
      'errors {\n 404 404.html\n}\nproxy / c',
      'reverse_proxy c:80 {\n}',
    ],
    [
      'errors that are seen',
      'errors visible\nproxy / c',
      'reverse_proxy c:80 {\n}\nhandle_errors {\n    respond {http.error}\n}',
    ],
    ['TLS', 'tls self_signed\nproxy / c', 'tls internal\nreverse_proxy c:80 {\n}'],
    ['TLS of an account', 'tls a@b.c\nproxy / c', 'tls a@b.c\nreverse_proxy c:80 {\n}'],
    ['no TLS', 'tls off\nproxy / c', 'reverse_proxy c:80 {\n}'],
    [
      'files',
      'root /srv/x',
      'root * /srv/x\nfile_server {\n    index index.html index.htm index.txt default.html default.htm default.txt\n}',
    ],
    [
      'files with pages of their own',
      'index home.html\nroot /srv/x',
      'root * /srv/x\nfile_server {\n    index home.html\n}',
    ],
    [
      "v1's order",
      'proxy / c\nredir /a /b\nbasicauth /x u p\nheader /h A a\nrewrite /r /s',
      'route {\n    route {\n        @rewrite-1 {\n            path_regexp pattern-1 /r\n        }\n        rewrite @rewrite-1 /s\n    }\n    header /h* ?A a\n    @basicauth-1 {\n        not method OPTIONS\n        path /x*\n    }\n    basic_auth @basicauth-1 bcrypt Restricted {\n        u $2b$10$cj/Su8h3ruccvFp79/rNLu8jREzAsIZwMUlqKwdo3X5hGpYUkosl2\n    }\n    @redir-1 {\n        path_regexp ^/a$\n    }\n    redir @redir-1 /b 301\n    reverse_proxy c:80 {\n    }\n}\nhandle_errors {\n    header /h* ?A a\n}',
    ],
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
    ['redir', '"redir " is none of: redir TO, redir TO CODE'],
    ['redir a b c', '"redir a b c" is none of'],
    ['redir {\n if {path} like /a\n /b /c\n}', 'line 4, column 12: "like" of "if" is none of'],
    ['redir {\n if {path} is\n /b /c\n}', 'line 4, column 2: "if" needs three words'],
    ['redir {\n if_op xor\n /b /c\n}', '"if_op" is one of: and, or'],
    ['redir /a /b 306', '"redir /a /b 306" is none of'],
    ['proxy / c {\n policy fair\n}', 'line 4, column 2: "policy" is none of'],
    ['proxy / c {\n policy header\n}', '"policy" is none of'],
    ['proxy / c {\n max_fails none\n}', 'line 4, column 12: "none" is no whole number'],
    ['proxy / c {\n fail_timeout\n}', '"fail_timeout" needs one value'],
    ['proxy / c {\n ca_certificates /a.pem\n}', 'line 4, column 2: "ca_certificates" of a v1 "proxy"'],
    ['proxy / srv://c', 'the upstream "srv://c" is neither'],
    ['proxy / http://u:p@c', 'an upstream with a user'],
    ['proxy api c', 'line 3, column 7: the path "api" does not begin with "/"'],
    ['proxy /*.php c', 'holds a character that Caddy 2 reads as a pattern'],
    ['rewrite /a', 'the block of a "rewrite" needs a line "to"'],
    ['rewrite /a {\n to /b\n status 4\n}', 'line 5, column 2: "status" of "rewrite" is none of'],
    ['rewrite /a {\n r ^b|^c\n to /b\n}', `line 4, column 4: the pattern "^b|^c" can't be joined`],
    ['rewrite {\n ext html\n to /b\n}', 'line 4, column 6: "html" of "ext" is no extension'],
    ['fastcgi / c:9000 ruby', 'line 3, column 18: "ruby" is no preset of "fastcgi"; there is: php'],
    ['fastcgi / c:9000 php {\n pool 3\n}', 'line 4, column 2: "pool" of a v1 "fastcgi"'],
    ['fastcgi / c:9000 php {\n index a.html\n}', 'the index "a.html" does not hold ".php"'],
    ['fastcgi / srv://c php', 'is neither host:port nor unix:/path'],
    ['basicauth joe secret', 'line 3, column 1: this "basicauth" protects no path'],
    ['basicauth / joe htpasswd=x', 'line 3, column 17: "basicauth" with a file'],
    [`basicauth / joe ${'x'.repeat(73)}`, 'a user and a password of "basicauth" have 1 to 72 bytes'],
    ['basicauth /a joe x\nbasicauth / joe y', '"basicauth" has two passwords for "joe"'],
    ['header /', '"header" needs a path'],
    ['header / X', 'a line of "header" is NAME VALUE'],
    ['header / "a b" c', 'is no name of a header'],
    ['mime txt text/plain', '"txt" of "mime" is no extension'],
    ['status 600 /a', '"600" is no status code'],
    ['status 404', '"status" needs a code and a path'],
    ['ext', '"ext" needs an extension'],
    ['internal', '"internal" needs one path'],
    ['gzip {\n quality 3\n}', 'line 4, column 2: "quality" of "gzip" is none of'],
    ['gzip {\n not raw\n}', 'line 4, column 6: the path "raw" does not begin'],
    ['timeouts soon', '"soon" is no duration'],
    ['timeouts {\n sleep 5\n}', '"sleep" of "timeouts" is none of'],
    ['tls {\n dns x\n}', 'a v1 "tls" with a block is not supported'],
    ['errors {\n four x\n}', '"four" of "errors" is no status code'],
    ['proxy / c {\n except\n}', '"except" needs a path'],
    ['proxy / c {\n header_upstream X\n}', '"header_upstream" needs a name and a value, or -NAME'],
    ['proxy / c {\n header_upstream +X a b\n}', "can't have a replacement"],
    ['proxy / c {\n keepalive\n}', '"keepalive" needs one number'],
    ['proxy / c {\n timeout\n}', '"timeout" needs one duration'],
    ['proxy / c {\n upstream\n}', '"upstream" needs one address'],
    ['fastcgi / c:9000 {\n ext\n}', '"ext" needs one extension'],
    ['fastcgi / c:9000 {\n split\n}', '"split" needs one text'],
    ['mime .webp', '".webp" needs one type behind the extension, such as: mime .webp image/webp'],
    ['basicauth /', '"basicauth" needs: PATH USER PASSWORD, or USER PASSWORD and paths in a block'],
    ['basicauth joe x {\n /a /b\n}', 'a line in the block of "basicauth" is a path, or: realm NAME'],
    ['errors a b', '"errors" takes one word, and a block'],
    ['gzip on', '"gzip" takes nothing but a block'],
    ['gzip {\n level\n}', '"level" needs a number from 1 to 9'],
    ['gzip {\n min_length\n}', '"min_length" needs a number of bytes'],
    ['timeouts', '"timeouts" needs one duration, or a block'],
    ['redir /a {\n /b /c\n}', 'a "redir" with a block takes nothing but a status code'],
    ['rewrite /a /b {\n to /c\n}', 'a "rewrite" with a block takes one path'],
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

  it('are put in the place of a snippet, wherever it is imported', () => {
    const text =
      '(h) {\n transparent\n}\n(t) {\n timeouts 9s\n gzip\n}\nhttp://a {\n import t\n proxy / c:80 {\n import h\n}\n}';
    expect(printCaddyfile(readCaddyfile(text))).toBe(`http://a {
    encode zstd gzip
    reverse_proxy c:80 {
        header_up X-Forwarded-Port {http.request.local.port}
        transport http {
            response_header_timeout 9s
            read_timeout 9s
            write_timeout 9s
        }
    }
}
`);
  });

  it('have the same hash for the same password of the same site alone', () => {
    const hash = (text: string) => /\$2b\$\S+/.exec(printCaddyfile(readCaddyfile(text)))?.[0];
    const first = hash('http://a {\n basicauth / joe secret\n}');
    expect(first).toMatch(/^\$2b\$10\$.{53}$/);
    expect(hash('http://a, http://b {\n basicauth / joe secret\n}')).toBe(first);
    expect(hash('http://c {\n basicauth / joe secret\n}')).not.toBe(first);
    expect(hash('http://a {\n basicauth / joe other\n}')).not.toBe(first);
  });

  it('never show a password in an error', () => {
    expect(() => convert('basicauth joe hunter2')).toThrow(/^(?!.*hunter2)/);
    expect(() => convert('basicauth /a joe hunter2 more')).toThrow(/^(?!.*hunter2)/);
  });

  it('have a site for each path of an address', () => {
    const text = 'http://a, http://a/shop, http://b {\n proxy / c\n}';
    const file = readCaddyfile(text);
    expect(printCaddyfile(file)).toBe(`http://a {
    reverse_proxy c:80 {
    }
}

http://a/shop* {
    route {
        uri strip_prefix /shop
        reverse_proxy c:80 {
        }
    }
}

http://b {
    reverse_proxy c:80 {
    }
}
`);
    expect(urlsOf(siteAddresses(file))).toEqual(['http://a', 'http://a/shop', 'http://b']);
    expect(() => readCaddyfile('# caddy v1\nhttp://a/x* {\n}')).toThrow('line 2, column 1: the path "/x*"');
  });

  const chance = <T>(value: T) => fc.option(fc.constant(value), { nil: undefined });
  const path = fc.constantFrom('/', '/a', '/b/c', '/D/');
  const lines = fc.oneof(
    fc
      .tuple(
        path,
        fc.uniqueArray(fc.constantFrom('c', 'd:81', 'e:82'), { minLength: 1 }),
        chance(' {\n without /a\n transparent\n except /x\n}'),
      )
      .map(([from, to, block]) => `proxy ${from} ${to.join(' ')}${block ?? ''}`),
    path.map((from) => `redir ${from} /to{uri} 302`),
    fc
      .tuple(path, chance('if {>X} has "y z"\n'))
      .map(([base, test]) => `rewrite ${base} {\n${test ?? ''}r x(.)\nto {path} /{1}\n}`),
    path.map((from) => `fastcgi ${from} php:9000 php`),
    path.map((from) => `header ${from} {\n-Server\nX-A "b c"\n}`),
    path.map((from) => `status 404 ${from}`),
    path.map((from) => `internal ${from}`),
    fc.constantFrom(
      'gzip',
      'ext .html',
      'mime .x a/b',
      'root /srv/x',
      'errors {\n404 x.html\n}',
      'log',
      'timeouts 3s',
      'tls self_signed',
    ),
  );

  it('of any site are a file that the parser reads back', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 8 }), (site) => {
        const printed = printCaddyfile(
          readCaddyfile(`# caddy v1\nhttp://a, https://a {\n${site.join('\n')}\n}`),
        );
        expect(printCaddyfile(readCaddyfile(`# caddy v2\n${printed}`))).toBe(printed);
        // an answer for all that nothing takes
        expect(printed).toMatch(
          /error 404|file_server|reverse_proxy c|reverse_proxy d|reverse_proxy e|redir \*|handle \{/,
        );
      }),
    );
  });
});
