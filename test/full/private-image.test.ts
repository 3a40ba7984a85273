import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  covey,
  deploy,
  destroy,
  eventually,
  must,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from '../e2e/support.ts';

const REGISTRY = '127.0.0.1:5000';
const IMAGE = `${REGISTRY}/private:1`;
const HOST = 'private.lab';
const LOGIN = '/etc/covey/docker';
const compose = `services:
  web:
    image: ${IMAGE}
    command: [perl, /srv/server.pl]
    environment:
      - |
        CADDYFILE=http://${HOST} {
            reverse_proxy http://$CONTAINER:8000
        }
    volumes: ["./server.pl:/srv/server.pl:ro", "./release:/srv/release:ro"]
    networks: [cluster_default]
networks:
  cluster_default:
    external: true
`;
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('private-image', { compose });
  await destroy(app.http);
  await must('node1', 'apt-get', 'update', '-qq');
  await must('node1', 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'docker-registry');
  const hash = await must(
    'node1',
    'docker',
    'exec',
    'covey-caddy',
    'caddy',
    'hash-password',
    '--plaintext',
    'secret',
  );
  await on('node1', ['tee', '/tmp/registry.htpasswd'], { input: `ops:${hash}` });
  const settings = `version: 0.1
storage: { filesystem: { rootdirectory: /tmp/registry } }
http: { addr: "${REGISTRY}" }
auth: { htpasswd: { realm: lab, path: /tmp/registry.htpasswd } }
`;
  await on('node1', ['tee', '/tmp/registry.yml'], { input: settings });
  await must(
    'node1',
    'sh',
    '-c',
    'setsid docker-registry serve /tmp/registry.yml > /tmp/registry.log 2>&1 & echo $! > /tmp/registry.pid',
  );
  const login = ['docker', '--config', LOGIN, 'login', '--username', 'ops', '--password-stdin', REGISTRY];
  await eventually(
    () => on('node1', login, { input: 'secret' }),
    ({ exitCode }) => exitCode === 0,
  );
  await must('node1', 'docker', 'tag', 'debian:bookworm-slim', IMAGE);
  await must('node1', 'docker', '--config', LOGIN, 'push', '--quiet', IMAGE);
  await must('node1', 'docker', 'rmi', IMAGE);
  await must('node1', 'docker', '--config', LOGIN, 'logout', REGISTRY);
});
afterAll(async () => {
  await destroy(app.http);
  await must('node1', 'sh', '-c', 'kill $(cat /tmp/registry.pid)');
  await must('node1', 'rm', '-rf', `${LOGIN}/config.json`, '/tmp/registry');
});

it('a private image needs the operator’s login', async () => {
  const refused = await covey('node2', 'deploy', app.http, 'master', '--master', 'node1');
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toMatch(/private/);
  expect(await record(app.name)).toBeUndefined();

  const login = ['docker', '--config', LOGIN, 'login', '--username', 'ops', '--password-stdin', REGISTRY];
  expect((await on('node1', login, { input: 'secret' })).exitCode).toBe(0);
  await deploy('node2', app.http, '--master', 'node1');
  expect((await through('node3', { host: HOST, path: '/release' })).body).toBe('one\n');
});
