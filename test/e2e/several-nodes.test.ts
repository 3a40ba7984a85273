import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { expectOn, HOST, publishOn, releases, running, severalApp } from './several.ts';
import {
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type PublishedApp,
  record,
  rootCertificate,
  through,
} from './support.ts';
import { visiting } from './visiting.ts';

let app: PublishedApp;

/** The image that the service runs there. */
async function imageOn(node: string): Promise<string> {
  return (await must(node, 'docker', 'inspect', '--format', '{{.Image}}', `${app.project}-web-1`)).trim();
}

async function hasImage(node: string, id: string): Promise<boolean> {
  return (await lab.exec(node, ['docker', 'image', 'inspect', id])).exitCode === 0;
}

beforeAll(async () => {
  app = await severalApp();
});
afterAll(() => destroy(app.http));

describe('a service that asks for all nodes', () => {
  it('runs on all of them, and is answered through each', async () => {
    await deploy('node3', app.http, '--master', 'node1');
    expect(await record(app.name)).toMatchObject({
      master: 'node1',
      balanced: { nodes: ['node1', 'node2', 'node3'], services: ['web'], hosts: [HOST] },
    });
    await expectOn(app, NODES);
    expect(await releases()).toEqual(['200 one']);
    const ca = await rootCertificate('node1');
    await eventually(
      () => releases(ca),
      (found) => `${found}` === '200 one',
    );
  });

  it('is shown on each of them, and is a problem where it is down on one', async () => {
    /** "node: state" of each node, what is wrong with the app, and how the command ends. */
    const told = async () => {
      const { stdout, exitCode } = await covey('node2', 'status', '--json');
      const { balanced, problems } = JSON.parse(stdout) as {
        balanced: { app: string; node: string; state: string }[];
        problems: string[];
      };
      const states = balanced.filter((each) => each.app === app.name);
      const wrong = problems.filter((each) => each.startsWith(app.name));
      return { states: states.map(({ node, state }) => `${node}: ${state}`), wrong, exitCode };
    };
    const web = `${app.project}-web-1`;
    await eventually(told, ({ states }) => `${states}` === 'node1: up,node2: up,node3: up');
    expect((await told()).wrong).toEqual([]);
    await must('node3', 'docker', 'stop', web);
    const down = await eventually(told, ({ states }) => states.includes('node3: down'));
    expect(down).toMatchObject({ wrong: [`${app.name} on node3: web is exited`], exitCode: 1 });
    const metrics = await must('node3', 'curl', '--silent', 'http://127.0.0.1:7702/metrics');
    expect(metrics).toContain(`covey_service_running{app="${app.name}",service="web"} 0`);
    const one = await covey('node1', 'app', app.name);
    expect(one.exitCode).toBe(1);
    expect(one.stdout).toMatch(/^node3 +web +down: web is exited$/m);
    expect((await covey('node2', 'apps')).stdout).toContain('node1, node2, node3 (down)');
    await must('node3', 'docker', 'start', web);
    await eventually(told, ({ states, wrong }) => states.includes('node3: up') && wrong.length === 0);
  });

  it('is reached on the node that is named, by logs and exec', async () => {
    const hostname = (...options: string[]) =>
      covey('node2', 'exec', app.name, ...options, '--', 'cat', '/etc/hostname');
    const id = async (node: string) =>
      (await must(node, 'docker', 'inspect', '--format', '{{.Id}}', `${app.project}-web-1`)).slice(0, 12);
    for (const node of NODES) {
      expect(await hostname('--node', node)).toMatchObject({ exitCode: 0, stdout: `${await id(node)}\n` });
      const line = `line of ${node}`;
      const write = ['sh', '-c', `echo "${line}" > /proc/1/fd/1`];
      await covey('node1', 'exec', app.name, '--node', node, '--', ...write);
      await eventually(
        () => covey('node2', 'logs', app.name, '--node', node),
        ({ stdout }) => stdout.includes(line),
      );
    }
    expect((await hostname()).stdout).toBe(`${await id('node1')}\n`);
    expect((await covey('node3', 'logs', app.name)).stdout).not.toMatch(/line of node[23]/);
    const refused = await covey('node1', 'logs', app.name, '--node', 'node9');
    expect(refused.exitCode).toBe(72);
    expect(refused.stderr).toContain(`${app.name} runs nothing on node9.`);
    expect(refused.stderr).toContain('It runs on: node1, node2, node3.');
  });

  it('stays on a node that is drained of apps, and the plan says so', async () => {
    const { stdout, exitCode } = await covey('node1', 'drain', 'node3', '--plan');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^node3 runs services, by covey.nodes, of: .*${app.name}`, 'm'));
  });

  it('changes its release node by node without a request that fails', async () => {
    await publishOn('all', 'two');
    const before = await Promise.all(NODES.map(imageOn));
    const visitors = visiting(HOST, '/release');
    await deploy('node2', app.http, '--master', 'node1');
    const { failed, served } = await visitors.end();
    expect(failed).toEqual([]);
    for (const node of NODES) expect(served[node]).toBeGreaterThan(10);
    await expectOn(app, NODES);
    expect(await releases()).toEqual(['200 two']);
    // the master has it for a rollback, and the others would only fill their disks
    const left = await Promise.all(NODES.map((node, index) => hasImage(node, before[index] ?? '')));
    expect(left).toEqual([true, false, false]);
  });

  it('keeps the old release everywhere where the new one does not get up', async () => {
    await publishOn('all', 'broken', '    command: "false"');
    const visitors = visiting(HOST, '/release');
    const { exitCode, stderr } = await covey('node2', 'deploy', app.http, 'master', '--master', 'node1');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('Everything is as it was.');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(app, NODES);
    expect(await releases()).toEqual(['200 two']);
  });

  it('mends a master whose container is gone, and the others answer meanwhile', async () => {
    await must('node1', 'docker', 'rm', '-f', `${app.project}-web-1`);
    await eventually(
      () => releases(),
      (found) => `${found}` === '200 two',
    );
    await publishOn('all', 'mended');
    const visitors = visiting(HOST, '/release');
    await deploy('node2', app.http, '--master', 'node1');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(app, NODES);
    expect(await releases()).toEqual(['200 mended']);
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
    await publishOn('all', 'four');
    await eventually(
      () => must('node1', 'consul', 'members'),
      (members) => /^node3 .* failed /m.test(members),
    );
    const { stdout } = await deploy('node1', app.http, '--master', 'node2');
    expect(stdout).toContain('node3 takes no part now');
    expect((await record(app.name))?.balanced).toMatchObject({ nodes: ['node2', 'node1', 'node3'] });
    await expect(through('node1', { host: HOST, path: '/release' })).resolves.toMatchObject({ status: 200 });
  });

  it('has the release of the others when it is back', async () => {
    await lab.start('node3');
    await expectOn(app, NODES);
    await eventually(
      () => releases(),
      (found) => `${found}` === '200 four',
    );
  });
});

describe('the list of nodes', () => {
  it('names no node that is not there', async () => {
    await publishOn('node1,node9', 'none');
    const asked = ['deploy', app.http, 'master', '--master', 'node1', '--wait'];
    const { exitCode, stderr } = await covey('node1', ...asked);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('covey.nodes of the release names node9: there is no such node.');
    await expectOn(app, NODES);
  });

  it('goes with the app', async () => {
    await destroy(app.http);
    expect(await running(app)).toEqual({});
    for (const node of NODES) expect(await must(node, 'ls', '/deploy')).not.toContain(app.name);
  });
});
