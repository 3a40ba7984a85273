import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import {
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
  rootCertificate,
  through,
} from './support.ts';

const HOST = 'applying.lab';
let app: PublishedApp;
let ca: string;

const key = () => `app/${app.name}`;
const read = () => must('node1', 'consul', 'kv', 'get', key());
const write = (text: string) => must('node3', 'consul', 'kv', 'put', key(), text.trim());

/** The app answers through every node, over HTTP and HTTPS. */
async function expectServed(host = HOST, within = 60_000): Promise<void> {
  await Promise.all(
    NODES.flatMap((node) =>
      [{}, { ca }].map((scheme) =>
        eventually(
          () => through(node, { host, path: '/release', ...scheme }),
          ({ status, body }) => status === 200 && body === 'one\n',
          within,
        ),
      ),
    ),
  );
}

/** Kills the main process of a container, as a crash or the kernel would: Docker is not asked. */
async function crash(node: NodeName, container: string): Promise<void> {
  const pid = await must(node, 'docker', 'inspect', '--format', '{{.State.Pid}}', container);
  await must(node, 'kill', '-9', pid.trim());
}

beforeAll(async () => {
  app = await publish('applying');
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
  ca = await rootCertificate('node1');
});
afterAll(() => destroy(app.http));

describe('a hand edit', () => {
  it('is live on every node, mostly within a second', async () => {
    const good = await read();
    const times: number[] = [];
    try {
      for (let round = 0; round < 7; round++) {
        const host = `edit${round}.applying.lab`;
        await write(good.replaceAll(HOST, host));
        const began = performance.now();
        await expectServed(host);
        times.push(performance.now() - began);
        const gone = await through('node2', { host: HOST, path: '/release' });
        expect(gone.status).toBe(503);
      }
    } finally {
      await write(good);
    }
    await expectServed();
    const median = times.toSorted((a, b) => a - b)[3];
    process.stderr.write(`a hand edit is live on three nodes after ${times.map(Math.round).join(', ')} ms\n`);
    expect(median).toBeLessThan(1_000);
  });

  it('that cannot be served changes nothing live, and is named with its line', async () => {
    const good = await read();
    const broken = { ...JSON.parse(good), caddyfile: `http://${HOST} {\n    no_such_directive\n}\n` };
    await write(JSON.stringify(broken));
    try {
      const told = await eventually(
        () => covey('node2', 'status'),
        ({ stdout }) => stdout.includes('no_such_directive'),
      );
      expect(told.stdout).toContain(app.name);
      expect(told.exitCode).not.toBe(0);
      await expectServed();
    } finally {
      await write(good);
    }
    await eventually(
      () => covey('node2', 'status'),
      ({ exitCode }) => exitCode === 0,
    );
  });
});

describe('a proxy that dies', () => {
  it.each([
    ['covey-haproxy', 'node1'],
    ['covey-haproxy', 'node2'],
    ['covey-caddy', 'node1'],
  ] as const)('%s on %s comes back with what is asked for meanwhile', async (container, node) => {
    const good = await read();
    const host = `${container}.${node}.lab`;
    await crash(node, container);
    try {
      await write(good.replaceAll(HOST, host));
      await expectServed(host);
    } finally {
      await write(good);
    }
    await expectServed();
  });
});

describe('without a majority of Consul', () => {
  const consul = async (what: 'kill' | 'start') => {
    for (const node of ['node2', 'node3']) await must(node, 'docker', what, 'covey-consul');
  };

  it('routes and apps stay, also over a reboot, and all goes on when it is back', async () => {
    const { status } = await through('node2', { host: HOST, path: '/notes', form: { text: 'kept' } });
    expect(status).toBe(201);
    await consul('kill');
    try {
      await eventually(
        () => on('node1', ['consul', 'kv', 'put', 'any', 'x']),
        ({ exitCode }) => exitCode !== 0,
      );
      await expectServed();
      const refused = await covey('node3', 'deploy', app.http, 'master', '--master', 'node2');
      expect(refused.exitCode).not.toBe(0);
      await lab.kill('node1');
      await lab.start('node1');
      await expectServed(HOST, 240_000);
      expect((await through('node3', { host: HOST, path: '/notes' })).body).toBe('text=kept\n');
    } finally {
      await consul('start');
    }
    for (const node of NODES)
      await eventually(
        async () => (await must(node, 'covey', 'nodes')).split(' alive ').length,
        (alive) => alive === NODES.length + 1,
        120_000,
      );
    await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1', '--wait');
    ca = await rootCertificate('node2');
    await expectServed();
    expect((await through('node3', { host: HOST, path: '/notes' })).body).toBe('text=kept\n');
  });
});
