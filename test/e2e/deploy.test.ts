import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  on,
  type PublishedApp,
  publish,
  record,
  rootCertificate,
  through,
} from './support.ts';

const HOST = 'deploy.lab';
let app: PublishedApp;
let first: Record<string, unknown>;

beforeAll(async () => {
  app = await publish('deploy', { release: 'one' });
  await destroy(app.http);
});
afterAll(() => destroy(app.http));

describe('a new app', () => {
  it('shows its plan and changes nothing when only asked for the plan', async () => {
    const { exitCode, stdout } = await covey(
      'node2',
      'deploy',
      app.http,
      'master',
      '--master',
      'node1',
      '--slave',
      'node2',
      '--plan',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/build/);
    expect(await record(app.name)).toBeUndefined();
    expect(await must('node1', 'ls', '/deploy')).not.toContain(app.name);
  });

  it('is deployed by asking a node that has no part in it', async () => {
    await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
    first = (await record(app.name)) ?? {};
    expect(first).toMatchObject({
      repo_url: app.http.replace(/\.git$/, ''),
      branch: 'master',
      master: 'node1',
      slave: 'node2',
      domains: [HOST],
      urls: `http://${HOST},https://${HOST}`,
      ct: { web: `${app.project}-web-1` },
      volumes: [`${app.project}_data`],
      previous_deploy_id: null,
      commit: app.commit,
    });
    expect(first.deploy_date).toMatch(/^\d{4}-\d\d-\d\dT\d{6}\.\d{6}$/);
  });

  it('is looked into from any node: by a command in it, and by what it says', async () => {
    const command = ['sh', '-c', 'cat; echo seen > /proc/1/fd/1; exit 7'];
    const asked = await on('node3', ['covey', 'exec', app.name, '--', ...command], { input: 'given' });
    expect([asked.exitCode, asked.stdout]).toEqual([7, 'given']);
    await eventually(
      () => covey('node2', 'logs', app.name),
      ({ stdout }) => stdout.includes('seen'),
    );
  });

  it.each(NODES)('answers HTTP and HTTPS through %s', async (node) => {
    const ca = await rootCertificate('node1');
    expect(await through(node, { host: HOST, path: '/release' })).toMatchObject({
      status: 200,
      body: 'one\n',
    });
    const tls = await eventually(
      () => through(node, { host: HOST, path: '/release', ca }),
      ({ status }) => status === 200,
    );
    expect(tls.body).toBe('one\n');
  });

  it.each(NODES)('sees the address of a visitor who came through %s', async (node) => {
    const own = (await must(node, 'hostname', '-i')).trim().split(' ')[0];
    const page = await must(node, 'curl', '-s', '-H', `Host: ${HOST}`, `http://${own}/peer`);
    expect(page).toContain(`x-forwarded-for: ${own}`);
    expect(page).toContain(`x-real-ip: ${own}`);
    expect(page).toContain('x-forwarded-proto: http');
  });

  it('lies where an operator looks for it', async () => {
    const folder = `/deploy/${app.name}-${first.deploy_id}`;
    expect(await must('node1', 'cat', `${folder}/.env`)).toContain(`COMPOSE_PROJECT_NAME=${app.project}`);
    expect(
      await must('node1', 'sh', '-c', `cd ${folder} && docker compose ps --format '{{.Name}}'`),
    ).toContain(`${app.project}-web-1`);
    expect(
      await must(
        'node1',
        'docker',
        'inspect',
        '--format',
        '{{.HostConfig.LogConfig}}',
        `${app.project}-web-1`,
      ),
    ).toContain('max-size:10m');
    expect(await must('node2', 'ls', folder)).toContain('docker-compose.yml');
    expect((await on('node3', ['ls', folder])).exitCode).not.toBe(0);
    expect(
      await must('node1', 'btrfs', 'subvolume', 'show', `/var/lib/buttervolume/volumes/${app.project}_data`),
    ).toContain('UUID');
    expect(
      await must('node1', 'docker', 'volume', 'inspect', '--format', '{{.Driver}}', `${app.project}_data`),
    ).toContain('anybox/buttervolume:latest');
    expect(await must('node1', 'curl', '-s', 'http://127.0.0.1:8500/v1/agent/services')).toContain(app.name);
  });

  it("answers with HAProxy's 503 for a host that nobody declared", async () => {
    expect((await through('node2', { host: 'nobody.lab' })).status).toBe(503);
  });
});

