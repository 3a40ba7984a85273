import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeHaproxy, parseHaproxy, readHaproxy } from '../../../../src/render/haproxy/definition.ts';

const ssh = `{
  "ssh-config-name": {
    "frontend": { "mode": "tcp", "bind": ["*:2222"] },
    "backends": [{ "name": "ssh-service", "use_backend_option": "", "port": "22", "peer_port": "2222" }]
  }
}`;

/** One frontend with one backend, some keys of which are replaced. */
function definition(frontend: object, backend: object = {}): string {
  return JSON.stringify({
    x: {
      frontend: { mode: 'tcp', bind: ['*:2222'], ...frontend },
      backends: [{ name: 'b', port: 22, peer_port: 2222, ...backend }],
    },
  });
}

/** One backend with a rule in the shared frontend. */
function shared(option: string | undefined): string {
  return JSON.stringify({
    'http-in': { backends: [{ port: 80, peer_port: 80, use_backend_option: option }] },
  });
}

describe('HAPROXY of a service', () => {
  it('is JSON or YAML; numbers may be strings; empty values are as if they were not there', () => {
    const expected = {
      'ssh-config-name': {
        frontend: { mode: 'tcp', bind: ['*:2222'] },
        backends: [{ name: 'ssh-service', port: 22, peer_port: 2222 }],
      },
    };
    expect(parseHaproxy(ssh)).toEqual(expected);
    const yaml = `
ssh-config-name:
  frontend:
    mode: tcp
    bind: "*:2222"
    options:
  backends:
    - name: ssh-service
      port: 22
      peer_port: 2222
`;
    expect(parseHaproxy(yaml)).toEqual(expected);
    expect(parseHaproxy('')).toEqual({});
  });

  it.each([
    ['tabs', JSON.stringify(JSON.parse(ssh), null, '\t')],
    ['line ends of Windows', JSON.stringify(JSON.parse(ssh), null, 2).replaceAll('\n', '\r\n')],
    ['escapes', ssh.replace('*:2222', '\\u002a:2222').replace('"tcp"', '"t\\u0063p"')],
    ['a marker of a document', `---\n${ssh}\n...\n`],
  ])('is JSON with %s', (_, source) => {
    expect(parseHaproxy(source)).toEqual(parseHaproxy(ssh));
  });

  it('is YAML 1.1, as it was: merge keys, octal numbers; a name may be a number', () => {
    const source = `
one: &common
  frontend: { mode: tcp, bind: ["*:2222"] }
  backends: [{ name: 5, port: 026, peer_port: 2222 }]
two:
  <<: *common
  backends: [{ name: c, port: 1, peer_port: 2 }]
`;
    expect(parseHaproxy(source)).toEqual({
      one: {
        frontend: { mode: 'tcp', bind: ['*:2222'] },
        backends: [{ name: '5', port: 22, peer_port: 2222 }],
      },
      two: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [{ name: 'c', port: 1, peer_port: 2 }] },
    });
    expect(parseHaproxy('# nothing yet\n')).toEqual({});
  });

  it("takes the readme's exhaustive example", () => {
    const part = parseHaproxy(`
http-in:
  backends:
    - name: another.example.com
      use_backend_option: "if { hdr(host) -i another.example.com }"
      port: 80
      peer_port: 80
ssh-config-name:
  frontend:
    mode: tcp
    bind:
      - "*:2222"
    options:
      - "test"
      - "test2"
  backends:
    - name: ssh-service-wordpress2
      port: 22
      peer_port: 2222
      server_option: send_proxy
`);
    expect(Object.keys(part)).toEqual(['http-in', 'ssh-config-name']);
    expect(part['ssh-config-name']?.frontend?.options).toEqual(['test', 'test2']);
  });

  it.each([
    ['{ "a": ', 'HAPROXY is neither YAML nor JSON'],
    ['- a', 'HAPROXY the whole: '],
    ['x: { backends: [] }', 'HAPROXY x.backends: '],
    [definition({ mode: 'udp' }), 'HAPROXY x.frontend.mode: '],
    [definition({}, { port: 0 }), 'HAPROXY x.backends.0.port: a port from 1 to 65535 is expected'],
    [definition({}, { port: '22x' }), 'HAPROXY x.backends.0.port: a port from 1 to 65535 is expected'],
    [definition({}, { peer_port: undefined }), 'HAPROXY x.backends.0.peer_port: it is missing'],
    [definition({}, { name: 'a b' }), 'HAPROXY x.backends.0.name: only letters'],
    [definition({}, { server_option: 'check\n  bind *:1' }), 'x.backends.0.server_option: holds a line end'],
    [definition({}, { use_backend_option: 'if a\r' }), 'x.backends.0.use_backend_option: holds a line end'],
    [definition({}, { options: ['backend other'] }), 'begins with "backend", which opens a section'],
    [definition({ options: ['  GLOBAL'] }), 'begins with "GLOBAL", which opens a section'],
    [definition({ options: ['"backend" x'] }), 'does not begin with a keyword'],
    [definition({ options: ['\\x62ackend x'] }), 'does not begin with a keyword'],
    [definition({ options: ['.if 1'] }), 'does not begin with a keyword'],
    [definition({ options: ['bind *:443'] }), 'port 443 is taken by the node itself: https-in'],
    [definition({ bind: [] }), 'HAPROXY x.frontend.bind: '],
    [definition({ bind: ['2222'] }), '"2222" is not of the form [address]:port[-port]'],
    [definition({ bind: ['/run/other/haproxy.sock'] }), 'is not of the form'],
    [
      definition({ bind: ['/run/covey/haproxy.sock'] }),
      'x.frontend.bind.0: names /run/covey, which is the node',
    ],
    [
      definition({}, { options: ['http-request set-map(/var/lib/covey/haproxy/domains.map) a node-b'] }),
      "x.backends.0.options.0: names /var/lib/covey, which is the node's own",
    ],
    [
      definition({}, { options: ['server x unix@/run/"covey"/haproxy.sock'] }),
      "x.backends.0.options.0: names /run/covey, which is the node's own",
    ],
    [
      definition({}, { server_option: 'ssl ca-file /var/lib/covey/x' }),
      "x.backends.0.server_option: names /var/lib/covey, which is the node's own",
    ],
    [definition({ bind: ['unix@x:80'] }), 'is not of the form'],
    [definition({ bind: ['*:70000'] }), '"*:70000" has no usable port'],
    [definition({ bind: ['*:7000-7800'] }), 'port 7700 is taken by the node itself: covey'],
    [definition({ bind: ['*:2222\nglobal'] }), 'holds a line end'],
    [shared(undefined), 'HAPROXY http-in.backends.0.use_backend_option: without a condition'],
    [shared('# if { hdr(host) a }'), 'without a condition'],
    [shared('if TRUE'), 'without a condition'],
    [shared('if { hdr(host) a } or  { always_true }'), 'without a condition'],
    [shared('unless FALSE'), 'without a condition'],
  ])('refuses %s', (source, message) => {
    expect(() => parseHaproxy(source)).toThrow(message);
    expect(() => parseHaproxy(source)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('takes conditions that restrict', () => {
    for (const option of [
      'if { hdr(host) -i a } { path_beg /b }',
      'unless { src 10.0.0.0/8 }',
      'if a or b',
    ]) {
      expect(parseHaproxy(shared(option))['http-in']?.backends[0]?.use_backend_option).toBe(option);
    }
  });

  it('names all faults at once', () => {
    expect(() => parseHaproxy(definition({ mode: 'x' }, { port: 'y' }))).toThrow(/frontend\.mode.*\n.*port/s);
  });

  it('needs ct in records and swarm keys, and in the latter no peer_port', () => {
    expect(() => readHaproxy(JSON.parse(definition({})))).toThrow('x.backends.0.ct: it is missing');
    expect(() => readHaproxy(JSON.parse(definition({})), 'swarm')).toThrow('x.backends.0.ct: it is missing');
    const swarm = readHaproxy(JSON.parse(definition({}, { ct: 'test', peer_port: undefined })), 'swarm');
    expect(swarm.x?.backends).toEqual([{ name: 'b', port: 22, ct: 'test' }]);
  });

  it('never takes a string that makes two lines', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('\n', '\r', '\0', '\u2028'),
        fc.string(),
        (before, end, after) => {
          for (const key of ['use_backend_option', 'server_option', 'name', 'ct']) {
            expect(() => parseHaproxy(definition({}, { [key]: before + end + after }))).toThrow('HAPROXY');
          }
          expect(() => parseHaproxy(definition({ options: [before + end + after] }))).toThrow('HAPROXY');
        },
      ),
    );
  });
});

