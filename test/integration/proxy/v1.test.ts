import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { type Node, startNode } from './support.ts';
import { type Asked, fastcgiUpstream, httpUpstream, type Upstream } from './upstream.ts';

const signal = AbortSignal.timeout(900_000);
const host = 'a.example.com';
const files = {
  'index.html': 'home',
  'page.html': 'a page',
  'page.txt': 'a text',
  'old.html': 'old',
  'oops.html': 'oops',
  'lost.html': 'lost',
  'app.php': '<?php',
  'secret/file.pdf': 'secret',
  'blog/index.php': '<?php',
  'long.html': 'long '.repeat(1000),
  'raw/long.html': 'long '.repeat(1000),
};

let node: Node;
let one: Upstream;
let two: Upstream;
let php: Upstream;
beforeAll(async () => {
  node = await startNode();
  [one, two, php] = await Promise.all([httpUpstream('one'), httpUpstream('two'), fastcgiUpstream()]);
  const members = [{ name: 'n1', address: '192.0.2.7' }];
  const config = renderHaproxy({ node: 'n1', members, apps: [] });
  await node.haproxy.apply({ config, map: new Map([[host, 'node-n1']]) }, signal);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(node.pages, 'site', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
});
afterAll(async () => {
  for (const upstream of [one, two, php]) upstream?.close();
  await node?.dispose();
});

/** Makes a v1 file live; `one`, `two` and `php` in it are the upstreams. */
async function load(text: string): Promise<void> {
  const caddyfile = text
    .replaceAll(/\bONE\b/g, one.address)
    .replaceAll(/\bTWO\b/g, two.address)
    .replaceAll(/\bPHP\b/g, php.address);
  const app = { name: 'foo', master: 'n1', caddyfile, maintenance: false };
  await node.caddy.load(renderCaddy({ node: 'n1', apps: [app], settings: { internalCa: true } }), signal);
}
const serve = (...lines: string[]) => load(`# caddy v1\nhttp://${host} {\n${lines.join('\n')}\n}`);
const visit = (url = '/', headers: Record<string, string> = {}, method = 'GET') =>
  node.visit(host, url, method, headers);
const ask = async (url?: string, headers?: Record<string, string>) =>
  JSON.parse((await visit(url, headers)).body) as Asked;
const params = async (url: string) => JSON.parse((await visit(url)).body) as Record<string, string>;
const status = async (url: string) => (await visit(url)).status;
const location = async (url: string, headers?: Record<string, string>) => {
  const { status: code, headers: got } = await visit(url, headers);
  return `${code} ${got.location ?? ''}`.trim();
};
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('proxy', () => {
  it('tells the upstream who asked for what', async () => {
    await serve(
      'proxy / ONE {',
      'transparent',
      'websocket',
      'header_upstream X-All "{host} {scheme} {method} {path} {query} {uri} {>X-Mine} {~c} {?q} {rewrite_path}"',
      'header_upstream X-Gone gone',
      'header_upstream -X-Secret',
      'header_upstream +X-More more',
      'header_upstream X-Changed "^a(.*)$" "b$1"',
      'header_downstream -X-Powered-By',
      'header_downstream X-Down {host}',
      '}',
    );
    const headers = {
      'x-mine': 'mine',
      cookie: 'c=cookie',
      'x-secret': '1',
      'x-more': 'some',
      'x-changed': 'abc',
    };
    const asked = await ask('/a/b?q=1', headers);
    expect(asked).toMatchObject({ by: 'one', method: 'GET', url: '/a/b?q=1' });
    expect(asked.headers).toMatchObject({
      host,
      'x-all': `${host} http GET /a/b q=1 /a/b?q=1 mine cookie 1 /a/b`,
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      'x-forwarded-host': host,
      'x-gone': 'gone',
      'x-more': 'some, more',
      'x-changed': 'bbc',
    });
    expect(asked.headers['x-real-ip']).toMatch(/^[\d.]+$/);
    expect(asked.headers['x-forwarded-for']).toBe(asked.headers['x-real-ip']);
    expect(asked.headers).not.toHaveProperty('x-secret');
    const answer = await visit('/?x-powered-by=me');
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers['x-down']).toBe(host);
  });

  it('goes by the longest path, wherever it stands; what is below it may be left out', async () => {
    await serve('proxy / ONE', 'proxy /api TWO {', 'except /v1 /v2/', '}');
    expect((await ask('/')).by).toBe('one');
    expect((await ask('/api/x')).by).toBe('two');
    expect((await ask('/API/x')).by).toBe('two');
    expect((await ask('/apix')).by).toBe('two');
    expect((await ask('/api/v1/x')).by).toBe('one');
    expect((await ask('/api/v2')).by).toBe('two');
  });

  it('changes the path on the way', async () => {
    await serve('proxy /api http://ONE/base/ {', 'without /api', '}', 'proxy /plain http://ONE/other');
    expect((await ask('/api/x?y=1')).url).toBe('/base/x?y=1');
    expect((await ask('/api')).url).toBe('/base/');
    expect((await ask('/plain/x')).url).toBe('/other/plain/x');
    expect(await status('/else')).toBe(404);
  });

  it.each(['random', 'least_conn', 'round_robin', 'ip_hash', 'uri_hash', 'header X-Key'])(
    'chooses by %s',
    async (policy) => {
      await serve('proxy / ONE TWO {', `policy ${policy}`, '}');
      const asked = await Promise.all(
        Array.from({ length: 40 }, (_, i) => ask('/same', { 'x-key': `${i}` })),
      );
      const found = new Set(asked.map(({ by }) => by));
      expect(found.size).toBe(policy === 'ip_hash' || policy === 'uri_hash' ? 1 : 2);
    },
  );

  it('goes on to the next upstream where one is down, and takes all the limits', async () => {
    const limits = [
      'fail_timeout 10s',
      'max_fails 2',
      'max_conns 50',
      'try_duration 5s',
      'try_interval 50ms',
    ];
    const others = ['keepalive 5', 'timeout 2s', 'fallback_delay 300ms'];
    await serve('proxy / 127.0.0.1:1 {', 'upstream TWO', 'policy first', ...limits, ...others, '}');
    expect((await ask('/')).by).toBe('two');
    await serve('proxy / 127.0.0.1:1 TWO {', 'policy first', 'keepalive 0', '}');
    expect(await status('/')).toBe(502);
  });

  it('checks the health of upstreams', async () => {
    await serve(
      'proxy / ONE TWO {',
      'policy first',
      'health_check /health?status=200',
      'health_check_interval 50ms',
      'health_check_timeout 2s',
      'health_check_contains two',
      '}',
    );
    await expect.poll(async () => (await ask('/')).by, { timeout: 10_000 }).toBe('two');
  });
});

