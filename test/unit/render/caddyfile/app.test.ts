import { describe, expect, it } from 'vitest';
import { joinCaddyfiles, readCaddyfile } from '../../../../src/render/caddyfile/app.ts';

describe('the CADDYFILE of an app', () => {
  it('may be empty', () => {
    expect(readCaddyfile(' \n')).toEqual({ snippets: [], sites: [] });
  });

  it.each([
    ['# nothing here', 'there is no site address'],
    ['{\n email a@b.c\n}\na {\n}', 'line 2, column 2: global options would be those of all apps'],
    ['a {\n bind 0.0.0.0\n}', 'line 2, column 2: "bind" is set by the cluster'],
    ['(s) {\n bind 0.0.0.0\n}\na {\n import s\n}', 'line 2, column 2: "bind" is set by the cluster'],
    ['a {\n import /etc/*.conf\n}', 'line 2, column 2: "import /etc/*.conf" names no snippet'],
    [
      'a {\n handle {\n  import s\n }\n}\n(s) {\n}\nb {\n import t\n}',
      'line 9, column 2: "import t" names no snippet',
    ],
    ['(s) {\n import s\n}\na {\n}', 'line 2, column 2: "import s" names no snippet'],
    ['a, http://b {\n}\nhttps://A {\n}', 'line 3, column 1: https://a is declared twice, first in line 1'],
    ['&(route) {\n}', 'named routes are not supported'],
    ['a {\n reverse_proxy unix//run/covey/caddy-admin.sock\n}', "is a path of the node's own"],
    // Caddy fills in its environment before it looks for words: `{$A}}` is a brace, `{$A:#}` a comment
    ['a {\n respond {$A}}\n}', 'line 2, column 10: "{$A}}" could become something else than one word'],
    ['a {\n handle {$A:#} {\n }\n}', 'line 2, column 9: "{$A:#}" could become something else'],
    ['a {\n respond `{$A:"}`\n}', 'line 2, column 10: "{$A:"}" could become something else'],
    ['a {\n respond {$A}\n}', 'line 2, column 10: "{$A}" could become something else'],
    ['a {\n respond {$A}#x\n}', 'line 2, column 10: "{$A}#x" could become something else'],
    ['a {\n respond "x\\{$A}"\n}', 'line 2, column 10: "x\\{$A}" could become something else'],
    ['({$A:x}) {\n}\na {\n}', 'line 1, column 1: "({$A:x})" could become something else'],
    // and it fills in arguments of imports before it looks for braces
    [
      '(s) {\n respond {args[0]}}\n}\na {\n import s ""\n}',
      'line 2, column 10: "{args[0]}}" could become a lone brace',
    ],
    ['(s) {\n respond \\}\n}\na {\n import s\n}', 'line 2, column 10: "\\}" could become a lone brace'],
    // what belongs to the node, or to other apps
    ['a {\n import beta_master.22222/common\n}', 'names no snippet'],
    [
      'a {\n respond {file./data/caddy/x.key}\n}',
      'line 2, column 10: "{file./data/caddy/x.key}" would show a file',
    ],
    ['a {\n respond "x {env.TOKEN}"\n}', 'line 2, column 10: "x {env.TOKEN}" would show a variable'],
    ['(s) {\n header X {env.A}\n}\na {\n}', 'line 2, column 11: "{env.A}" would show'],
    ['a {\n root * /data\n file_server\n}', 'line 2, column 9: "/data" holds what is the node\'s own'],
    ['a {\n root /\n file_server\n}', 'line 2, column 7: "/" holds'],
    ['a {\n handle /x {\n file_server {\n root /srv/../config/caddy/\n}\n}\n}', 'line 4, column 7: "/srv/..'],
    ['a {\n tls /data/caddy/b.crt /data/caddy/b.key\n}', 'line 2, column 6: "/data/caddy/b.crt" holds'],
    ['a {\n log {\n output file /config/caddy/autosave.json\n}\n}', 'line 3, column 14: "/config/caddy'],
    ['a {\n log {\n hostnames A b\n}\n}', 'line 3, column 14: "b" is no host of this CADDYFILE'],
    [':80 {\n}', "would take every host's traffic"],
    ['{$HOST} {\n}', 'holds a placeholder'],
  ])('is refused: %j', (text, message) => {
    expect(() => readCaddyfile(text)).toThrow(message);
    expect(() => readCaddyfile(text)).toThrow(/^CADDYFILE line \d+, column \d+: /);
  });
});

it.each([
  'a {\n root * /data/site\n php_fastcgi c:9000 {\n  root /\n }\n}',
  'a {\n root /\n}'.replace('root /', 'fastcgi / c:9000 php {\n  root /\n }'),
  'a {\n @data path /data/* /config/caddy\n respond @data "{http.request.uri} {vars.x}"\n}',
  'a {\n tls /srv/a.crt /srv/a.key\n}',
])('has paths and placeholders of its own: %j', (text) => {
  expect(() => readCaddyfile(text)).not.toThrow();
});

describe('the CADDYFILEs of several services', () => {
  it('stay as they are where there is one', () => {
    expect(joinCaddyfiles(['', 'a\ngzip\n'])).toBe('a\ngzip\n');
    expect(joinCaddyfiles([])).toBe('');
  });

  it('become one of v2, each with its own syntax, snippets, and braces', () => {
    const joined = joinCaddyfiles([
      'http://a\nproxy / c:80',
      '(s) {\n respond x\n}\nb {\n import s\n}',
      '(s) {\n respond y\n}\nc {\n redir https://b\n import s\n}',
    ]);
    expect(joined).toBe(`# caddy v2
(s-2) {
    respond x
}

(s-3) {
    respond y
}

http://a {
    reverse_proxy c:80 {
    }
}

b {
    import s-2
}

c {
    redir https://b
    import s-3
}
`);
    const log = (host: string) => `${host} {\n log mine {\n  output discard\n }\n log_name mine\n}`;
    const names = joinCaddyfiles([log('a'), log('b')]).match(/mine-\d/g);
    expect(names).toEqual(['mine-1', 'mine-1', 'mine-2', 'mine-2']);
    expect(() => joinCaddyfiles(['a {\n}', 'https://a {\n}'])).toThrow('https://a is declared twice');
  });
});