describe('the same again', () => {
  it('keeps the data, and a snapshot of it from before', async () => {
    expect((await through('node3', { host: HOST, path: '/notes', form: { text: 'kept' } })).status).toBe(201);
    app = await publish('deploy', { release: 'two' });
    await deploy('node2', app.http, '--master', 'node1', '--slave', 'node2');
    expect((await through('node2', { host: HOST, path: '/release' })).body).toBe('two\n');
    expect((await through('node3', { host: HOST, path: '/notes' })).body).toBe('text=kept\n');
    const now = await record(app.name);
    expect(now).toMatchObject({ previous_deploy_id: first.deploy_id, commit: app.commit });
    const snapshots = await must('node1', 'ls', '/var/lib/buttervolume/snapshots');
    const newest = snapshots
      .split('\n')
      .filter((name) => name.startsWith(`${app.project}_data@`))
      .sort()
      .at(-1);
    expect(await must('node1', 'cat', `/var/lib/buttervolume/snapshots/${newest}/notes`)).toBe('text=kept\n');
    for (const node of ['node1', 'node2']) {
      const folders = (await must(node, 'ls', '/deploy'))
        .split('\n')
        .filter((name) => name.startsWith(app.name));
      expect(folders).toEqual([`${app.name}-${now?.deploy_id}`]);
    }
  });

  it('does its work once for one request id', async () => {
    const id = `once-${Date.now()}`;
    await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2', '--request-id', id);
    const before = await record(app.name);
    await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2', '--request-id', id);
    expect(await record(app.name)).toEqual(before);
  });
});

describe('a release that does not work', () => {
  interface Broken {
    compose?: string | ((good: string) => string);
    files?: Record<string, string | null>;
  }
  const broken: [string, Broken, RegExp][] = [
    [
      'does not build',
      { files: { Dockerfile: 'FROM debian:bookworm-slim\nRUN exit 7\n' } },
      /exit code: 7|exited with|did not complete/,
    ],
    ['dies at its start', { files: { 'server.pl': 'die "no luck\\n";' } }, /no luck/],
    ['has no compose file', { files: { 'docker-compose.yml': null } }, /compose/],
    ['has a compose file that is none', { compose: 'services: [' }, /yaml|compose/i],
    [
      'has an invalid CADDYFILE',
      { compose: (text: string) => text.replace('reverse_proxy http', 'reverse_proxy { http') },
      /CADDYFILE/,
    ],
    [
      'has a directive that Caddy does not know',
      { compose: (text: string) => text.replace('reverse_proxy', 'no_such_directive') },
      /no_such_directive/,
    ],
    [
      'is not on cluster_default',
      { compose: (text: string) => text.replace('    networks: [cluster_default]\n', '') },
      /cluster_default/,
    ],
    [
      'has no container for $CONTAINER',
      { compose: (text: string) => text.replace('build: .', 'build: .\n    scale: 0') },
      /container/,
    ],
  ];

  it.each(broken)(
    'that %s changes nothing',
    async (_what, { compose = composeFile(HOST), files = {} }, message) => {
      const before = await record(app.name);
      const text = typeof compose === 'string' ? compose : compose(composeFile(HOST));
      await publish('deploy', { release: 'broken', compose: text, files });
      const { exitCode, stderr } = await covey(
        'node3',
        'deploy',
        app.http,
        'master',
        '--master',
        'node1',
        '--slave',
        'node2',
      );
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(message);
      expect(await record(app.name)).toEqual(before);
      expect(await through('node2', { host: HOST, path: '/release' })).toMatchObject({
        status: 200,
        body: 'two\n',
      });
      expect((await through('node3', { host: HOST, path: '/notes' })).body).toBe('text=kept\n');
      for (const node of ['node1', 'node2']) {
        const folders = (await must(node, 'ls', '/deploy'))
          .split('\n')
          .filter((name) => name.startsWith(app.name));
        expect(folders).toEqual([`${app.name}-${before?.deploy_id}`]);
      }
    },
  );
});

describe('destroy', () => {
  it('leaves nothing of the app but its snapshots', async () => {
    const { exitCode } = await covey('node2', 'destroy', app.http, 'master', '--yes');
    expect(exitCode).toBe(0);
    expect(await record(app.name)).toBeUndefined();
    for (const node of NODES) {
      expect(await must(node, 'docker', 'ps', '--all', '--format', '{{.Names}}')).not.toContain(app.project);
      expect(await must(node, 'docker', 'volume', 'ls', '--quiet')).not.toContain(app.project);
      expect(await must(node, 'ls', '/deploy')).not.toContain(app.name);
      expect(await must(node, 'ls', '/var/lib/buttervolume/volumes')).not.toContain(app.project);
      expect(await must(node, 'curl', '-s', 'http://127.0.0.1:8500/v1/agent/services')).not.toContain(
        app.name,
      );
      expect((await through(node, { host: HOST })).status).toBe(503);
    }
    expect(await must('node1', 'ls', '/var/lib/buttervolume/snapshots')).toContain(`${app.project}_data@`);
  });
});
