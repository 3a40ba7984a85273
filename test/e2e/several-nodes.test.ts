import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
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

const HOST = 'several.lab';
let app: PublishedApp;

/** One service on these nodes, without a volume; `extra`: lines of the service. */
const compose = (nodes: string, extra = '') => `services:
  web:
    build: .
    restart: unless-stopped
    labels:
      covey.nodes: "${nodes}"
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

/** The nodes on which the service runs, each with the folder of its release. */
async function running(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const node of NODES) {
    const format = '{{.Names}} {{.Label "com.docker.compose.project.working_dir"}}';
    const listed = await must(node, 'docker', 'ps', '--format', format);
    const line = listed.split('\n').find((each) => each.startsWith(`${app.project}-web-1 `));
    if (line !== undefined) found[node] = line.split(' ')[1] ?? '';
  }
  return found;
}

/** All of these nodes, and no other, run the release that is recorded. */
async function expectOn(nodes: readonly string[]): Promise<void> {
  const folder = `/deploy/${app.name}-${(await record(app.name))?.deploy_id}`;
  const wanted = Object.fromEntries(nodes.map((node) => [node, folder]));
  await eventually(running, (found) => JSON.stringify(found) === JSON.stringify(wanted), 120_000);
}

/** What answers through each node, of many requests. */
async function releases(ca?: string): Promise<string[]> {
  const found = new Set<string>();
  for (const node of NODES) {
    for (let count = 0; count < 6; count += 1) {
      const { status, body } = await through(node, { host: HOST, path: '/release', ...(ca && { ca }) });
      found.add(`${status} ${body.trim()}`);
    }
  }
  return [...found];
}

beforeAll(async () => {
  // What a machine that has just been made issues before that ends in a root of its own.
  await eventually(
    () => Promise.all(NODES.map(rootCertificate)),
    (roots) => new Set(roots).size === 1,
  );
  app = await publish('several', { compose: compose('all'), release: 'one' });
  await destroy(app.http);
});
afterAll(async () => {
  await destroy(app.http);
});

describe('a service that asks for all nodes', () => {
  it('runs on all of them, and is answered through each', async () => {
    await deploy('node3', app.http, '--master', 'node1');
    expect(await record(app.name)).toMatchObject({
      master: 'node1',
      balanced: { nodes: ['node1', 'node2', 'node3'], services: ['web'], hosts: [HOST] },
    });
    await expectOn(NODES);
    expect(await releases()).toEqual(['200 one']);
    const ca = await rootCertificate('node1');
    await eventually(
      () => releases(ca),
      (found) => `${found}` === '200 one',
    );
  });

  it('changes its release node by node without a request that fails', async () => {
    await publish('several', { compose: compose('all'), release: 'two' });
    const visitors = visiting(HOST, '/release');
    await deploy('node2', app.http, '--master', 'node1');
    const { failed, served } = await visitors.end();
    expect(failed).toEqual([]);
    for (const node of NODES) expect(served[node]).toBeGreaterThan(10);
    await expectOn(NODES);
    expect(await releases()).toEqual(['200 two']);
  });

  it('keeps the old release everywhere where the new one does not get up', async () => {
    await publish('several', { compose: compose('all', '    command: "false"'), release: 'broken' });
    const visitors = visiting(HOST, '/release');
    const { exitCode, stderr } = await covey('node2', 'deploy', app.http, 'master', '--master', 'node1');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('Everything is as it was.');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(NODES);
    expect(await releases()).toEqual(['200 two']);
  });

  it('mends a master whose container is gone, and the others answer meanwhile', async () => {
    await must('node1', 'docker', 'rm', '-f', `${app.project}-web-1`);
    await eventually(
      () => releases(),
      (found) => `${found}` === '200 two',
    );
    await publish('several', { compose: compose('all'), release: 'mended' });
    const visitors = visiting(HOST, '/release');
    await deploy('node2', app.http, '--master', 'node1');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(NODES);
    expect(await releases()).toEqual(['200 mended']);
  });

  it('moves to another master, and the old one follows', async () => {
    await publish('several', { compose: compose('all'), release: 'three' });
    const visitors = visiting(HOST, '/release');
    await deploy('node2', app.http, '--master', 'node2');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(NODES);
    expect(await releases()).toEqual(['200 three']);
  });
});

describe('a node that is lost', () => {
  it('is out within 3 s, and a deploy goes on without it', async () => {
    await lab.kill('node3');
    const lost = Date.now();
    const late: number[] = [];
    while (Date.now() - lost < 8_000) {
      for (const node of ['node1', 'node2']) {
        const asked = Date.now();
        const status = await through(node, { host: HOST, path: '/release' }).then(
          (page) => page.status,
          () => 0,
        );
        if (status !== 200) late.push(asked - lost);
      }
    }
    expect(Math.max(0, ...late)).toBeLessThan(3_000);
    await publish('several', { compose: compose('all'), release: 'four' });
    await eventually(
      () => must('node1', 'consul', 'members'),
      (members) => /^node3 .* failed /m.test(members),
    );
    // The old master may still be at what it follows.
    const { stdout } = await deploy('node1', app.http, '--master', 'node2', '--wait');
    expect(stdout).toContain('node3 takes no part now');
    expect((await record(app.name))?.balanced).toMatchObject({ nodes: ['node2', 'node1', 'node3'] });
    await expect(through('node1', { host: HOST, path: '/release' })).resolves.toMatchObject({ status: 200 });
  });

  it('has the release of the others when it is back', async () => {
    await lab.start('node3');
    await expectOn(NODES);
    await eventually(
      () => releases(),
      (found) => `${found}` === '200 four',
    );
  });
});

describe('the list of nodes', () => {
  it('gets shorter, and the node that is none of them any more has nothing left', async () => {
    await publish('several', { compose: compose('node1,node2'), release: 'five' });
    const visitors = visiting(HOST, '/release');
    // The node that was away may still be at it.
    await deploy('node1', app.http, '--master', 'node2', '--wait');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(['node1', 'node2']);
    expect(await must('node3', 'ls', '/deploy')).not.toContain(app.name);
  });

  it('names no node that is not there', async () => {
    await publish('several', { compose: compose('node1,node9') });
    const asked = ['deploy', app.http, 'master', '--master', 'node2', '--wait'];
    const { exitCode, stderr } = await covey('node1', ...asked);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('covey.nodes of the release names node9: there is no such node.');
    await expectOn(['node1', 'node2']);
  });

  it('goes with the app', async () => {
    await destroy(app.http);
    expect(await running()).toEqual({});
    for (const node of NODES) expect(await must(node, 'ls', '/deploy')).not.toContain(app.name);
  });
});
