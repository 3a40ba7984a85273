import { describe, expect, it } from 'vitest';
import { ask, host, location, serve, status, useCaddy, visit } from './v1-site.ts';

useCaddy();

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