describe('redir', () => {
  it('goes by exact paths, in order, with codes and conditions', async () => {
    await serve(
      'redir /Old /old',
      'redir 302 {',
      '/a /b',
      '/c https://{host}{uri} 307',
      '}',
      'redir /meta https://b.example.com/ meta',
      'redir 308 {',
      'if {>X-Proto} is http',
      'if {path} not_starts_with /free',
      '/ https://{hostonly}{uri}',
      '}',
      'redir 303 {',
      'if_op or',
      'if {?go} match ^y{1}$',
      'if {~gone} has ye',
      '/ /gone',
      '}',
      'proxy / ONE',
    );
    expect(await location('/Old')).toBe('301 /old');
    expect(await location('/old')).toBe('200');
    expect(await location('/a')).toBe('302 /b');
    expect(await location('/a/')).toBe('200');
    expect(await location('/c?d=1')).toBe(`307 https://${host}/c?d=1`);
    const meta = await visit('/meta');
    expect(meta.status).toBe(200);
    expect(meta.body).toContain('https://b.example.com/');
    expect(await location('/x?y', { 'x-proto': 'http' })).toBe(`308 https://${host}/x?y`);
    expect(await location('/free', { 'x-proto': 'http' })).toBe('200');
    expect(await location('/x?go=y')).toBe('303 /gone');
    expect(await location('/x', { cookie: 'gone=yes' })).toBe('303 /gone');
  });

  it.each([
    'redir https://b.example.com',
    'redir https://b.example.com 301',
    'redir / https://b.example.com',
  ])('takes %s for everything', async (line) => {
    await serve(line);
    expect(await location('/x')).toBe('301 https://b.example.com');
  });
});

