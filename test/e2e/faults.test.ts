import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  through,
} from './support.ts';

const HOST = 'faults.lab';
/** A release that takes its time to become healthy, so that something can happen meanwhile. */
const slow = composeFile(HOST).replace(
  'restart: unless-stopped',
  `restart: unless-stopped
    command: [sh, -c, "(sleep 12; touch /tmp/ready) & exec perl /srv/server.pl"]
    healthcheck: { test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 2s, retries: 60 }`,
);
let app: PublishedApp;
let notes: string[] = [];

beforeAll(async () => {
  app = await publish('faults', { compose: composeFile(HOST) });
  await destroy(app.http);
});
afterAll(async () => {
  for (const node of NODES) await must(node, 'docker', 'start', 'covey-peer');
  for (const node of NODES)
    await eventually(
      () => covey(node, 'health'),
      ({ exitCode }) => exitCode === 0,
    );
  await destroy(app.http);
});

const journal = async () => (await on('node1', ['consul', 'kv', 'get', `covey/journal/${app.name}`])).stdout;

beforeEach(async () => {
  app = await publish('faults', { compose: composeFile(HOST) });
  await deploy('node1', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
  const text = `note ${notes.length}`;
  expect((await through('node3', { host: HOST, path: '/notes', form: { text } })).status).toBe(201);
  notes = [...notes, text];
  app = await publish('faults', { compose: slow });
});

/** Begins to move the app to node2 by asking `coordinator`; resolves when node2 waits for its health. */
async function beginMove(coordinator: string) {
  const moving = covey(coordinator, 'deploy', app.http, 'master', '--master', 'node2', '--slave', 'node1');
  await eventually(
    journal,
    (said) => said.includes('"health@node2"') && /"begun":\[[^\]]*"health@node2"/.test(said),
  );
  return { moving };
}

/** The app runs on node1 alone, with every note, and nothing of the move is left on node2. */
async function expectAsBefore(): Promise<void> {
  await eventually(journal, (said) => said === '', 120_000);
  const page = await eventually(
    () => through('node3', { host: HOST, path: '/notes' }),
    ({ status }) => status === 200,
  );
  expect(page.body).toBe(notes.map((note) => `text=${note.replace(' ', '+')}\n`).join(''));
  expect(await record(app.name)).toMatchObject({ master: 'node1', slave: 'node2' });
  expect(await must('node2', 'docker', 'ps', '--all', '--format', '{{.Names}}')).not.toContain(app.project);
  expect(await must('node2', 'ls', '/var/lib/buttervolume/volumes')).not.toContain(app.project);
}

describe('a move whose peers die while the new master waits for its health', () => {
  it('is undone by the others when its coordinator is killed, and the same command succeeds then', async () => {
    const { moving } = await beginMove('node3');
    await must('node3', 'docker', 'kill', 'covey-peer');
    expect((await moving).exitCode).not.toBe(0);
    await expectAsBefore();
    await must('node3', 'docker', 'start', 'covey-peer');
    await deploy('node1', app.http, '--master', 'node2', '--slave', 'node1', '--wait');
    expect((await through('node3', { host: HOST, path: '/notes' })).body).toContain('note+0');
    expect(await record(app.name)).toMatchObject({ master: 'node2', slave: 'node1' });
  });

  it('leaves the app where it ran when the new master is killed, and nothing there once it is back', async () => {
    const { moving } = await beginMove('node1');
    await must('node2', 'docker', 'kill', 'covey-peer');
    expect((await moving).exitCode).not.toBe(0);
    const page = await eventually(
      () => through('node3', { host: HOST, path: '/notes' }),
      ({ status }) => status === 200,
    );
    expect(page.body).toContain('note+1');
    await must('node2', 'docker', 'start', 'covey-peer');
    await expectAsBefore();
  });

  it('is undone when the old master is killed too', async () => {
    const { moving } = await beginMove('node1');
    await must('node1', 'docker', 'kill', 'covey-peer');
    expect((await moving).exitCode).not.toBe(0);
    await must('node1', 'docker', 'start', 'covey-peer');
    await expectAsBefore();
  });
});
