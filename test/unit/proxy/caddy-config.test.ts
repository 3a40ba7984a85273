import { describe, expect, it } from 'vitest';
import { addressesOf, atPair, configOf } from '../../../src/proxy/caddy-config.ts';

const config = {
  admin: { listen: 'unix//run/covey/caddy-admin.sock|0600' },
  apps: {
    http: {
      servers: {
        srv0: { listen: ['unix//run/covey/caddy-http.sock|0600'], routes: [{ terminal: true }] },
        srv1: { listen: ['tcp/127.0.0.1:443', 'unix//run/covey/caddy-https.sock|0600'], logs: {} },
      },
    },
    tls: { automation: {} },
  },
};
const answered = (result: unknown) => ({ status: 200, body: JSON.stringify({ result, warnings: [] }) });

describe('a configuration', () => {
  it('is moved to the sockets of a pair, and stays what it is', () => {
    const moved = atPair(configOf(answered(config)), 'b', 500);
    expect(addressesOf(moved)).toEqual([
      'unix//run/covey/caddy-http.b.sock|0600',
      'tcp/127.0.0.1:443',
      'unix//run/covey/caddy-https.b.sock|0600',
    ]);
    expect(moved).toMatchObject({
      admin: config.admin,
      apps: { tls: config.apps.tls, http: { shutdown_delay: '500ms', servers: { srv1: { logs: {} } } } },
    });
    expect(moved.apps?.http?.servers.srv0?.routes).toEqual([
      expect.objectContaining({ match: [{ vars: { '{http.shutting_down}': ['true'] } }] }),
      { terminal: true },
    ]);
  });

  it('without sites has nowhere to go', () => {
    const none = { admin: config.admin };
    expect(atPair(configOf(answered(none)), 'a', 500)).toEqual(none);
    expect(addressesOf(none)).toEqual([]);
  });

  it.each(['hello', '{}', '{"result":{"apps":{"http":{"servers":[]}}}}'])('is none: %s', (body) => {
    expect(() => configOf({ status: 200, body })).toThrow('Caddy does not answer with a configuration.');
  });
});
