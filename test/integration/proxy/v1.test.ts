import { describe, expect, it } from 'vitest';
import type { Asked } from './upstream.ts';
import { ask, basic, host, load, node, params, serve, status, useCaddy, visit } from './v1-site.ts';

useCaddy();

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
