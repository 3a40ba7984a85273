import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { dockerTools } from '../docker/support.ts';

// Every test starts processes, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL('../../../bin/covey', import.meta.url));
let dockerConfig: string;
let root: string;
beforeAll(async () => {
  ({ dockerConfig } = await dockerTools());
  root = await mkdtemp(join(tmpdir(), 'covey-check-'));
});
afterAll(() => rm(root, { recursive: true }));

async function folder(name: string, files: Record<string, string>): Promise<string> {
  const dir = join(root, name);
  await mkdir(dir);
  for (const [file, text] of Object.entries(files)) await writeFile(join(dir, file), text);
  return dir;
}

/** Runs it where neither a peer nor a Docker Engine can be reached. */
function check(args: string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [main, 'check', ...args], {
    env: {
      PATH: process.env.PATH ?? '',
      DOCKER_CONFIG: dockerConfig,
      DOCKER_HOST: 'unix:///nowhere.sock',
      COVEY_TLS_DIR: '/nowhere',
      ...env,
    },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
}

const good = {
  'common.yaml': `services:
  base:
    image: \${IMAGE:-shop}:1
    networks: [cluster_default]
`,
  '.env': 'SITE=shop.example.com\n',
  'compose.yaml': `x-proxy: &proxy |
  http://\${SITE} {
      proxy / http://$CONTAINER:8000
  }
services:
  web:
    extends: { file: common.yaml, service: base }
    environment:
      CADDYFILE: *proxy
      HAPROXY: |
        git-ssh:
          frontend: { mode: tcp, bind: ["*:2222"] }
          backends: [{ name: git-ssh, port: 22, peer_port: 2222 }]
    volumes: [data:/data, cache:/cache]
volumes:
  data:
    driver: anybox/buttervolume:latest
    labels: { covey.replicate: 5m, covey.snapshot: 90s, covey.retention: '1h:1d' }
  cache:
networks:
  cluster_default: { external: true }
`,
};

test('a good folder: what a deploy would make of it', async () => {
  const dir = await folder('good', good);
  const named = ['--repo', 'ssh://git@git.example.com/hosting/shop.git', '--branch', 'master'];
  const { stdout, stderr, exitCode } = await check([dir, ...named, '--show-caddyfile']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(
    stdout.replaceAll(/\.[0-9a-f]{5}/g, '.#').replaceAll(/shopmaster[0-9a-f]+/g, 'PROJECT'),
  ).toBe(`shop_master.#: fine
containers:
  web  PROJECT-web-1
sites:
  http://shop.example.com
app ports:
  git-ssh  *:2222
volumes:
  PROJECT_cache  stays on its node (driver local)
  PROJECT_data  replicated every 5 min, snapshots every 90 s, retention 1h:1d
checks:
  GET http://shop.example.com

== web
http://shop.example.com {
    reverse_proxy http://$CONTAINER:8000 {
    }
}`);
  const json = JSON.parse((await check([dir, '--json'])).stdout);
  expect(json).toMatchObject({ problems: [], project: 'good', release: { domains: ['shop.example.com'] } });
});

test('services that ask for several nodes, and what keeps them from it', async () => {
  const asking = (nodes: string, volumes: string) =>
    good['compose.yaml'].replace(
      '    volumes: [data:/data,',
      `    labels: ["covey.nodes=${nodes}"]\n    volumes: [${volumes}`,
    );
  const dir = await folder('several', { ...good, 'compose.yaml': asking('all', '') });
  expect((await check([dir])).stdout).toContain('on several nodes:\n  web  all nodes\n');
  await writeFile(join(dir, 'compose.yaml'), asking('node1, node3', ''));
  expect((await check([dir])).stdout).toContain('on several nodes:\n  web  node1, node3, and the master\n');
  await writeFile(join(dir, 'compose.yaml'), asking('all', 'data:/data,'));
  const { stdout, exitCode } = await check([dir]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain(
    'service web: covey.nodes and the replicated volume data do not go together: one node alone writes to it',
  );
});

test('what Consul will check: URLs that are named, or what service.json says instead', async () => {
  const urls = 'CONSUL_CHECK_URLS: \'["http://shop.example.com/ping"]\'\n      CADDYFILE: *proxy';
  const files = { ...good, 'compose.yaml': good['compose.yaml'].replace('CADDYFILE: *proxy', urls) };
  const dir = await folder('checks', files);
  expect((await check([dir])).stdout).toContain(
    'checks:\n  GET http://shop.example.com\n  GET http://shop.example.com/ping',
  );
  const definition = { name: 'shop', checks: [{ tcp: 'shop.example.com:22', interval: '30s' }] };
  await writeFile(join(dir, 'service.json'), JSON.stringify({ service: definition }));
  expect((await check([dir])).stdout).toContain('checks, by service.json:\n  tcp shop.example.com:22');
  expect(JSON.parse((await check([dir, '--json'])).stdout)).toMatchObject({
    serviceJson: true,
    checks: ['tcp shop.example.com:22'],
  });
});

test('problems of CONSUL_CHECK_URLS and of service.json', async () => {
  const urls = 'CONSUL_CHECK_URLS: http://$$CONTAINER/\n      CADDYFILE: *proxy';
  const files = { ...good, 'compose.yaml': good['compose.yaml'].replace('CADDYFILE: *proxy', urls) };
  const dir = await folder('bad-checks', {
    ...files,
    'service.json': '{"name": "shop", "check": {"http": "http://a", "interval": "soon"}}',
  });
  const { stdout, exitCode } = await check([dir]);
  expect(exitCode).toBe(1);
  expect(stdout.split('\n')).toEqual([
    `2 problems in ${dir}:`,
    expect.stringContaining(
      'service.json is not a service definition of Consul: check.interval: no duration',
    ),
    expect.stringContaining('service web: CONSUL_CHECK_URLS "http://$CONTAINER/": '),
  ]);
  await writeFile(join(dir, 'compose.yaml'), good['compose.yaml']);
  const one = await check([dir]);
  expect(one.exitCode).toBe(1);
  expect(one.stdout.split('\n')).toHaveLength(2);
});

test('all problems at once, with 1', async () => {
  const bad = good['compose.yaml']
    .replace('proxy / http', 'cgi / http')
    .replace('peer_port: 2222', 'peer_port: 0')
    .replace('5m', 'often');
  const dir = await folder('bad', { ...good, 'compose.yaml': bad });
  const { stdout, exitCode } = await check([dir, '--repo', 'https://git.example.com', '--branch', 'x']);
  expect(exitCode).toBe(1);
  expect(stdout.split('\n')).toEqual([
    `4 problems in ${dir}:`,
    expect.stringContaining('has no path'),
    expect.stringContaining('service web: CADDYFILE line 2, column 5: the v1 directive "cgi"'),
    expect.stringContaining('service web: HAPROXY git-ssh.backends.0.peer_port: '),
    expect.stringContaining('volume data: label covey.replicate: '),
  ]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no compose file', {}, /There is no compose file in .*compose\.yaml/],
  [
    'one that is no YAML',
    { 'compose.yaml': 'services: [' },
    /compose\.yaml is not a valid compose file: .*line 1/,
  ],
  [
    'one with a missing variable',
    { 'compose.yaml': `services: { a: { image: "\${NOT_THERE:?is needed}" } }` },
    /NOT_THERE is missing a value: is needed/,
  ],
])('%s is a problem', async (name, files, message) => {
  const dir = await folder(name.replaceAll(' ', '-'), files);
  const { stdout, exitCode } = await check([dir], { NOT_THERE: "the caller's" });
  expect({ stdout, exitCode }).toEqual({ stdout: expect.stringMatching(message), exitCode: 1 });
});

test('what cannot be checked ends with 2', async () => {
  expect(await check([join(root, 'nowhere')])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('There is no folder'),
  });
  const dir = await folder('fine', good);
  expect(await check([dir], { PATH: root })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/There is no `docker compose` here.*\n.*No Docker Engine has to run/),
  });
  expect(await check([dir, '--repo', 'x'])).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining('--repo and --branch go together'),
  });
});