describe('rewrite', () => {
  it('comes before the proxy, applies one rule, and keeps what was asked', async () => {
    await serve(
      'proxy / ONE {',
      'header_upstream X-Asked {uri}',
      '}',
      'rewrite ^/user/(\\d+)/(\\w+)$ /show?id={1}&what={2}&{query}',
      'rewrite /show /wrong',
      'rewrite {',
      'regexp ^/r/(.*)',
      'to /regexp/{1}',
      '}',
      'rewrite /blog {',
      'r ^/post-(\\d+)',
      'ext .html /',
      'to /posts/{1}',
      '}',
      'rewrite /blog/deep {',
      'r (\\d+)$',
      'to /deep/{1}',
      '}',
      'rewrite /if {',
      'if {method} is GET',
      'if {>X-Mode} ends_with x',
      'to index.php?from={path}',
      '}',
    );
    const asked = await ask('/user/12/name?k=v');
    expect(asked.url).toBe('/show?id=12&what=name&k=v');
    expect(asked.headers['x-asked']).toBe('/user/12/name?k=v');
    expect((await ask('/r/a/b?c')).url).toBe('/regexp/a/b?c');
    expect((await ask('/blog/post-7.html')).url).toBe('/posts/7');
    expect((await ask('/blog/post-7')).url).toBe('/posts/7');
    expect((await ask('/blog/post-7.jpg')).url).toBe('/blog/post-7.jpg');
    expect((await ask('/blog/deep/post-9')).url).toBe('/deep/9');
    expect((await ask('/if/a', { 'x-mode': 'ax' })).url).toBe('/index.php?from=%2Fif%2Fa');
    expect((await ask('/if/a', { 'x-mode': 'b' })).url).toBe('/if/a');
  });

  it('tries files, and takes the last one in any case', async () => {
    await serve(
      'root /srv/site',
      'rewrite {',
      'to {path} {path}/ /page.html?x={uri}',
      '}',
      'rewrite not ^/ /y',
    );
    expect((await visit('/page.txt')).body).toBe('a text');
    expect((await visit('/nothing')).body).toBe('a page');
    expect((await visit('/')).body).toBe('home');
    expect(await location('/blog')).toMatch(/^30\d|^404/);
  });

  it('can be what is not so', async () => {
    await serve('rewrite not ^/keep /other', 'proxy / ONE');
    expect((await ask('/keep/x')).url).toBe('/keep/x');
    expect((await ask('/x')).url).toBe('/other');
  });
});

