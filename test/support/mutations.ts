import fc from 'fast-check';

/** A record's value as it lies in Consul, parsed. */
export type RawRecord = Record<string, unknown>;

export const host = (name: string) => `${name}.example.com`;

const record = (
  name: string,
  index: number,
  caddyfile: string,
  haproxy: object,
  more: object = {},
): RawRecord => ({
  repo_url: `https://git.example.com/${name}`,
  branch: 'master',
  master: 'n1',
  ip: '192.0.2.7',
  domains: [host(name)],
  urls: `http://${host(name)},https://${host(name)}`,
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
        },
      ],
    },
    ...haproxy,
  },
  ...more,
});

const sites = (name: string) => `http://${host(name)}, https://${host(name)}`;

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

/** What could reach beyond its place, in either file. */
const hostile = fc.constantFrom(
  ...[
    '\n',
    '\r',
    '\t',
    ' ',
    '\u0000',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\\',
    '\\\n',
    '"',
    "'",
    '`',
    '#',
    ',',
    ';',
  ],
  ...[
    '{',
    '}',
    ' {\n',
    '\n}\n',
    '}}',
    '\\}',
    '(x)',
    '{args[0]}}',
    '<<EOF',
    '<<EOF\n}\nEOF',
    'import *',
    'bind 0.0.0.0\n',
  ],
  ...[
    '{$NOPE}',
    '{$NOPE}}',
    '{{$NOPE}',
    '{$NOPE:"}',
    '{$NOPE:#}',
    '{$NOPE:`}',
    '{$NOPE:{}',
    '{%HOME%}',
    '$HOME',
  ],
  ...[...apps.keys()].flatMap((name) => [name, `(${name}/common)`]),
  ...['alpha', 'beta', 'gamma', 'delta'].flatMap((name) => [
    host(name),
    sites(name),
    `\n}\n${sites(name)} {\n\trespond "stolen"\n`,
    `"(x) {\n}\n${sites(name)} {\n\trespond "stolen"\n}\n(y)" {\n}\n`,
    `\thandle {$NOPE:#} {\n}\n}\nhttp://${host(name)}/x {\n\trespond "stolen"\n\thandle x{$NOPE:{}\n`,
    `port-${name}`,
    `git-${name}`,
    `rule-${name}`,
    `\nbackend backend-git-${name}\n    server x 192.0.2.9:1`,
  ]),
  ...[
    '*:2221',
    '*:2222',
    ':::2223',
    '*:2220-2230',
    '*:80',
    '/run/covey/haproxy.sock',
    'fd@3',
    '',
    'if TRUE',
    'unless FALSE',
  ],
  ...[
    'frontend x',
    'backend x',
    'defaults',
    'no option httplog',
    '.if true',
    'use_backend http-rule-alpha',
    '__proto__',
  ],
);

const anything = fc.oneof(
  { arbitrary: hostile, weight: 4 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 12 }), weight: 1 },
);

/** A change of a text: something put in, perhaps in the place of something. Places are shares of its length. */
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(12), put: anything });
const edited = (text: string, edits: readonly { at: number; cut: number; put: string }[]) =>
  edits.reduce((now, { at, cut, put }) => {
    const from = Math.floor(at * (now.length + 1));
    return now.slice(0, from) + put + now.slice(from + cut);
  }, text);

/** A change of one leaf, or of one key, somewhere in a tree; `at` picks which. */
function changed(value: unknown, at: number, change: (text: string) => unknown, keys: boolean): unknown {
  const count = { left: Math.floor(at * places(value, keys)) };
  const walk = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(walk);
    if (item !== null && typeof item === 'object')
      return Object.fromEntries(
        Object.entries(item).map(([key, inner]) => [
          keys && count.left-- === 0 ? String(change(key)) : key,
          walk(inner),
        ]),
      );
    return !keys && count.left-- === 0 ? change(String(item)) : item;
  };
  return walk(value);
}

function places(value: unknown, keys: boolean): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + places(item, keys), 0);
  if (value === null || typeof value !== 'object') return keys ? 0 : 1;
  return Object.values(value).reduce((sum: number, item) => sum + places(item, keys) + (keys ? 1 : 0), 0);
}

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
type Mutate = (record: RawRecord) => RawRecord;

const mutation: fc.Arbitrary<Mutate> = fc.oneof(
  fc.array(edit, { minLength: 1, maxLength: 4 }).map(
    (edits): Mutate =>
      (one) => ({ ...one, caddyfile: edited(String(one.caddyfile), edits) }),
  ),
  fc.tuple(place, fc.array(edit, { minLength: 1, maxLength: 2 }), fc.boolean()).map(
    ([at, edits, keys]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, (text) => edited(text, edits), keys) }),
  ),
  fc.tuple(place, anything, fc.boolean()).map(
    ([at, put, keys]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, () => put, keys) }),
  ),
  // what another app has, whole
  fc.constantFrom(...apps.values()).chain((other) =>
    fc.constantFrom('caddyfile', 'haproxy', 'domains', 'urls').map(
      (key): Mutate =>
        (one) => ({ ...one, [key]: other[key] }),
    ),
  ),
  fc
    .array(
      fc.oneof(anything, fc.constantFrom(...[...apps.keys()].map((name) => host(name.split('_')[0] ?? '')))),
      { maxLength: 3 },
    )
    .map(
      (domains): Mutate =>
        (one) => ({ ...one, domains: [one.domains, domains].flat() }),
    ),
  fc
    .tuple(
      fc.constantFrom('master', 'ip', 'slave', 'urls', 'domains', 'ct'),
      fc.oneof(anything, fc.constantFrom('n1', 'n2', '192.0.2.9', 7)),
    )
    .map(
      ([key, value]): Mutate =>
        (one) => ({ ...one, [key]: value }),
    ),
);

/** Which app goes wrong, and how; `maintenance` too, which is no fault but a change all the same. */
export interface Mutated {
  app: string;
  record: RawRecord;
  maintenance: boolean;
}

export const mutated: fc.Arbitrary<Mutated> = fc
  .tuple(fc.constantFrom(...apps.keys()), fc.array(mutation, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([app, mutations, maintenance]) => ({
    app,
    record: mutations.reduce((one, mutate) => mutate(one), apps.get(app) ?? {}),
    maintenance,
  }));
