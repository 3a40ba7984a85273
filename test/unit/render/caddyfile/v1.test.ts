import { describe, expect, it } from 'vitest';
import { convert } from './v1-convert.ts';

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
});
