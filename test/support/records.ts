import { type View, viewOf } from '../../src/proxy/view.ts';

/** A record's value as it lies in Consul, parsed. */
export type RawRecord = Record<string, unknown>;

export const host = (name: string) => `${name}.example.com`;

/** What is the same in records of apps on the node `n1`. */
export const onFirst = (name: string) => ({
  repo_url: `https://git.example.com/${name}`,
  branch: 'master',
  master: 'n1',
  ip: '192.0.2.7',
  domains: [host(name)],
  urls: `http://${host(name)},https://${host(name)}`,
});

const record = (
  name: string,
  index: number,
  caddyfile: string,
  haproxy: object,
  more: object = {},
): RawRecord => ({
  ...onFirst(name),
  caddyfile,
  haproxy: {
    'http-in': {
      backends: [
        {
          name: `rule-${name}`,
          port: 80,
          peer_port: 80,
          ct: `${name}-web-1`,
          use_backend_option: `if { hdr(host) -i x.${host(name)} }`,
        },
      ],
    },
    [`port-${name}`]: {
      frontend: { mode: 'tcp', bind: [`*:${2220 + index}`], options: ['timeout client 1h'] },
      backends: [
        {
          name: `git-${name}`,
          port: 22,
          peer_port: 2220 + index,
          ct: `${name}-git-1`,
          options: ['balance leastconn'],
          server_option: 'check inter 60s',
        },
      ],
    },
    ...haproxy,
  },
  ...more,
});

export const sites = (name: string) => `http://${host(name)}, https://${host(name)}`;

/** Valid apps of all kinds: any of them may go wrong. Each answers with its name. */
export const apps: ReadonlyMap<string, RawRecord> = new Map([
  ['alpha_master.11111', record('alpha', 1, `${sites('alpha')} {\n\trespond "alpha"\n}`, {})],
  [
    'beta_master.22222',
    record(
      'beta',
      2,
      `(common) {\n\theader X-App "{args[0]}"\n\tencode gzip\n}\n${sites('beta')} {\n\timport common beta\n\trespond "beta"\n}`,
      {},
    ),
  ],
  [
    'gamma_master.33333',
    record(
      'gamma',
      3,
      `${sites('gamma')} {\n\tgzip\n\tredir /old http://${host('gamma')}/\n\tproxy /api 127.0.0.1:9 {\n\t\ttransparent\n\t}\n}`,
      {
        'https-in': {
          backends: [
            {
              name: 'tls-gamma',
              port: 443,
              peer_port: 443,
              ct: 'gamma-web-1',
              use_backend_option: 'if { req_ssl_sni -i x }',
            },
          ],
        },
      },
    ),
  ],
  [
    'delta_master.44444',
    record(
      'delta',
      4,
      `${sites('delta')} {\n\thandle /a {\n\t\trespond "delta a"\n\t}\n\trespond "delta"\n}`,
      {},
      { master: 'n2', ip: '192.0.2.8' },
    ),
  ],
]);

const swarmKey = (name: string, port: number) => ({
  domains: [host(name)],
  haproxy: {
    'http-in': {
      backends: [
        {
          name: `rule-${name}`,
          port: 80,
          ct: `${name}-web`,
          use_backend_option: `if { hdr(host) -i x.${host(name)} }`,
        },
      ],
    },
    [name]: {
      frontend: { mode: 'tcp', bind: [`*:${port}`] },
      backends: [{ name, port: 22, ct: `${name}-git` }],
    },
  },
});

/** Valid swarm keys beside the apps: an app may come to claim what `wanted` has, and none what `alone` has. */
const swarm: ReadonlyMap<string, object> = new Map([
  ['alone', swarmKey('alone', 2398)],
  ['wanted', swarmKey('wanted', 2225)],
]);

/** What a node knows where these records are in Consul, the swarm keys beside them. */
export function viewOfRecords(
  records: ReadonlyMap<string, RawRecord>,
  maintenance: readonly string[] = [],
): View {
  return viewOf({
    apps: [...records].map(([name, value], index) => ({
      key: `app/${name}`,
      value: JSON.stringify(value),
      modifyIndex: index + 1,
    })),
    maintenance: maintenance.map((name) => `maintenance/${name}`),
    swarm: [...swarm].map(([key, value], index) => ({
      key: `swarm/${key}`,
      value: JSON.stringify(value),
      modifyIndex: index + 1,
    })),
    members: [
      { name: 'n1', address: '192.0.2.7' },
      { name: 'n2', address: '192.0.2.8' },
    ],
  });
}
