import { expect, it } from 'vitest';
import { renderHaproxyApp } from '../../../../src/render/haproxy/config.ts';
import { haproxyDefaults } from '../../../../src/render/haproxy/settings.ts';

const settings = { ...haproxyDefaults, hold: { seconds: 7, queue: 20 } };
const app = { name: 'a', master: 'n1', ip: '192.0.2.1', domains: [], maintenance: true };
const textsOf = (waits: 'closed' | 'open') =>
  renderHaproxyApp({ ...app, waits }, 'n1', settings).sections.map(({ text }) => text);

const closed = [
  `frontend hold-ca978112ca1b-http
    mode tcp
    bind unix@/run/covey/hold-ca978112ca1b-http.sock mode 600 accept-proxy
    maxconn 1020
    tcp-request connection reject if { fe_conn gt 20 }
    default_backend hold-ca978112ca1b-http
`,
  `backend hold-ca978112ca1b-http
    mode tcp
    timeout connect 200ms
    retries 35
    server exit 127.202.151.130:7754 send-proxy-v2
`,
];

it('requests wait for the seconds and in the number that are set, where nobody listens', () => {
  const texts = textsOf('closed');
  expect(texts).toHaveLength(4);
  expect(texts.slice(0, 2)).toEqual(closed);
  expect(texts.join('')).not.toMatch(/frontend exit-/);
});

it('they go on to Caddy as all others come there', () => {
  const texts = textsOf('open');
  expect(texts.slice(0, 4)).toEqual([
    ...closed,
    `frontend exit-ca978112ca1b-http
    mode tcp
    bind 127.202.151.130:7754 accept-proxy
    default_backend exit-ca978112ca1b-http
`,
    `backend exit-ca978112ca1b-http
    mode tcp
    server caddy unix@/var/lib/covey/haproxy/caddy-http.sock send-proxy-v2
`,
  ]);
  expect(texts[6]).toContain('bind 127.202.151.130:7755 accept-proxy');
});

it('those that are passed on go to the other node, whatever has waited here before', () => {
  const [frontend, backend, ...others] = renderHaproxyApp(
    { ...app, passesTo: '2001:db8::2' },
    'n1',
    settings,
  ).sections.map(({ text }) => text);
  expect(frontend).toBe(`frontend hold-ca978112ca1b-http
    mode tcp
    maxconn 1000000
    bind unix@/run/covey/hold-ca978112ca1b-http.sock mode 600 accept-proxy
    default_backend hold-ca978112ca1b-http
`);
  expect(backend).toBe(`backend hold-ca978112ca1b-http
    mode tcp
    server node [2001:db8::2]:1080 send-proxy-v2
`);
  expect(others).toHaveLength(2);
  expect(others[1]).toContain('server node [2001:db8::2]:1443 send-proxy-v2');
  const both = renderHaproxyApp({ ...app, passesTo: '192.0.2.2', waits: 'open' }, 'n1', settings);
  expect(both.sections.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    ['http', 'https'].flatMap((scheme) =>
      ['hold', 'exit'].flatMap((what) =>
        ['frontend', 'backend'].map((kind) => `${kind} ${what}-ca978112ca1b-${scheme}`),
      ),
    ),
  );
  expect(both.sections.map(({ text }) => text).join('')).not.toContain('server exit');
});

it('without any that wait an app in maintenance adds nothing', () => {
  expect(renderHaproxyApp(app, 'n1', settings).sections).toEqual([]);
});
