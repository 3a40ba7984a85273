import fc from 'fast-check';
import { apps, host, sites } from './records.ts';

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
export const caddyTraps = fc
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
export const haproxyTraps = fc.oneof(
  fc.constantFrom(' \\', '\\', ' # \\'),
  fc.constantFrom(...names).map((name) => `\nbackend backend-git-${name}\n    server x 192.0.2.9:1`),
);

const orAnything = (hostile: fc.Arbitrary<string>, traps: fc.Arbitrary<string>) =>
  fc.oneof(
    { arbitrary: hostile, weight: 5 },
    { arbitrary: traps, weight: 2 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 12 }), weight: 1 },
  );

export const inCaddy = orAnything(caddyHostile, caddyTraps);
export const inHaproxy = orAnything(haproxyHostile, haproxyTraps);

/** Where a trap can work: behind the line that opens the last site. */
export const trapped = (caddyfile: string, trap: string) =>
  caddyfile.replace(/(.*\{\n)/s, (all) => `${all}${trap}\n`);
