import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  record,
  rootCertificate,
  through,
} from './support.ts';

const HOST = 'operators.lab';
const ssh = `  ssh:
    build: .
    environment:
      HAPROXY: '{
          "ssh-config-name": {
            "frontend": {
              "mode": "tcp",
              "bind": ["*:2222"]
            },
            "backends": [{
              "name": "ssh-service",
              "use_backend_option": "",
              "port": "8000",
              "peer_port": "2222"
            }]
          }
        }'
    volumes: ["data:/data"]
    networks: [cluster_default]
`;
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('operators', { compose: composeFile(HOST, ssh) });
  await destroy(app.http);
});
afterAll(() => destroy(app.http));

/** Fires a Consul event on a node, as the operators' scripts do; its ID. */
async function fire(node: string, name: string, payload: string): Promise<string> {
  const said = await must(node, 'consul', 'event', `-name=${name}`, payload);
  return /Event ID: (\S+)/.exec(said)?.[1] ?? '';
}

describe('consul event', () => {
  it('deploys, fired on a node that has no part in it, over SSH', async () => {
    const id = await fire(
      'node3',
      'deploy',
      JSON.stringify({ repo: app.ssh, branch: 'master', master: 'node1', slave: 'node2' }),
    );
    const deployed = await eventually(
      () => record(app.name),
      (now) => now?.deploy_id === id,
      180_000,
    );
    expect(deployed).toMatchObject({ master: 'node1', slave: 'node2' });
    expect(
      (
        await eventually(
          () => through('node2', { host: HOST, path: '/release' }),
          ({ status }) => status === 200,
        )
      ).body,
    ).toBe('one\n');
  });

  it('of a kind that nobody knows is logged as an error on every node, and so is one with a wrong payload', async () => {
    const before = await record(app.name);
    const name = `unknown-${randomUUID().slice(0, 8)}`;
    await fire('node2', name, '{}');
    await fire('node2', 'deploy', `{"repo": "${name}"}`);
    for (const node of NODES) {
      await eventually(
        () => on(node, ['docker', 'logs', '--since', '5m', 'covey-peer']),
        ({ stdout }) =>
          stdout.includes(`Unknown event name: ${name}`) &&
          stdout.includes('Wrong event payload format. Please provide json: '),
      );
    }
    expect(await record(app.name)).toEqual(before);
  });
});

describe('maintenance', () => {
  it.each([
    ['set by hand in Consul', ['consul', 'kv', 'put'], ['consul', 'kv', 'delete']],
    ['set by covey', undefined, undefined],
  ])('%s shows its page on every path, and ends', async (_how, put, remove) => {
    const key = `maintenance/${app.name}`;
    await must('node2', ...(put ? [...put, key, 'x'] : ['covey', 'maintenance', 'on', app.name]));
    for (const node of NODES) {
      const page = await eventually(
        () => through(node, { host: HOST, path: '/any/path' }),
        ({ status }) => status === 503,
      );
      expect(page.headers['retry-after']).toMatch(/^\d+$/);
      expect(page.body).toContain('<html');
    }
    expect(await must('node3', 'covey', 'apps')).toMatch(/maintenance/);
    await must('node3', ...(remove ? [...remove, key] : ['covey', 'maintenance', 'off', app.name]));
    for (const node of NODES) {
      await eventually(
        () => through(node, { host: HOST, path: '/release' }),
        ({ status }) => status === 200,
      );
    }
  });
});

describe('HAPROXY', () => {
  it('is rendered to the letter', async () => {
    // The maintenance before has just ended, and each node renders at its own time.
    const rendered = async (node: string, text: string) =>
      eventually(
        () => must(node, 'cat', '/var/lib/covey/haproxy/haproxy.cfg'),
        (config) => config.includes(text),
      );
    await rendered(
      'node1',
      `frontend front-ssh-config-name
    mode tcp
    bind *:2222
    use_backend backend-ssh-service

backend backend-ssh-service
    mode tcp
    server node1 ${app.project}-ssh-1:8000
`,
    );
    await rendered('node2', `    server node1 ${await lab.address('node1')}:2222\n`);
  });

  it.each(NODES)('serves the port on %s', async (node) => {
    const said = await eventually(
      () => must(node, 'curl', '-sf', '--max-time', '5', 'http://127.0.0.1:2222/release'),
      () => true,
      20_000,
    );
    expect(said).toBe('one\n');
  });
});

