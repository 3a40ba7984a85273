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
          server_option: 'check inter 60s',
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
export const swarm: ReadonlyMap<string, object> = new Map([
  ['alone', swarmKey('alone', 2398)],
  ['wanted', swarmKey('wanted', 2225)],
]);

const names = ['alpha', 'beta', 'gamma', 'delta'];
const common = [
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
  '',
];

/** What could reach beyond its place in a Caddyfile. Not all of it is wrong there. */
const caddyHostile = fc.constantFrom(
  ...common,
  ...[
    '{',
    '}',
    ' {\n',
    '\n}\n',
    '}}',
    '\\}',
    '(x)',
    '{args[0]}',
    '{args[0]}}',
    '<<EOF',
    '<<EOF\n}\nEOF',
    '{%HOME%}',
  ],
  ...['{$NOPE}', '{$NOPE}}', '{{$NOPE}', '{$NOPE:"}', '{$NOPE:#}', '{$NOPE:`}', '{$NOPE:{}', '{$NOPE:x}'],
  ...[
    'import *',
    'import common x',
    'bind 0.0.0.0',
    'tls internal',
    'redir https://x',
    'proxy / c:80',
    '# caddy v1',
    'log default {\n\t\toutput discard\n\t}',
    'log shared {\n\t\toutput discard\n\t}',
    'log {\n\t\toutput discard\n\t}',
    'log_name default',
    'respond {env.HOME}',
    'root * /data',
  ],
  ...[...apps.keys()].map((name) => `import ${name}/common`),
  ...names.flatMap((name) => [
    host(name),
    sites(name),
    `}\n${sites(name)} {\n\trespond "stolen"`,
    `}\nhttp://${host(name)}:81 {\n\trespond "stolen"`,
    `"(x) {\n}\nhttp://${host(name)}/x {\n\trespond stolen\n}\n(y)" {\n}`,
  ]),
);

/** Lines that are sound in themselves, and something else to Caddy: the first brace in a comment, the last word a brace. */
const caddyTraps = fc
  .constantFrom(...names)
  .map(
    (name) =>
      `\thandle {$NOPE:#} {\n\t}\n\thttp://${host(name)}/x {\n\t\trespond "stolen"\n\t\thandle {$NOPE:{}\n\t}`,
  );

/** The same for haproxy.cfg and its map. */
const haproxyHostile = fc.constantFrom(
  ...common,
  ...[
    '$HOME',
    '*:2221',
    '*:2222',
    ':::2223',
    '*:2220-2230',
    '*:2225',
    'wanted.example.com',
    'swarm-rule-wanted',
    'swarm-wanted',
    '*:80',
    '/run/covey/haproxy.sock',
    'fd@3',
    '__proto__',
  ],
  ...[
    'if TRUE',
    'unless FALSE',
    'frontend x',
    ' backend x',
    'defaults',
    'no option httplog',
    '.if true',
    'option x\\',
  ],
  ...names.flatMap((name) => [
    host(name),
    `port-${name}`,
    `git-${name}`,
    `rule-${name}`,
    `backend backend-git-${name}`,
  ]),
);

/** What ends a line, or takes the next one along. */
const haproxyTraps = fc.oneof(
  fc.constantFrom(' \\', '\\', ' # \\'),
  fc.constantFrom(...names).map((name) => `\nbackend backend-git-${name}\n    server x 192.0.2.9:1`),
);

const orAnything = (hostile: fc.Arbitrary<string>, traps: fc.Arbitrary<string>) =>
  fc.oneof(
    { arbitrary: hostile, weight: 5 },
    { arbitrary: traps, weight: 2 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 12 }), weight: 1 },
  );
const inCaddy = orAnything(caddyHostile, caddyTraps);
const inHaproxy = orAnything(haproxyHostile, haproxyTraps);

/** Where a trap can work: behind the line that opens the last site. */
const trapped = (caddyfile: string, trap: string) =>
  caddyfile.replace(/(.*\{\n)/s, (all) => `${all}${trap}\n`);

/** A share of the places there are. Not a double: most of those that come by chance are next to nothing. */
const place = fc.noBias(fc.integer({ min: 0, max: 999 })).map((share) => share / 1000);

/** Something put into a text, perhaps in the place of something: anywhere, as a line, as a word, or at the end. */
interface Edit {
  /** Share of the places there are. */
  at: number;
  cut: number;
  put: string;
  as: 'part' | 'line' | 'word' | 'end';
}
const edits = (put: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      at: place,
      cut: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(12), weight: 1 }),
      put,
      as: fc.constantFrom('part' as const, 'line' as const, 'word' as const, 'end' as const, 'end' as const),
    }),
    { minLength: 1, maxLength },
  );

function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((now, { at, cut, put, as }) => {
    if (as === 'end') return now + put;
    const pieces = now.split(as === 'part' ? '' : as === 'line' ? /(?<=\n)/ : /(?<=\s)|(?=\s)/);
    const from = Math.floor(at * (pieces.length + 1));
    const removed = as === 'part' ? cut : Math.min(cut, 1);
    return [...pieces.slice(0, from), as === 'line' ? `${put}\n` : put, ...pieces.slice(from + removed)].join(
      '',
    );
  }, text);
}

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

type Mutate = (record: RawRecord) => RawRecord;

const mutation: fc.Arbitrary<Mutate> = fc.oneof(
  edits(inCaddy, 2).map(
    (changes): Mutate =>
      (one) => ({ ...one, caddyfile: edited(String(one.caddyfile), changes) }),
  ),
  caddyTraps.map(
    (trap): Mutate =>
      (one) => ({ ...one, caddyfile: trapped(String(one.caddyfile), trap) }),
  ),
  fc.tuple(place, haproxyTraps).map(
    ([at, trap]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, (text) => text + trap, false) }),
  ),
  fc.tuple(place, fc.constantFrom('backend x', ' frontend y', 'defaults', 'Global', '"backend" z')).map(
    ([at, line]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, () => line, false) }),
  ),
  fc.tuple(place, edits(inHaproxy, 2), fc.boolean()).map(
    ([at, changes, keys]): Mutate =>
      (one) => ({ ...one, haproxy: changed(one.haproxy, at, (text) => edited(text, changes), keys) }),
  ),
  fc.tuple(place, inHaproxy, fc.boolean()).map(
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
      fc.oneof(inHaproxy, fc.constantFrom(...[...apps.keys()].map((name) => host(name.split('_')[0] ?? '')))),
      { maxLength: 3 },
    )
    .map(
      (domains): Mutate =>
        (one) => ({ ...one, domains: [one.domains, domains].flat() }),
    ),
  fc
    .tuple(
      fc.constantFrom('master', 'ip', 'slave', 'urls', 'domains', 'ct'),
      fc.oneof(inHaproxy, fc.constantFrom('n1', 'n2', '192.0.2.9', 7)),
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
  .tuple(fc.constantFrom(...apps.keys()), fc.array(mutation, { minLength: 1, maxLength: 2 }), fc.boolean())
  .map(([app, mutations, maintenance]) => ({
    app,
    record: mutations.reduce((one, mutate) => mutate(one), apps.get(app) ?? {}),
    maintenance,
  }));
