import { describe, expect, it } from 'vitest';
import {
  haproxyChecks,
  judgeConfiguration,
  judgeContainer,
  judgeModules,
} from '../../../src/doctor/proxies.ts';

describe('haproxy and caddy', () => {
  it.each([
    ['running', 'ok', ''],
    ['exited', 'error', 'docker start c'],
    ['restarting', 'error', 'docker start c'],
    [undefined, 'error', 'docker compose up -d'],
  ])('a container that is %j is %s', (container, state, hint) => {
    const finding = judgeContainer('c', container);
    expect(finding.state).toBe(state);
    expect(finding.hint).toContain(hint);
  });

  const node = { node: 'n1', container: 'h' };
  it.each([
    [{ said: 'a', is: 'a' }, 'a', 'ok', 'the one on disk (a) is live'],
    [{ said: 'a', is: 'a' }, 'b', 'error', 'b is live, a is on disk'],
    [{ said: 'a', is: 'a' }, undefined, 'error', 'what is live is not written by the peer'],
    [{ said: 'a', is: 'b' }, 'a', 'error', 'haproxy.cfg on disk was changed by hand'],
    [undefined, 'a', 'error', 'haproxy.cfg on disk is not written by the peer'],
  ])('%j on disk and %j live is %s', (disk, live, state, found) => {
    expect(judgeConfiguration(node, disk, live)).toMatchObject({ state, found });
  });

  it('waits for a configuration that is just being applied', async () => {
    let asked = 0;
    const [, configuration] = haproxyChecks({
      ...node,
      state: async () => 'running',
      live: async () => (++asked < 2 ? 'old' : 'new'),
      disk: async () => ({ said: 'new', is: 'new' }),
    });
    expect(await configuration?.look(AbortSignal.timeout(5_000))).toMatchObject({ state: 'ok' });
  });

  it('Caddy needs the PROXY protocol', () => {
    expect(judgeModules('v2.10.0', ['http', 'caddy.listeners.proxy_protocol']).state).toBe('ok');
    expect(judgeModules('v2.6.2', ['http'])).toMatchObject({
      state: 'error',
      hint: expect.stringContaining('docker compose pull caddy'),
    });
  });
});
