import { describe, expect, it } from 'vitest';
import { renderHaproxyApp } from '../../../../src/render/haproxy/config.ts';
import { readHaproxy } from '../../../../src/render/haproxy/definition.ts';
import type { Waits } from '../../../../src/render/haproxy/hold.ts';
import { haproxyDefaults } from '../../../../src/render/haproxy/settings.ts';

const settings = { ...haproxyDefaults, hold: { seconds: 7, queue: 20 } };
const backend = { name: 'git', port: 22, peer_port: 2223, ct: 'a-git-1', server_option: 'send-proxy check' };
const ports = (mode: 'tcp' | 'http', more: object = {}) =>
  readHaproxy({
    'http-in': { backends: [{ ...backend, name: 'x', use_backend_option: 'if { path /x }' }] },
    git: { frontend: { mode, bind: ['*:2222'] }, backends: [{ ...backend, ...more }] },
  });
const app = { name: 'a', master: 'n1', ip: '192.0.2.1', domains: [], maintenance: false };
const text = (node: string, waits?: Waits, haproxy = ports('tcp')) =>
  renderHaproxyApp({ ...app, haproxy, ...(waits && { ports: waits }) }, node, settings)
    .sections.map((each) => each.text)
    .join('');
/** What is there anyhow. */
const built = text('n1').split(/^(?=backend backend-git)/m)[0] ?? '';

describe('ports of an app that is stopped', () => {
  it('wait for the seconds and in the number that are set, where nobody listens', () => {
    expect(text('n1', 'closed')).toBe(`${built}backend backend-git
    mode tcp
    tcp-request content reject if { be_conn gt 20 }
    server n1 127.102.229.12:7756 send-proxy-v2
    timeout connect 200ms
    retries 35
`);
  });

  it('go on to the container, for which alone the options of the server are', () => {
    expect(text('n1', 'open')).toBe(`${text('n1')}frontend exit-66e50b173842-port
    mode tcp
    maxconn 1000000
    timeout client 24d
    bind 127.102.229.12:7756 accept-proxy
    tcp-request inspect-delay 1s
    tcp-request content accept if { nbsrv(exit-66e50b173842-port) gt 0 } || WAIT_END
    default_backend exit-66e50b173842-port
backend exit-66e50b173842-port
    mode tcp
    server n1 a-git-1:22 send-proxy check
`);
  });

  it('of a move wait on both nodes, in the same way, and go on to the one that has the app', () => {
    const closed = (node: string) => text(node, 'closed').split(/^(?=backend backend-git)/m)[1];
    expect(closed('n2')).toBe(closed('n1'));
    expect(text('n2', 'open')).toMatch(
      /backend exit-\S+\n {4}mode tcp\n {4}server n1 192\.0\.2\.1:2223 send-proxy check\n$/,
    );
  });

  it('keep their rules, once, and have what is about the server where the server is', () => {
    const options = ['http-request set-header X 1', 'default-server ssl', 'timeout server 5h', 'retries 1'];
    const own = ports('http', { options });
    const [, waiting = ''] = text('n1', 'closed', own).split(/^(?=backend backend-git)/m);
    const [, exit = ''] = text('n1', 'open', own).split(/^(?=backend exit-)/m);
    expect(waiting.split('\n    ').slice(1)).toEqual([
      'mode http',
      'http-request deny deny_status 503 if { be_conn gt 20 }',
      expect.stringMatching(/^server n1 \S+ send-proxy-v2$/),
      ...options,
      'timeout connect 200ms',
      'retries 35\n',
    ]);
    expect(exit.split('\n    ').slice(1)).toEqual([
      'mode http',
      'default-server ssl',
      'timeout server 5h',
      'server n1 a-git-1:22 send-proxy check\n',
    ]);
  });

  it('have places of their own, each of them always the same one', () => {
    const two = readHaproxy({
      git: {
        frontend: { mode: 'tcp', bind: ['*:2222'] },
        backends: [backend, { ...backend, name: 'other' }],
      },
      again: { frontend: { mode: 'tcp', bind: ['*:3333'] }, backends: [backend] },
    });
    const places = (waits: Waits) =>
      [...text('n1', waits, two).matchAll(/127\.\S+:7756/g)].map(([place]) => place);
    expect(new Set(places('closed')).size).toBe(2);
    expect(places('open').sort()).toEqual(places('closed').sort());
  });

  it('are not there in maintenance, and others are as without a cutover', () => {
    const sites = { 'http-in': ports('tcp')['http-in'] ?? { backends: [] } };
    expect(text('n1', 'closed', sites)).toBe(text('n1', undefined, sites));
    const { sections } = renderHaproxyApp(
      { ...app, haproxy: ports('tcp'), ports: 'open', maintenance: true },
      'n1',
      settings,
    );
    expect(sections).toEqual([]);
  });
});
