import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { leaderOf } from './moves.ts';
import {
  composeFile,
  covey,
  destroy,
  eventually,
  must,
  NODES,
  on,
  type PublishedApp,
  publish,
  record,
} from './support.ts';

const APPS = 5;
const ROUNDS = 6;
const LOG = '/deploy/.events-test';
let apps: PublishedApp[] = [];

/** Each deploy says so, with the id of its event in the name of its folder, on the node that does it. */
const script = `echo "$(date +%s.%N) $(basename "$PWD")" >> ${LOG}\n`;
const plain = (host: string) =>
  composeFile(host)
    .replace('    volumes: ["data:/data"]\n', '')
    .replace(/volumes:\n {2}data:\n {4}driver: .*\n/, '');

beforeAll(async () => {
  for (const node of NODES) await must(node, 'rm', '-f', LOG);
  for (let i = 0; i < APPS; i++) {
    const name = `events-${i}`;
    apps.push(await publish(name, { compose: plain(`${name}.lab`), files: { 'update.sh': script } }));
  }
  await Promise.all(apps.map(({ http }) => destroy(http)));
});
afterAll(async () => {
  for (const node of NODES) {
    await must(node, 'docker', 'start', 'covey-consul', 'covey-peer');
    await eventually(
      () => covey(node, 'health'),
      ({ exitCode }) => exitCode === 0,
    );
  }
  await Promise.all(apps.map(({ http }) => destroy(http)));
  apps = [];
});

const stored = z.object({
  node: z.string(),
  state: z.string(),
  event: z.object({ id: z.string(), ltime: z.number() }),
});

/** What the cluster knows of our events, by a node whose Consul runs. */
async function claims(ids: readonly string[]) {
  for (const node of NODES) {
    const { stdout, exitCode } = await on(node, [
      ...['curl', '-s', '-m', '5', 'http://127.0.0.1:8500/v1/kv/covey/event/?recurse=1&stale=1'],
    ]);
    if (exitCode !== 0 || !stdout.startsWith('[')) continue;
    const entries = JSON.parse(stdout) as { Value: string }[];
    return entries
      .map(({ Value }) => stored.parse(JSON.parse(Buffer.from(Value, 'base64').toString())))
      .filter(({ event }) => ids.includes(event.id));
  }
  return [];
}

/** What the deploys of an app wrote down, in the order of time: ids of events. One that was begun anew stands there once. */
async function acted(app: PublishedApp): Promise<string[]> {
  const lines: string[] = [];
  for (const node of NODES) lines.push(...(await on(node, ['cat', LOG])).stdout.split('\n'));
  return lines
    .filter((line) => line.includes(` ${app.name}-`))
    .toSorted()
    .map((line) => line.slice(line.indexOf(app.name) + app.name.length + 1))
    .filter((id, index, all) => id !== all[index - 1]);
}

it('30 events from three nodes are each acted on once, and those of an app in order, whoever restarts meanwhile', async () => {
  const fired = await Promise.all(
    NODES.map(async (from, at) => {
      const mine: { app: PublishedApp; id: string }[] = [];
      for (let i = at; i < APPS * ROUNDS; i += NODES.length) {
        const app = apps[i % APPS] as PublishedApp;
        const master = NODES[i % NODES.length];
        const payload = { repo: app.http, branch: 'master', master, update: true };
        const said = await must(from, 'consul', 'event', '-name=deploy', JSON.stringify(payload));
        mine.push({ app, id: /Event ID: (\S+)/.exec(said)?.[1] ?? '' });
      }
      return mine;
    }),
  );
  const events = fired.flat();
  const ids = events.map(({ id }) => id);
  expect(new Set(ids).size).toBe(APPS * ROUNDS);
  const done = (count: number) =>
    eventually(
      () => claims(ids),
      (all) => all.filter(({ state }) => state === 'done' || state === 'failed').length >= count,
      280_000,
    );

  await done(2);
  await must('node1', 'docker', 'restart', '--time', '0', 'covey-peer');
  await done(6);
  await must(await leaderOf(), 'docker', 'restart', '--time', '0', 'covey-consul');
  await done(12);
  await must('node2', 'docker', 'restart', '--time', '0', 'covey-peer');
  await done(18);
  await must('node3', 'docker', 'restart', '--time', '0', 'covey-peer');
  const all = await done(events.length);

  expect(all.filter(({ state }) => state !== 'done')).toEqual([]);
  for (const app of apps) {
    const idsOf = (some: typeof events) => some.filter((each) => each.app === app).map(({ id }) => id);
    const order = await acted(app);
    expect(order.toSorted()).toEqual(idsOf(events).toSorted());
    // What was fired at the same time from two nodes has no order but the one in which it was begun.
    for (const mine of fired) expect(order.filter((id) => idsOf(mine).includes(id))).toEqual(idsOf(mine));
    expect((await record(app.name))?.deploy_id).toBe(order.at(-1));
  }
});
