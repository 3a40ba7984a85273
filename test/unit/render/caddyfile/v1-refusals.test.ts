import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { siteAddresses, urlsOf } from '../../../../src/render/caddyfile/address.ts';
import { readCaddyfile } from '../../../../src/render/caddyfile/app.ts';
import { parseCaddyfile } from '../../../../src/render/caddyfile/parser.ts';
import { printCaddyfile } from '../../../../src/render/caddyfile/printer.ts';
import { detectSyntax } from '../../../../src/render/caddyfile/syntax.ts';
import { convert } from './v1-convert.ts';

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
