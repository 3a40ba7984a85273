import { expect, it } from 'vitest';
import { appPorts, caddyfilesInV2, examine } from '../../../src/app/examine.ts';

const networks = { cluster_default: { name: 'cluster_default', external: true } };
const service = (environment: Record<string, string>) => ({
  networks: { cluster_default: null },
  environment,
});
const read = (services: Record<string, object>, more: object = {}) =>
  examine(
    {
      config: { services, networks, ...more },
      project: 'foo',
      commit: '',
      driver: 'anybox/buttervolume:latest',
      hasUpdateScript: false,
    },
    'foo_master.ddb14',
  );
const git = (backends: object[]) =>
  JSON.stringify({ git: { frontend: { mode: 'tcp', bind: ['*:2222', '*:2223'] }, backends } });

it('gives the release where nothing is wrong', () => {
  const examined = read({
    web: service({
      CADDYFILE: 'http://a.example.com {\n\tproxy / $CONTAINER:80\n}',
      HAPROXY: git([{ port: 22, peer_port: 22 }]),
    }),
  });
  expect(examined).toMatchObject({ problems: [], warnings: [], release: { domains: ['a.example.com'] } });
  expect(appPorts(examined.release ?? { haproxy: {} })).toEqual([
    { frontend: 'git', bind: '*:2222' },
    { frontend: 'git', bind: '*:2223' },
  ]);
});

it('warns of what serves nothing', () => {
  expect(read({ db: {} })).toMatchObject({
    problems: [],
    warnings: [expect.stringContaining('nothing of it will be reachable')],
  });
});

it('names service and place of everything that is wrong, also where several things are in one text', () => {
  const { problems, release } = read(
    {
      web: {
        environment: {
          CADDYFILE: 'http://* {\n\tbind x\n\treverse_proxy $CONTAINER:80\n}',
          HAPROXY: '{"git": {"frontend": {"mode": "udp"}, "backends": [{"port": 0}]}}',
        },
      },
      other: service({ CADDYFILE: 'http://b {\n', HAPROXY: 'a:\n  - b\n c: d' }),
    },
    {
      volumes: { data: { driver: 'anybox/buttervolume:latest', labels: { 'covey.replicate': 'daily' } } },
    },
  );
  expect(release).toBeUndefined();
  const wanted = [
    /^service web: CADDYFILE needs .*cluster_default/,
    /^service web: CADDYFILE line 1, column 1: /,
    /^service web: CADDYFILE line 2, column 2: "bind"/,
    /^service web: HAPROXY needs .*cluster_default/,
    /^service web: HAPROXY git\.frontend\.mode: /,
    /^service web: HAPROXY git\.backends\.0\.port: /,
    /^service other: CADDYFILE line 1, column 10: this "{" is never closed/,
    /^service other: HAPROXY is neither YAML nor JSON: .*\(\d+:\d+\)$/,
    /^volume data: label covey\.replicate: /,
  ];
  for (const pattern of wanted) expect(problems).toContainEqual(expect.stringMatching(pattern));
  expect(problems).toHaveLength(wanted.length);
});

it('finds what only the rendered parts show', () => {
  const backends = [
    { name: 'x', port: 22, peer_port: 22 },
    { name: 'x', port: 23, peer_port: 23 },
  ];
  expect(read({ web: service({ HAPROXY: git(backends) }) }).problems).toEqual([
    expect.stringContaining('two different backends of this app have this name'),
  ]);
});

it('tells each place where a compose file is not what compose prints', () => {
  expect(read({ web: { environment: ['A=b'] }, db: { scale: 'x' } }).problems).toEqual([
    expect.stringMatching(/not understood at services\.web\.environment: /),
    expect.stringMatching(/not understood at services\.db\.scale: /),
  ]);
});

it('converts what it can read, and keeps $CONTAINER', () => {
  const services = {
    web: service({ CADDYFILE: 'http://a {\n\tproxy / $CONTAINER:80\n}' }),
    bad: service({ CADDYFILE: 'http://b {' }),
    none: {},
  };
  expect(caddyfilesInV2({ services })).toEqual([
    { service: 'web', caddyfile: expect.stringContaining('reverse_proxy $CONTAINER:80') },
  ]);
});
