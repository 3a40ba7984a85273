import { describe, expect, it } from 'vitest';
import { app, parts } from './caddy-parts.ts';

const DOT = '{http.vars.covey_stream}';
const containers = ['foo-Web-1', 'foo_api_1'];

/** What the proxies of a site ask, and what stands in its text besides. */
function asked(body: string, more = '') {
  const caddyfile = `${more}http://a.example.com {\n${body}\n}`;
  const [plain, marked] = [{}, { containers }].map((changes) => parts([app(caddyfile, changes)]));
  return { plain, marked };
}

describe('a container is asked by its name and a dot for streams', () => {
  it.each([
    ['reverse_proxy foo-Web-1:8000', `foo-Web-1${DOT}:8000`],
    ['reverse_proxy FOO-web-1', `FOO-web-1${DOT}:80`],
    ['reverse_proxy http://foo_api_1', `foo_api_1${DOT}:80`],
    ['reverse_proxy /x http://foo_api_1:81', `/x foo_api_1${DOT}:81`],
    ['reverse_proxy foo_api_1:81 other:82', `foo_api_1${DOT}:81 other:82`],
    ['reverse_proxy http://foo_api_1:81 http://other', `foo_api_1${DOT}:81 other:80`],
    ['reverse_proxy {\n to foo_api_1:81\n to foo-Web-1\n}', `to foo-Web-1${DOT}:80`],
    ['reverse_proxy foo_api_1 {\n max_fails 3\n lb_retries 2\n}', `foo_api_1${DOT}:80 {`],
    ['reverse_proxy foo_api_1 {\n transport http {\n  dial_timeout 1s\n }\n}', `foo_api_1${DOT}:80 {`],
    ['handle /x {\n route {\n  reverse_proxy foo_api_1:81\n }\n}', `foo_api_1${DOT}:81`],
    ['reverse_proxy other {\n handle_response {\n  reverse_proxy foo_api_1:81\n }\n}', `foo_api_1${DOT}:81`],
    ['proxy / http://foo-Web-1:8000 {\n websocket\n transparent\n}', `foo-Web-1${DOT}:8000`],
  ])('%s', (body, expected) => {
    expect(asked(body).marked).toContain(expected);
  });

  it('also where it stands in a snippet', () => {
    const { marked } = asked('import s', '(s) {\n reverse_proxy foo_api_1:81\n}\n');
    expect(marked).toContain(`foo_api_1${DOT}:81`);
  });

  it('and all else is as it was', () => {
    const { plain, marked } = asked('reverse_proxy foo_api_1:81 {\n header_up X y\n}\nencode gzip');
    expect(marked?.replaceAll(DOT, '')).toBe(plain);
  });
});

describe('a proxy that goes by the name stays as it is', () => {
  it.each([
    // addresses and names of others, some of which only a search list may know
    'reverse_proxy 172.18.0.3:80 other:80 foo-web:80',
    'reverse_proxy foo_api_1:81-83',
    'reverse_proxy unix//run/foo_api_1',
    'reverse_proxy https://foo_api_1',
    'reverse_proxy h2c://foo_api_1',
    'reverse_proxy http://foo_api_1 http://other:80-82',
    'php_fastcgi foo_api_1:9000',
    'reverse_proxy foo_api_1 {\n health_uri /\n}',
    'reverse_proxy foo_api_1 foo-Web-1 {\n lb_policy cookie\n}',
    'reverse_proxy foo_api_1 {\n dynamic a x 80\n}',
    'reverse_proxy foo_api_1 {\n header_up Host {upstream_hostport}\n}',
    'reverse_proxy foo_api_1\nheader X {http.reverse_proxy.upstream.host}',
    'reverse_proxy foo_api_1\nheader X {rp.upstream.address}',
    ...['tls', 'versions h2c', 'resolvers 1.1.1.1', 'max_conns_per_host 2', 'tls_server_name x'].map(
      (line) => `reverse_proxy foo_api_1 {\n transport http {\n  ${line}\n }\n}`,
    ),
    'reverse_proxy foo_api_1 {\n transport fastcgi\n}',
  ])('%s', (body) => {
    const { plain, marked } = asked(body);
    expect(marked).toBe(plain);
  });
});
