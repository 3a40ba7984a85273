import { describe, expect, it } from 'vitest';
import { addressesOf, atSlot, configOf, slotIn } from '../../../src/proxy/caddy/config.ts';

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
const at = {
  slot: '17',
  delay: 500,
  https: '/run/covey/caddy-https.sock',
  asides: { run: '/run/covey', pages: '/srv' },
};
const answered = (result: unknown) => ({ status: 200, body: JSON.stringify({ result, warnings: [] }) });

describe('a configuration', () => {
  it('is moved to the sockets of a slot, and stays what it is', () => {
    const moved = atSlot(configOf(answered(config)), at);
    expect(addressesOf(moved)).toEqual([
      'unix//run/covey/caddy-http.17.sock|0600',
      'tcp/127.0.0.1:443',
      'unix//run/covey/caddy-https.17.sock|0600',
    ]);
    expect(moved).toMatchObject({
      admin: config.admin,
      apps: { tls: config.apps.tls, http: { shutdown_delay: '500ms', servers: { srv1: { logs: {} } } } },
    });
    expect(moved.apps?.http?.servers.srv0?.routes).toEqual([
      expect.objectContaining({ match: [{ vars: { '{http.shutting_down}': ['true'] } }] }),
      expect.objectContaining({ handle: [{ handler: 'vars', covey_stream: '.' }] }),
      { terminal: true },
    ]);
  });

  it('that asks itself reaches itself, and others where they are', () => {
    const dials = (...dial: string[]) => [{ handle: [{ upstreams: dial.map((each) => ({ dial: each })) }] }];
    const asking = structuredClone(config);
    const routes = dials('unix//run/covey/caddy-https.sock', 'unix//run/covey/hold.sock', 'shop-web-1:80');
    Object.assign(asking.apps.http.servers.srv0, { routes });
    expect(atSlot(configOf(answered(asking)), at).apps?.http?.servers.srv0?.routes[2]).toEqual(
      dials('unix//run/covey/caddy-https.17.sock', 'unix//run/covey/hold.sock', 'shop-web-1:80')[0],
    );
  });

  it('has the way out of its sites for the scheme by which a server is reached', () => {
    const servers = atSlot(configOf(answered(config)), at).apps?.http?.servers;
    const text = (name: string) => JSON.stringify(servers?.[name]?.named_routes);
    expect(text('srv0')).toContain('-http.sock');
    expect(text('srv0')).not.toContain('"tls"');
    expect(text('srv1')).toContain('-https.sock');
    expect(text('srv1')).toContain('"server_name":"{http.request.host}"');
  });

  it('without sites has nowhere to go', () => {
    const none = { admin: config.admin };
    expect(atSlot(configOf(answered(none)), at)).toEqual(none);
    expect(addressesOf(none)).toEqual([]);
  });

  it.each(['hello', '{}', '{"result":{"apps":{"http":{"servers":[]}}}}'])('is none: %s', (body) => {
    expect(() => configOf({ status: 200, body })).toThrow('Caddy does not answer with a configuration.');
  });

  it.each([
    [200, '["tcp/127.0.0.1:80","unix//run/covey/caddy-http.17.sock|0600"]', '17'],
    [200, '["unix//run/covey/caddy-http.sock|0600"]', undefined],
    [200, 'null', undefined],
    [400, '{"error":"invalid traversal path"}', undefined],
  ])('tells which slot it has (%s %s)', (status, body, slot) => {
    expect(slotIn({ status, body })).toBe(slot);
  });
});