describe('fastcgi', () => {
  it('runs PHP, and leaves other files alone', async () => {
    await serve(
      'root /srv/site',
      'fastcgi / PHP php {',
      'env APP_HOST {host}',
      'env APP_MODE live',
      'except /raw',
      'read_timeout 20s',
      'send_timeout 20s',
      'connect_timeout 3s',
      '}',
    );
    expect(await params('/app.php/more?q=1')).toMatchObject({
      SCRIPT_FILENAME: '/srv/site/app.php',
      SCRIPT_NAME: '/app.php',
      PATH_INFO: '/more',
      DOCUMENT_ROOT: '/srv/site',
      QUERY_STRING: 'q=1',
      REQUEST_URI: '/app.php/more?q=1',
      HTTP_HOST: host,
      APP_HOST: host,
      APP_MODE: 'live',
    });
    expect(await params('/blog/')).toMatchObject({
      SCRIPT_NAME: '/blog/index.php',
      REQUEST_URI: '/blog/',
    });
    expect((await params('/gone.php')).SCRIPT_NAME).toBe('/gone.php');
    expect((await visit('/page.html')).body).toBe('a page');
    expect(await status('/raw/x.php')).toBe(404);
  });

  it('has front controllers, with a root in the container', async () => {
    await serve(
      'rewrite {',
      'to {path} {path}/ /index.php?{query}',
      '}',
      'fastcgi / PHP php {',
      'root /var/www/html',
      'upstream PHP',
      '}',
    );
    expect(await params('/some/page?a=b')).toMatchObject({
      SCRIPT_FILENAME: '/var/www/html/index.php',
      REQUEST_URI: '/some/page?a=b',
      QUERY_STRING: 'a=b',
    });
  });

  it('gives everything to what is no PHP', async () => {
    await serve('fastcgi /app PHP', 'proxy / ONE {', 'except /app', '}');
    expect(await params('/app/x')).toMatchObject({ PATH_INFO: '/app/x' });
    expect((await ask('/x')).by).toBe('one');
  });
});

describe('basicauth', () => {
  it('protects paths, each with its users', async () => {
    await serve(
      'basicauth /admin joe "pass word"',
      'basicauth ann secret {',
      'realm "Members only"',
      '/members',
      '/admin/members',
      '}',
      'proxy / ONE {',
      'header_upstream X-User {user}',
      '}',
    );
    expect(await status('/')).toBe(200);
    const refused = await visit('/admin');
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe('Basic realm="Restricted"');
    expect((await visit('/members/x')).headers['www-authenticate']).toBe('Basic realm="Members only"');
    expect((await ask('/admin', basic('joe', 'pass word'))).headers['x-user']).toBe('joe');
    expect((await visit('/admin', basic('joe', 'wrong'))).status).toBe(401);
    expect((await visit('/admin', basic('ann', 'secret'))).status).toBe(401);
    expect((await visit('/admin/members', basic('joe', 'pass word'))).status).toBe(200);
    expect((await visit('/admin/members', basic('ann', 'secret'))).status).toBe(200);
    expect((await visit('/members', basic('joe', 'pass word'))).status).toBe(401);
    expect((await visit('/admin', {}, 'OPTIONS')).status).toBe(200);
  });
});

describe('header and mime', () => {
  it('are for files, upstreams and errors', async () => {
    await serve(
      'header / {',
      'X-Mine "{host} {path}"',
      '-Server',
      'Cache-Control no-store',
      '}',
      'header /api X-Api yes',
      'header /api Cache-Control "max-age=1"',
      'header / +X-More more',
      'mime .txt text/x-mine',
      'errors {',
      '404 lost.html',
      '}',
      'root /srv/site',
      'proxy /api ONE',
    );
    const file = await visit('/page.txt');
    expect(file.headers).toMatchObject({
      'x-mine': `${host} /page.txt`,
      'cache-control': 'no-store',
      'x-more': 'more',
      'content-type': 'text/x-mine',
    });
    expect(file.headers).not.toHaveProperty('server');
    expect(file.headers).not.toHaveProperty('x-api');
    const upstream = await visit('/api/x.txt?x-mine=theirs&cache-control=public&content-type=a/b');
    expect(upstream.headers).toMatchObject({
      // as in v1, where an upstream's own took the place of ours, but for a few
      'x-mine': 'theirs',
      'x-api': 'yes',
      'cache-control': 'max-age=1',
      'content-type': 'text/x-mine',
    });
    const lost = await visit('/lost');
    expect([lost.status, lost.body]).toEqual([404, 'lost']);
    expect(lost.headers).toMatchObject({ 'x-mine': `${host} /lost`, 'cache-control': 'no-store' });
  });
});