describe('HAPROXY of an app', () => {
  it('joins the same frontend of several services, without duplicates, in order, and fills in ct', () => {
    const one = parseHaproxy(
      definition({ bind: ['*:2222', '*:2223'], options: ['option tcplog'] }, { name: undefined }),
    );
    const two = parseHaproxy(
      definition({ bind: ['*:2224', '*:2222'], options: ['option tcplog', 'maxconn 5'] }),
    );
    expect(
      mergeHaproxy([
        { ct: 'web', part: one },
        { ct: 'db', part: two },
        { ct: 'db', part: two },
      ]),
    ).toEqual({
      x: {
        frontend: {
          mode: 'tcp',
          bind: ['*:2222', '*:2223', '*:2224'],
          options: ['option tcplog', 'maxconn 5'],
        },
        backends: [
          { port: 22, peer_port: 2222, ct: 'web' },
          { name: 'b', port: 22, peer_port: 2222, ct: 'db' },
        ],
      },
    });
  });

  it('joins a service in YAML and one in JSON, as they stand in the file, also in built-in frontends', () => {
    const yaml = parseHaproxy(`
http-in:
  frontend: { mode: http, bind: ["*:81"], options: [nothing of this counts] }
  backends:
    - { use_backend_option: "if { path_beg /a }", port: 80, peer_port: 80 }
x:
  frontend: { mode: tcp, bind: "*:2222", options: option tcplog }
  backends: [{ name: b, port: "22", peer_port: 2222 }]
`);
    const json = parseHaproxy(
      '{"x": {"backends": [{"name": "b", "port": 22, "peer_port": "2222"}, {"name": "c", "port": 1, "peer_port": 1}], ' +
        '"frontend": {"options": ["option tcplog", "maxconn 9"], "mode": "tcp", "bind": ["*:2223", "*:2222"]}}, ' +
        '"http-in": {"backends": [{"use_backend_option": "if { path_beg /b }", "port": 80, "peer_port": 80}]}}',
    );
    const merged = mergeHaproxy([
      { ct: 'one', part: yaml },
      { ct: 'one', part: json },
    ]);
    expect(Object.keys(merged)).toEqual(['http-in', 'x']);
    expect(merged['http-in']).toEqual({
      backends: [
        { use_backend_option: 'if { path_beg /a }', port: 80, peer_port: 80, ct: 'one' },
        { use_backend_option: 'if { path_beg /b }', port: 80, peer_port: 80, ct: 'one' },
      ],
    });
    expect(merged.x).toEqual({
      frontend: { mode: 'tcp', bind: ['*:2222', '*:2223'], options: ['option tcplog', 'maxconn 9'] },
      backends: [
        { name: 'b', port: 22, peer_port: 2222, ct: 'one' },
        { name: 'c', port: 1, peer_port: 1, ct: 'one' },
      ],
    });
  });

  it('overwrites a ct that a service gives', () => {
    const part = parseHaproxy(definition({}, { ct: 'elsewhere' }));
    expect(mergeHaproxy([{ ct: 'web', part }]).x?.backends[0]?.ct).toBe('web');
  });

  it('lets one service declare the frontend for all', () => {
    const bare = parseHaproxy('x: { backends: [{ port: 1, peer_port: 1, name: c }] }');
    const merged = mergeHaproxy([
      { ct: 'a', part: bare },
      { ct: 'b', part: parseHaproxy(definition({})) },
    ]);
    expect(merged.x?.frontend).toEqual({ mode: 'tcp', bind: ['*:2222'] });
    expect(() => mergeHaproxy([{ ct: 'a', part: bare }])).toThrow('HAPROXY x.frontend.mode: it is missing');
    expect(() => readHaproxy({ x: { frontend: { mode: 'tcp' }, backends: bare.x?.backends } })).toThrow(
      'HAPROXY x.frontend.bind: it is missing',
    );
  });

  it('refuses services that disagree on the mode', () => {
    const [one, two] = ['tcp', 'http'].map((mode) => parseHaproxy(definition({ mode })));
    expect(() =>
      mergeHaproxy([
        { ct: 'a', part: one ?? {} },
        { ct: 'b', part: two ?? {} },
      ]),
    ).toThrow('HAPROXY x.frontend.mode: one service says tcp, another http');
  });
});
