import { type HaproxyApp, renderHaproxy } from '../../src/render/haproxy/config.ts';
import { hostsOf, renderDomainMap } from '../../src/render/haproxy/domains.ts';
import { haproxyDefaults } from '../../src/render/haproxy/settings.ts';
import { SELF } from './records.ts';

export type VariantName = 'covey' | 'bare map' | 'chain';

/** A way to route by domain, all to the same backend: HAProxy's configuration, and its map where it has one. */
export interface Variant {
  name: VariantName;
  config: string;
  map: string;
}

/** Files that a configuration names. */
export interface VariantPaths {
  map: string;
  /** Socket of what answers behind the backend. */
  answering: string;
  /** Folder for HAProxy's own sockets. */
  folder: string;
}

/** The same domains, one an app, in the three ways; all are this node's. */
export function variants(count: number, paths: (name: VariantName) => VariantPaths): Variant[] {
  const apps = Array.from({ length: count }, (_, number): HaproxyApp => {
    const name = `site${String(number).padStart(4, '0')}_main`;
    const domains = [`www.${name.replace('_', '-')}.bench.example`];
    return { name, master: SELF, ip: '127.0.0.1', domains, maintenance: false };
  });
  const map = renderDomainMap({ apps }).text;
  const covey = (name: VariantName) => rendered(apps, paths(name));
  return [
    { name: 'covey', config: covey('covey'), map },
    { name: 'bare map', config: bare(paths('bare map')), map },
    { name: 'chain', config: chained(covey('chain'), apps), map: '' },
  ];
}

export function hosts(map: string): string[] {
  return map.split('\n').flatMap((line) => line.split(' ')[0] || []);
}

/** As the peer writes it. */
function rendered(apps: readonly HaproxyApp[], { map, answering, folder }: VariantPaths): string {
  const paths = {
    ...haproxyDefaults.paths,
    domainMap: map,
    socket: `${folder}/haproxy.sock`,
    caddyHttp: answering,
  };
  const members = [{ name: SELF, address: '127.0.0.1' }];
  return renderHaproxy({ node: SELF, members, apps, settings: { ...haproxyDefaults, paths } });
}

/** What routes by the map in the frontend for HTTP gives way to a rule for each host. */
function chained(config: string, apps: readonly HaproxyApp[]): string {
  const rules = apps
    .flatMap(({ name, domains }) => hostsOf(name, domains))
    .map((host) => `    use_backend node-${SELF}-http if { hdr(host) -i ${host} }`);
  const [before = '', after = ''] = config.split(/(?<=^frontend http-in\n)/m);
  const [frontend = '', ...rest] = after.split(/(?=^frontend )/m);
  const kept = frontend.split('\n').filter((line) => !line.includes('txn.to'));
  if (frontend.split('\n').length - kept.length !== 3)
    throw new Error('the rules of the map are not the three that they were: adapt the chain to them');
  return `${before}${kept.join('\n').trimEnd()}\n${rules.join('\n')}\n\n${rest.join('')}`;
}

/** The least that routes by a map. */
function bare({ map, answering }: VariantPaths): string {
  return `defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server 1m

frontend http-in
    bind *:80
    use_backend %[req.hdr(host),lower,map_str(${map})]-http

backend node-${SELF}-http
    server caddy unix@${answering} send-proxy-v2
`;
}
