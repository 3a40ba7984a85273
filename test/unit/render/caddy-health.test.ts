import { expect, it } from 'vitest';
import { app, parts } from './caddy-parts.ts';

const site = (body: string, more = '') => `${more}http://a.example.com {\n${body}\n}`;
const both = (caddyfile: string) =>
  [{}, { isAside: true }].map((changes) => parts([app(caddyfile, changes)]));

it.each([
  ['reverse_proxy c:80 {\n health_uri /up\n health_interval 10s\n max_fails 3\n}', ''],
  ['handle /x {\n route {\n  php_fastcgi c:9000 {\n   health_port 80\n   max_fails 3\n  }\n }\n}', ''],
  ['reverse_proxy c:80 {\n import checked\n max_fails 3\n}', '(checked) {\n health_uri /up\n}\n'],
  ['import proxied', '(proxied) {\n reverse_proxy c:80 {\n  health_uri /up\n  max_fails 3\n }\n}\n'],
  ['proxy / c:80 {\n health_check /up\n max_fails 3\n}', ''],
])('nobody looks by himself whether an app is up whose requests are led aside: %s', (body, more) => {
  const [plain = '', aside = ''] = both(site(body, more));
  expect(plain).toContain('health_');
  expect(aside).not.toContain('health_');
  expect(aside).toContain('max_fails 3');
});

it('where nobody does anyhow the site stays the same', () => {
  const [plain, aside] = both(site('reverse_proxy c:80 {\n fail_duration 5s\n}\nrespond /health_x 204'));
  expect(aside).toBe(plain);
});
