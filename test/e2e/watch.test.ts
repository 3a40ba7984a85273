import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import type { RunResult } from '../../lab/run.ts';
import type { Occurrence__Output as Occurrence } from '../../src/generated/covey/v1/Occurrence.ts';
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
} from './support.ts';

const SETTINGS = '/etc/covey/covey.yml';
const PID = '/tmp/covey-watch.pid';
const PORT = 7799;
/** On a machine with other work to do, in ms; it takes less than a second. */
const SOON = 30_000;

/** On a machine: answers each message, and prints it as a line. */
const receiver = `require('http').createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => { console.log(body); response.end(); });
}).listen(${PORT})`;

let app: PublishedApp;
let watching: Promise<RunResult>;
const told: Occurrence[] = [];

const isUp = (node: NodeName) =>
  eventually(
    () => covey(node, 'health'),
    ({ exitCode }) => exitCode === 0,
    180_000,
  );

async function restartPeers(): Promise<void> {
  const restart = async (node: NodeName): Promise<void> => {
    await must(node, 'docker', 'restart', 'covey-peer');
    await isUp(node);
  };
  await Promise.all(NODES.map(restart));
}

/** What the receiver has got, in its order. */
async function received(): Promise<(Occurrence & { from: string })[]> {
  const lines = (await must('node1', 'docker', 'logs', 'covey-hook')).split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

beforeAll(async () => {
  app = await publish('watch');
  await destroy(app.http);
  await on('node1', ['docker', 'rm', '--force', 'covey-hook']);
  const image = (await must('node1', 'docker', 'inspect', '--format', '{{.Image}}', 'covey-peer')).trim();
  const run = [
    'docker',
    'run',
    '--detach',
    '--name',
    'covey-hook',
    '--network',
    'host',
    '--entrypoint',
    'node',
  ];
  await must('node1', ...run, image, '-e', receiver);
  const hook = `webhooks: [{url: "http://${await lab.address('node1')}:${PORT}/"}]`;
  for (const node of NODES)
    await must(node, 'sh', '-c', 'cp "$1" "$1.before" && echo "$2" >> "$1"', 'sh', SETTINGS, hook);
  await restartPeers();
  const command = ['sh', '-c', `echo $$ > ${PID}; exec covey watch --json`];
  watching = on('node1', command, {
    onLine: (line) => {
      if (line.startsWith('{')) told.push(JSON.parse(line) as Occurrence);
    },
  });
  await eventually(
    async () => told,
    ([first]) => first?.kind === 'watch.begun',
  );
});
afterAll(async () => {
  if (app === undefined) return;
  await lab.start('node3');
  await isUp('node3');
  for (const node of NODES) await on(node, ['mv', `${SETTINGS}.before`, SETTINGS]);
  await restartPeers();
  await on('node1', ['docker', 'rm', '--force', 'covey-hook']);
  await destroy(app.http);
});

/** Waits until `covey watch` has told it, and the receiver has got it: once, not from each peer. */
async function expectTold(kind: string, about: Partial<Occurrence>, within: number): Promise<void> {
  const isIt = (each: Occurrence) =>
    each.kind === kind &&
    Object.entries(about).every(([key, value]) => each[key as keyof Occurrence] === value);
  await eventually(
    async () => told.map((each) => `${each.kind} ${each.app} ${each.node}`),
    () => told.some(isIt),
    within,
  );
  await eventually(received, (all) => all.some(isIt), within);
}

describe('what happens is told by covey watch on another node, and to a webhook', () => {
  it('when an app is deployed', async () => {
    await deploy('node2', app.http, '--master', 'node2');
    await expectTold('operation.started', { app: app.name, node: 'node2' }, SOON);
    await expectTold('app.deployed', { app: app.name, node: 'node2' }, SOON);
    await expectTold('container.started', { app: app.name, node: 'node2' }, SOON);
    await expectTold('operation.done', { app: app.name, node: 'node2' }, SOON);
  });

  it('when its container is killed', async () => {
    await must('node2', 'docker', 'kill', `${app.project}-web-1`);
    await expectTold('container.died', { app: app.name, node: 'node2' }, SOON);
    await must('node2', 'docker', 'start', `${app.project}-web-1`);
    await eventually(
      async () => told.filter(({ kind, app: name }) => kind === 'container.started' && name === app.name),
      (all) => all.length === 2,
      SOON,
    );
  });

  it('when a machine is lost, and is back', async () => {
    await lab.kill('node3');
    await expectTold('node.lost', { node: 'node3' }, SOON);
    await lab.start('node3');
    await expectTold('node.back', { node: 'node3' }, 180_000);
  });

  it('each once, in an order that makes sense, by one peer', async () => {
    const mine = (await received()).filter(
      (each) => each.app === app.name || (each.node === 'node3' && each.kind.startsWith('node.')),
    );
    for (const kind of ['operation.started', 'app.deployed', 'operation.done', 'container.died']) {
      const texts = mine.filter((each) => each.kind === kind).map(({ from, text }) => `${from}: ${text}`);
      expect(texts).toEqual([expect.any(String)]);
    }
    // A machine that boots may be there, be too busy to answer, and be there again: each time is told, by the same peer.
    for (const kind of ['node.lost', 'node.back']) {
      const senders = mine.filter((each) => each.kind === kind).map(({ from }) => from);
      expect(new Set(senders).size).toBe(1);
    }
    const kinds = told
      .filter(({ app: name, node }) => name === app.name || node === 'node3')
      .map(({ kind }) => kind);
    const order = ['operation.started', 'app.deployed', 'container.died', 'node.lost', 'node.back'];
    expect([...new Set(kinds.filter((kind) => order.includes(kind)))]).toEqual(order);
  });

  it('until Ctrl-C', async () => {
    await must('node1', 'sh', '-c', `kill -INT "$(cat ${PID})"`);
    expect((await watching).exitCode).toBe(130);
  });
});
