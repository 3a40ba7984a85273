import { expect, it } from 'vitest';
import { type Upstream, upstreamsOf } from '../../../src/app/sites.ts';

const ct = { web: 'shop-web-1', api: 'Shop-Api-1', php: 'shop-php-1' };
const plain = (container: string, port: number): Upstream => ({ container, port, http: true });
const other = (container: string, port: number): Upstream => ({ container, port, http: false });

it.each<[string, string, Upstream[]]>([
  ['no site', '', []],
  ['a site', 'shop.example.com {\n reverse_proxy shop-web-1:8080\n}', [plain('shop-web-1', 8080)]],
  ['version 1', 'http://shop\nproxy / http://shop-web-1:80 {\n websocket\n}', [plain('shop-web-1', 80)]],
  ['version 1, FastCGI', 'shop\nfastcgi / shop-php-1:9000 php', [other('shop-php-1', 9000)]],
  [
    'several, some of them twice',
    'a {\n handle /api/* {\n reverse_proxy http://shop-api-1 shop-web-1:1\n }\n reverse_proxy {\n to shop-web-1:1\n }\n}\nb {\n reverse_proxy /x shop-web-1:2\n}',
    [plain('Shop-Api-1', 80), plain('shop-web-1', 1), plain('shop-web-1', 2)],
  ],
  [
    'snippets, nested too',
    '(up) {\n reverse_proxy shop-web-1:8080\n}\nshop {\n route {\n import up\n }\n}',
    [plain('shop-web-1', 8080)],
  ],
  [
    'what is no plain HTTP',
    'a {\n reverse_proxy https://shop-web-1\n}\nb {\n reverse_proxy h2c://shop-api-1:81\n}\nc {\n php_fastcgi shop-php-1:9000\n}\nd {\n reverse_proxy shop-web-1:8443 {\n transport http {\n tls_insecure_skip_verify\n }\n }\n}',
    [other('shop-web-1', 443), other('Shop-Api-1', 81), other('shop-php-1', 9000), other('shop-web-1', 8443)],
  ],
  [
    'nothing of the app: a matcher, a placeholder, a socket, another host, an answer of its own',
    'shop {\n @x path /x\n reverse_proxy @x {env.A}:1 unix//run/a.sock other.example.com:443\n respond /ok 200\n}',
    [],
  ],
  ['no Caddyfile at all', 'shop {', []],
])('of %s', (_, caddyfile, upstreams) => {
  expect(upstreamsOf({ caddyfile, ct })).toEqual(upstreams);
});