describe('a hand edit of a record', () => {
  it('that breaks it changes nothing live, and is named; one that mends it clears that', async () => {
    const key = `app/${app.name}`;
    const good = await must('node1', 'consul', 'kv', 'get', key);
    await must('node1', 'consul', 'kv', 'put', key, '{ "broken": ');
    try {
      await eventually(
        () => covey('node2', 'status'),
        ({ stdout }) => stdout.includes(`app/${app.name} is not valid JSON`),
      );
      for (const node of NODES)
        expect((await through(node, { host: HOST, path: '/release' })).status).toBe(200);
    } finally {
      await must('node1', 'consul', 'kv', 'put', key, good.trim());
    }
    // A replication that the broken record was in the way of is tried again.
    await eventually(
      () => covey('node2', 'status'),
      ({ exitCode }) => exitCode === 0,
    );
  });
});

describe('when parts of a node die', () => {
  it('the peer may go: apps and routes stay, and it comes back', async () => {
    await must('node1', 'docker', 'kill', 'covey-peer');
    expect((await through('node3', { host: HOST, path: '/release' })).body).toBe('one\n');
    await must('node1', 'docker', 'start', 'covey-peer');
    await eventually(
      () => must('node1', 'covey', 'health'),
      () => true,
    );
    expect((await through('node3', { host: HOST, path: '/release' })).body).toBe('one\n');
  });

  it('a node stops an app that the record gives to another node', async () => {
    const key = `app/${app.name}`;
    const good = await must('node2', 'consul', 'kv', 'get', key);
    await must('node1', 'docker', 'kill', 'covey-peer');
    await must('node2', 'consul', 'kv', 'put', key, JSON.stringify({ ...JSON.parse(good), master: 'node2' }));
    try {
      await must('node1', 'docker', 'start', 'covey-peer');
      await eventually(
        () => must('node1', 'docker', 'ps', '--format', '{{.Names}}'),
        (names) => !names.includes(app.project),
      );
      const mount = [
        'docker',
        'run',
        '--rm',
        '-v',
        `${app.project}_data:/data`,
        'debian:bookworm-slim',
        'true',
      ];
      const { exitCode, stderr } = await on('node1', mount);
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(/whose master is node2/);
    } finally {
      await must('node2', 'consul', 'kv', 'put', key, good.trim());
    }
    await must('node1', 'docker', 'restart', 'covey-peer');
    await eventually(
      () => through('node3', { host: HOST, path: '/notes' }),
      ({ status }) => status === 200,
    );
    await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2');
  });
});

describe('nodes that disagree who the master is', () => {
  /** Changes the domain map of a node's HAProxy by hand, as an older view of the records would have it. */
  const believe = (node: NodeName, host: string, backend: string) =>
    must(
      node,
      ...['docker', 'exec', 'covey-peer', 'node', '-e'],
      `const socket = require('net').connect('/run/covey/haproxy.sock');
       socket.end('set map /var/lib/covey/haproxy/domains.map ${host} ${backend}\\n');
       socket.on('data', (data) => process.stdout.write(data));`,
    );

  it('do not send a request round until all of their connections are gone', async () => {
    const ca = await rootCertificate('node1');
    await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
    await believe('node1', HOST, 'node-node2');
    try {
      const began = Date.now();
      expect((await through('node2', { host: HOST, path: '/release' })).status).toBe(503);
      await expect(through('node2', { host: HOST, path: '/release', ca })).rejects.toThrow();
      expect(Date.now() - began).toBeLessThan(10_000);
    } finally {
      await believe('node1', HOST, 'node-node1');
    }
    expect((await through('node2', { host: HOST, path: '/release', ca })).status).toBe(200);
  });
});
