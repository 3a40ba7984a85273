import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { haproxySettings } from '../../../src/peer/proxy-settings.ts';

const settings = (env: Record<string, string>) =>
  haproxySettings(loadConfig({ env, readFile: () => undefined, hostname: 'node1', interfaces: {} }));

it.each<[string, Record<string, string>, { seconds: number; queue: number }]>([
  ['nothing is set', {}, { seconds: 30, queue: 1_000 }],
  ['both are', { COVEY_CUTOVER_HOLD: '90500ms', COVEY_CUTOVER_QUEUE: '20' }, { seconds: 91, queue: 20 }],
  ['none may wait', { COVEY_CUTOVER_HOLD: 'off' }, { seconds: 30, queue: 1_000 }],
])('HAProxy lets requests wait as it is set, where %s', (_, env, hold) => {
  expect(settings(env).hold).toEqual(hold);
});

it('its files lie where the peer has its own', () => {
  const { paths } = settings({ COVEY_STATE: '/s', COVEY_RUN: '/r' });
  expect(paths).toMatchObject({ domainMap: '/s/haproxy/domains.map', socket: '/r/haproxy.sock', run: '/r' });
});