describe('status, internal, errors', () => {
  it('answer for their paths', async () => {
    await serve(
      'status 403 /secret',
      'status 204 {',
      '/ping',
      '/secret/ping',
      '}',
      'errors {',
      '403 oops.html',
      '* /srv/site/lost.html',
      '}',
      'root /srv/site',
      'proxy /down ONE',
      'proxy /api ONE',
    );
    const secret = await visit('/secret/file.pdf');
    expect([secret.status, secret.body]).toEqual([403, 'oops']);
    expect(await status('/ping')).toBe(204);
    expect(await status('/secret/ping')).toBe(204);
    const lost = await visit('/nothing');
    expect([lost.status, lost.body]).toEqual([404, 'lost']);
    const down = await visit('/down');
    expect([down.status, down.body]).toEqual([502, 'lost']);
    const theirs = await visit('/api?status=404');
    expect(theirs.status).toBe(404);
    expect(theirs.body).toContain('"by":"one"');
  });

  it('serve internal files to upstreams alone', async () => {
    await serve(
      'root /srv/site',
      'internal /secret',
      'internal /hidden',
      'proxy /app ONE',
      'proxy /hidden TWO',
    );
    expect(await status('/secret/file.pdf')).toBe(404);
    expect(await status('/hidden')).toBe(404);
    const file = await visit('/app?x-accel-redirect=/secret/file.pdf&content-type=application/pdf&x-own=1');
    expect([file.status, file.body]).toEqual([200, 'secret']);
    expect(file.headers).toMatchObject({ 'content-type': 'application/pdf', 'x-own': '1' });
    expect(file.headers).not.toHaveProperty('x-accel-redirect');
    expect(await ask('/app?x-accel-redirect=/hidden/x')).toMatchObject({
      by: 'two',
      url: expect.stringMatching(/^\/hidden\/x/),
    });
    expect((await ask('/app')).by).toBe('one');
  });
});

describe('files', () => {
  it('are found without their extension', async () => {
    await serve('root /srv/site', 'ext .txt .html', 'rewrite /was /old');
    expect((await visit('/page')).body).toBe('a text');
    expect((await visit('/page.html')).body).toBe('a page');
    expect((await visit('/was')).body).toBe('old');
    expect((await visit('/')).body).toBe('home');
    expect(await status('/nothing')).toBe(404);
  });

  it('are compressed, but for what is left out', async () => {
    const accept = { 'accept-encoding': 'gzip' };
    await serve('root /srv/site', 'gzip {', 'ext .html *', 'not /raw', 'level 9', 'min_length 100', '}');
    expect((await visit('/long.html', accept)).headers['content-encoding']).toBe('gzip');
    expect((await visit('/raw/long.html', accept)).headers).not.toHaveProperty('content-encoding');
    expect((await visit('/page.html', accept)).headers).not.toHaveProperty('content-encoding');
  });
});

describe('sites', () => {
  it('have several addresses, paths in them, snippets, and what is accepted and replaced', async () => {
    await load(`(common) {
  gzip
  log / stdout "{host} {combined}"
  timeouts 20s
}
http://other.example.com,
https://${host}, http://${host}/shop,
http://${host} {
  import common
  tls self_signed
  errors stderr
  proxy / ONE
}`);
    expect((await ask('/shop/x?y')).url).toBe('/x?y');
    expect((await ask('/x')).url).toBe('/x');
    // the certificate is made in the background
    const overTls = async () => {
      const open = await node.open(host);
      const body = await open.get('/tls').finally(() => open.close());
      return JSON.parse(body) as Asked;
    };
    await expect
      .poll(() => overTls().catch(() => undefined), { timeout: 10_000 })
      .toMatchObject({ url: '/tls', headers: { 'x-forwarded-proto': 'https' } });
  });

  it('of v2 may have heredocs and backquotes', async () => {
    await load(
      `http://${host} {\n  header X-Quoted \`a "b" \\c\`\n  respond <<END\n    {"one":\n      "two"}\n    END 201\n}`,
    );
    const answer = await visit();
    expect([answer.status, answer.body]).toEqual([201, '{"one":\n  "two"}']);
    expect(answer.headers['x-quoted']).toBe('a "b" \\c');
  });
});
