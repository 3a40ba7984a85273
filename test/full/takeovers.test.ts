import { afterAll, beforeAll, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import {
  covey,
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  NODES,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  record,
} from '../e2e/support.ts';
import { forgetWrites, overlaps, writingApp, writings } from '../e2e/writing.ts';
import { seeded } from '../support/gossip-simulation.ts';

const SEED = Number(process.env.COVEY_SEED ?? Date.now() % 100_000);
const ROUNDS = Number(process.env.COVEY_ROUNDS ?? 50);
const random = seeded(SEED);
const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

/** What may befall a node, and how it ends. */
const MISHAPS = {
  'loses its machine': {
    begin: (node: NodeName) => lab.kill(node),
    end: (node: NodeName) => lab.start(node),
  },
  'is cut off': { begin: (node: NodeName) => lab.partition(node), end: (node: NodeName) => lab.heal(node) },
  'loses its peer': {
    begin: (node: NodeName) =>
      must(node, 'sh', '-c', 'kill -9 "$(docker inspect -f "{{.State.Pid}}" covey-peer)"'),
    end: async () => undefined,
  },
  'loses its Consul': {
    begin: (node: NodeName) => must(node, 'docker', 'kill', 'covey-consul'),
    end: (node: NodeName) => must(node, 'docker', 'start', 'covey-consul'),
  },
} as const;

let app: PublishedApp;

/** All nodes are there, and the app runs on its master, with a slave that could take over. */
async function whole(): Promise<{ master: NodeName; slave: NodeName }> {
  for (const node of NODES)
    await eventually(
      () => covey(node, 'health'),
      ({ exitCode }) => exitCode === 0,
      180_000,
    );
  for (const observer of NODES)
    await eventually(
      () => must(observer, 'covey', 'nodes'),
      (text) =>
        NODES.every((node) =>
          text.split('\n').some((line) => line.startsWith(node) && line.includes('alive')),
        ),
      180_000,
    );
  const now = await record(app.name);
  const master = now?.master as NodeName;
  if (now?.slave === null) {
    const slave = pick(NODES.filter((node) => node !== master));
    await deploy(pick(NODES), app.http, '--master', master, '--slave', slave, '--wait');
  }
  await eventually(
    () => must(master, 'docker', 'ps', '--format', '{{.Names}}'),
    (names) => names.includes(`${app.project}-writer`),
    180_000,
  );
  await eventually(
    () => covey(master, 'status'),
    ({ stdout }) => !stdout.includes(`take over ${app.name}`),
    180_000,
  );
  return { master, slave: (await record(app.name))?.slave as NodeName };
}

beforeAll(async () => {
  console.log(`seed ${SEED}: COVEY_SEED=${SEED} gives the same losses`);
  app = await publish('takeovers', { compose: writingApp('takeovers.lab') });
  await destroy(app.http);
  await dropSnapshots(app);
  await forgetWrites();
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
});
afterAll(async () => {
  for (const node of NODES) await lab.heal(node);
  for (const node of NODES) await on(node, ['docker', 'start', 'covey-consul', 'covey-peer']);
  await destroy(app.http);
  await forgetWrites();
});

it(`${ROUNDS} random losses and partitions give no two writers`, { timeout: ROUNDS * 180_000 }, async () => {
  let takeovers = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const { master, slave } = await whole();
    const node = random() < 0.7 ? master : pick(NODES);
    const kind = pick(Object.keys(MISHAPS) as (keyof typeof MISHAPS)[]);
    const lasts = 1_000 + Math.floor(random() * 25_000);
    console.log(`round ${round}: ${node} ${kind} for ${lasts} ms; master ${master}, slave ${slave}`);
    const begun = Date.now();
    await MISHAPS[kind].begin(node);
    await eventually(
      async () => Date.now() - begun,
      (elapsed) => elapsed >= lasts,
    );
    await MISHAPS[kind].end(node);
    await whole();
    expect(overlaps(await writings()), `seed ${SEED}, round ${round}`).toEqual([]);
    if ((await record(app.name))?.master !== master) takeovers += 1;
  }
  console.log(`${takeovers} of ${ROUNDS} rounds ended with another master`);
  // Else nothing was shown.
  expect(takeovers).toBeGreaterThan(ROUNDS / 20);
});
