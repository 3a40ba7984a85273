import { afterAll, beforeAll, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import type { ContainerStatus__Output as Container } from '../../src/generated/covey/v1/ContainerStatus.ts';
import type { NodeStatus__Output as NodeStatus } from '../../src/generated/covey/v1/NodeStatus.ts';
import type { Connection } from '../../src/rpc/connection.ts';
import { clusterMethods } from '../../src/rpc/proto.ts';
import { talkTo } from './ask.ts';
import {
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type NodeName,
  type PublishedApp,
  publish,
} from './support.ts';

/** What the issue asks: a container that dies shows on every node by then. */
const SHOWN = 2_000;

let app: PublishedApp;
const peers = new Map<NodeName, Connection>();

beforeAll(async () => {
  app = await publish('gossip');
  await destroy(app.http);
  await deploy('node2', app.http, '--master', 'node1', '--slave', 'node2');
  for (const node of NODES) peers.set(node, await talkTo(node));
});
afterAll(async () => {
  for (const peer of peers.values()) peer.close();
  await lab.heal('node3');
  await allAreBack();
  // One that was cut off may have Consul elect another leader.
  await eventually(
    () => covey('node1', 'destroy', app.http, 'master', '--yes', '--wait'),
    ({ exitCode }) => exitCode === 0,
  );
});

/** Until each node says so. */
async function allAreBack(): Promise<void> {
  for (const node of NODES)
    await eventually(
      () => covey(node, 'status'),
      ({ stdout }) => stdout.includes('All is well.'),
    );
}

/** What `asked` says of another node. */
async function told(asked: NodeName, of: NodeName): Promise<NodeStatus> {
  const reply = await (peers.get(asked) as Connection).call(clusterMethods.Status, {});
  const found = reply.nodes.find(({ name }) => name === of);
  if (!found) throw new Error(`${asked} does not know ${of}`);
  return found;
}

/** Until each node says that of the app's only container, in milliseconds from the start of what was done. */
async function untilAllSay(begun: number, is: (container: Container) => boolean, within: number) {
  const times = NODES.map(async (asked) => {
    const end = Date.now() + within;
    for (;;) {
      const its = (await told(asked, 'node1')).containers.find((each) => each.app === app.name);
      if (its && is(its)) return Date.now() - begun;
      if (Date.now() > end) throw new Error(`${asked} still says ${JSON.stringify(its)} after ${within} ms`);
    }
  });
  return Math.max(...(await Promise.all(times)));
}

it('a container that dies shows on every node within two seconds, and when it is back', async () => {
  const container = `${app.project}-web-1`;
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const begun = Date.now();
    await must('node1', 'docker', 'kill', container);
    times.push(await untilAllSay(begun, ({ state }) => state === 'exited', 10_000));
    await must('node1', 'docker', 'start', container);
    await untilAllSay(Date.now(), ({ state }) => state === 'running', 10_000);
  }
  console.log(`a container that died showed on every node after ${times.join(', ')} ms`);
  for (const time of times) expect(time).toBeLessThan(SHOWN);
});

it('what Docker restarts is counted on every node', async () => {
  const container = `${app.project}-web-1`;
  await must('node1', 'docker', 'exec', container, 'sh', '-c', 'kill -9 -1; kill 1');
  await untilAllSay(Date.now(), ({ restarts, state }) => restarts > 0 && state === 'running', 30_000);
  expect((await covey('node3', 'status')).stdout).toMatch(/running \(restarted \d+ times\)/);
});

it('a snapshot and its replica are told to every node', async () => {
  await must('node3', 'covey', 'snapshot', app.name);
  const [newest] = (await told('node1', 'node1')).volumes.map((volume) => volume.newest);
  expect(newest).toMatch(/@/);
  for (const asked of NODES)
    await eventually(
      () => told(asked, 'node1'),
      ({ volumes }) => volumes[0]?.newest === newest,
    );
});

it('a node that is cut off answers from what it knew, and the others say that it is away', async () => {
  await lab.partition('node3');
  await eventually(
    () => must('node1', 'covey', 'nodes'),
    (stdout) => /^node3 .* no answer/m.test(stdout),
  );
  const { stdout: apps } = await covey('node3', 'apps');
  expect(apps).toContain(app.name);
  await eventually(
    () => covey('node3', 'status'),
    ({ stdout }) => /(is not alive|does not answer)/.test(stdout) && /^node1 +no answer/m.test(stdout),
  );
  await lab.heal('node3');
  await allAreBack();
});
