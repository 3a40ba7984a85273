import { expect, it } from 'vitest';
import { canStandIn, upstreamName, withStandIns } from '../../../src/app/stand-ins.ts';

const ID = '0123456789abcdef';
const names = { 'foo-web-1': upstreamName(ID) };
const ct = { web: 'Foo-web-1' };

it('requests go to a container by what it is called as long as it is there', () => {
  const caddyfile = `(shared) {
  reverse_proxy /api/* http://foo-web-1:8080 other:80
}
foo.example.com {
  import shared
  handle /x {
    reverse_proxy Foo-Web-1 {
      to foo-web-1:81
      header_up X-Name foo-web-1
    }
  }
  respond /name foo-web-1
}`;
  expect(withStandIns(caddyfile, names)).toBe(`# caddy v2
(shared) {
    reverse_proxy /api/* http://0123456789ab:8080 other:80
}

foo.example.com {
    import shared
    handle /x {
        reverse_proxy 0123456789ab {
            to 0123456789ab:81
            header_up X-Name foo-web-1
        }
    }
    respond /name foo-web-1
}
`);
});

it.each<[string, boolean, string]>([
  ['by plain HTTP', true, 'foo.example.com {\n reverse_proxy foo-web-1:8080\n}'],
  ['of Caddy 1', true, 'foo.example.com {\n proxy / foo-web-1:8080\n}'],
  ['without any', true, 'foo.example.com {\n respond hello\n}'],
  ['no site', true, ''],
  ['by TLS', false, 'foo.example.com {\n reverse_proxy https://foo-web-1\n}'],
  ['by FastCGI', false, 'foo.example.com {\n php_fastcgi foo-web-1:9000\n}'],
  [
    'and named in a header',
    false,
    'foo.example.com {\n reverse_proxy foo-web-1:80 {\n header_up Host foo-web-1\n }\n}',
  ],
  ['and asked for something else', false, 'foo.example.com {\n forward_auth foo-web-1:80 {\n uri /a\n }\n}'],
  ['that cannot be read', false, 'foo.example.com {'],
])('others can stand in where a container is asked: %s', (_, can, caddyfile) => {
  expect(canStandIn({ caddyfile, ct })).toBe(can);
});
