import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coordinatorDies } from './coordinator.ts';
import { drill, expectUnnoticed } from './drilling.ts';
import {
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type PublishedApp,
  publish,
  record,
  rootCertificate,
  through,
} from './support.ts';
import { visiting } from './visiting.ts';

const REPO = 'beside';
const HOST = `${REPO}.lab`;
const PLACE = ['--master', 'node1', '--slave', 'node2'];
let app: PublishedApp;

/** One service without data; `extra`: lines of the service. */
const compose = (extra = '') => `services:
  web:
    build: .
    restart: unless-stopped
    environment:
      CADDYFILE: |
        http://${HOST}, https://${HOST} {
            reverse_proxy http://$CONTAINER:8000
        }
    networks: [cluster_default]
${extra}
networks:
  cluster_default:
    external: true
`;

const release = (name: string, extra?: string) => publish(REPO, { compose: compose(extra), release: name });

/** The containers of the app on its master, each by its id and its name. */
async function containers(): Promise<string[]> {
  const filter = `label=com.docker.compose.project=${app.project}`;
  const format = '{{.ID}} {{.Names}}';
  const listed = await must('node1', 'docker', 'ps', '--all', '--filter', filter, '--format', format);
  return listed.trim().split('\n');
}

/** One container, by the name that people know, which answers through each node. */
async function expectAlone(name: string): Promise<string> {
  const [only = '', ...others] = await containers();
  expect(others).toEqual([]);
  expect(only.split(' ')[1]).toBe(`${app.project}-web-1`);
  for (const node of NODES) {
    const { status, body } = await through(node, { host: HOST, path: '/release' });
    expect(`${status} ${body.trim()}`).toBe(`200 ${name}`);
  }
  return only;
}

beforeAll(async () => {
  app = await release('one');
  await destroy(app.http);
  await deploy('node3', app.http, ...PLACE);
  const ca = await rootCertificate('node1');
  await eventually(
    () => through('node1', { host: HOST, path: '/release', ca }),
    ({ status }) => status === 200,
  );
});
afterAll(() => destroy(app.http));

describe('a release without data', () => {
  it('takes the place of the one before, and nobody waits or fails', async () => {
    const before = await expectAlone('one');
    await release('two');
    const visitors = visiting(HOST, '/release');
    const { stdout } = await deploy('node3', app.http, ...PLACE);
    expect((await visitors.end()).failed).toEqual([]);
    expect(stdout).toContain('start it beside the release before');
    expect(stdout).not.toContain('let its requests wait');
    expect(await expectAlone('two')).not.toBe(before);
  });

  it('does so on the way back too', async () => {
    const visitors = visiting(HOST, '/release');
    for (const name of ['one', 'two']) {
      const { stdout, stderr, exitCode } = await covey('node2', 'rollback', app.name, '--yes');
      expect(`${exitCode} ${stderr}`).toMatch(/^0 /);
      expect(stdout).toContain('start it beside the release before');
      await expectAlone(name);
    }
    expect((await visitors.end()).failed).toEqual([]);
  });

  it('does so by HTTP and HTTPS, on kept connections and on new ones, by every node', async () => {
    expectUnnoticed(await drill(app, 'node2', ['--redeploy-only']), HOST);
    await expectAlone('two');
  });

  it('that does not come up costs nothing: the one before has gone on', async () => {
    const before = await expectAlone('two');
    await release('broken', '    command: "false"');
    const visitors = visiting(HOST, '/release');
    const { exitCode, stderr } = await covey('node3', 'deploy', app.http, 'master', ...PLACE);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('Everything is as it was.');
    expect((await visitors.end()).failed).toEqual([]);
    expect(await expectAlone('two')).toBe(before);
  });

  it('of which no two may run takes the place of a stopped one, by the same name', async () => {
    await release('three', '    labels:\n      covey.beside: "false"');
    const visitors = visiting(HOST, '/release');
    const { stdout } = await deploy('node3', app.http, ...PLACE);
    expect((await visitors.end()).failed).toEqual([]);
    expect(stdout).toContain('let its requests wait');
    await expectAlone('three');
  });
});

describe('when the coordinator dies', () => {
  const dies = (point: string, node: 'node1' | 'node2' = 'node2') =>
    coordinatorDies({
      node,
      point,
      command: ['deploy', app.http, 'master', ...PLACE],
      of: app,
    });

  it('before the release is recorded, the one before has gone on', async () => {
    const before = await expectAlone('three');
    await release('four');
    const visitors = visiting(HOST, '/release');
    await dies('begin:commit@node2');
    expect((await visitors.end()).failed).toEqual([]);
    expect(await expectAlone('three')).toBe(before);
  });

  it('after it, the one before is ended by another', async () => {
    const visitors = visiting(HOST, '/release');
    await dies('begin:retire@node1');
    expect((await visitors.end()).failed).toEqual([]);
    await expectAlone('four');
  });

  it('after it, on the very node of the app, requests still go to one that is there', async () => {
    await release('five');
    const visitors = visiting(HOST, '/release');
    await dies('begin:retire@node1', 'node1');
    expect((await visitors.end()).failed).toEqual([]);
    await expectAlone('five');
  });
});

it('what compose makes anew by hand gets the name that routes know', async () => {
  const before = await expectAlone('five');
  const folder = `/deploy/${app.name}-${(await record(app.name))?.deploy_id}`;
  const script = 'cd "$1"; docker compose --project-name "$2" up --detach --force-recreate';
  await must('node1', 'env', 'CONTAINER=$CONTAINER', 'sh', '-ec', script, 'sh', folder, app.project);
  await eventually(
    () => expectAlone('five'),
    (now) => now !== before,
  );
});
