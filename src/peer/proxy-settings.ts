import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { type CaddySettings, caddyPaths } from '../render/caddy.ts';
import { type HaproxySettings, haproxyDefaults } from '../render/haproxy/settings.ts';

/** What an operator set for Caddy. */
export function caddySettings(config: Config): CaddySettings {
  return {
    internalCa: config.certificates === 'internal',
    acme: config.acme,
    paths: pathsOf(config).caddy,
  };
}

/** Where the files and sockets of the proxies lie. */
export function pathsOf({ state, run }: Pick<Config, 'state' | 'run'>) {
  const caddy = {
    ...caddyPaths,
    admin: join(run, 'caddy-admin.sock'),
    http: join(run, 'caddy-http.sock'),
    https: join(run, 'caddy-https.sock'),
  };
  return {
    config: join(state, 'haproxy/haproxy.cfg'),
    master: join(run, 'haproxy-master.sock'),
    haproxy: {
      domainMap: join(state, 'haproxy/domains.map'),
      serverState: join(state, 'haproxy/server-state'),
      socket: join(run, 'haproxy.sock'),
      caddyHttp: join(state, 'haproxy/caddy-http.sock'),
      caddyHttps: join(state, 'haproxy/caddy-https.sock'),
      run,
    },
    caddy,
  };
}

/** What an operator set for HAProxy. */
export function haproxySettings(config: Config): HaproxySettings {
  const { hold, queue } = config.cutover;
  // A node that lets none wait has no part in a hold; what is written is never used.
  const seconds = hold === 0 ? haproxyDefaults.hold.seconds : Math.ceil(hold / 1_000);
  return { ...haproxyDefaults, paths: pathsOf(config).haproxy, hold: { seconds, queue } };
}
