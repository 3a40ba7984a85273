import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  dropSnapshots,
  eventually,
  must,
  type NodeName,
  type PublishedApp,
  publish,
  through,
} from './support.ts';

const HOST = 'replication.lab';
const STORE = '/var/lib/buttervolume';
const DATA_MB = 20;
const DRIVER_LINE = 'driver: anybox/buttervolume:latest';

let app: PublishedApp;
let volume: string;

beforeAll(async () => {
  const compose = composeFile(HOST).replace(
    DRIVER_LINE,
    `${DRIVER_LINE}\n    labels: { covey.replicate: "2s" }`,
  );
  app = await publish('replication', { compose });
  volume = `${app.project}_data`;
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2');
  await must(
    'node1',
    'dd',
    'if=/dev/urandom',
    `of=${STORE}/volumes/${volume}/big`,
    'bs=1M',
    `count=${DATA_MB}`,
  );
});
afterAll(() => destroy(app.http));

const sign = async (node: NodeName, text: string) =>
  expect((await through(node, { host: HOST, path: '/notes', form: { text } })).status).toBe(201);

/** The notes in the newest snapshot that a node has of the volume. */
const notesOn = (node: NodeName) =>
  must(node, 'sh', '-c', `cat "$(ls -d ${STORE}/snapshots/${volume}@* | sort | tail -n 1)/notes"`);

/** What the cluster says of the volume, asked of a node. */
async function row(node: NodeName): Promise<Record<string, unknown>> {
  const { stdout } = await covey(node, 'volumes', app.name, '--json');
  const [first] = (JSON.parse(stdout) as { volumes: Record<string, unknown>[] }).volumes;
  return first ?? {};
}

describe('a volume with the label covey.replicate', () => {
  it('arrives on the slave, and again when it has changed', async () => {
    await sign('node3', 'one');
    await eventually(
      () => notesOn('node2'),
      (notes) => notes === 'text=one\n',
    );
    await sign('node1', 'two');
    await eventually(
      () => notesOn('node2'),
      (notes) => notes === 'text=one\ntext=two\n',
    );
  });

  it('is shown with its lag by every node', async () => {
    const shown = await eventually(
      () => row('node3'),
      ({ lagMs, error }) => Number(lagMs) >= 0 && Number(lagMs) < 10_000 && error === '',
    );
    expect(shown).toMatchObject({
      app: app.name,
      volume,
      master: 'node1',
      slave: 'node2',
      intervalMs: 2_000,
      diverged: [],
    });
    expect(String(shown.lastSnapshot)).toContain(`${volume}@`);
    const { stdout } = await covey('node2', 'volumes');
    expect(stdout).toMatch(new RegExp(`${volume} .* node1 +node2 .* 2 s$`, 'm'));
    const { exitCode, stderr } = await covey('node1', 'volumes', 'no_such.app');
    expect([exitCode, stderr]).toEqual([66, expect.stringContaining('There is no app no_such.app')]);
    expect((await covey('node1', 'status')).stdout).not.toContain('replication of');
  });

  it('is not snapshotted while nothing changes', async () => {
    const count = async () =>
      (await must('node1', 'ls', `${STORE}/snapshots`)).split('\n').filter((name) => name.startsWith(volume))
        .length;
    const { lastReplicatedAt } = await row('node1');
    const before = await count();
    // Two rounds later.
    await eventually(
      () => row('node1'),
      (now) => Number(now.lastReplicatedAt) > Number(lastReplicatedAt) + 4_000,
    );
    expect(await count()).toBe(before);
  });

  it('is then moved as an increment, and replicated the other way', async () => {
    const { stdout } = await deploy('node3', app.http, '--master', 'node2', '--slave', 'node1', '--json');
    const sent = [...stdout.matchAll(/([\d.]+) MB sent/g)].map(([, megabytes]) => Number(megabytes));
    expect(sent.length).toBeGreaterThan(0);
    expect(Math.max(...sent)).toBeLessThan(DATA_MB / 10);
    await sign('node3', 'three');
    await eventually(
      () => notesOn('node1'),
      (notes) => notes === 'text=one\ntext=two\ntext=three\n',
    );
    expect(await row('node3')).toMatchObject({ master: 'node2', slave: 'node1', intervalMs: 2_000 });
  });
});

describe('a volume with the label covey.snapshot, without a slave', () => {
  let alone: PublishedApp;
  let kept: string;
  const host = 'snapshots.lab';
  const labels = 'labels: { covey.snapshot: "2s", covey.retention: "5m:1h" }';

  beforeAll(async () => {
    const compose = composeFile(host).replace(DRIVER_LINE, `${DRIVER_LINE}\n    ${labels}`);
    alone = await publish('snapshots', { compose });
    kept = `${alone.project}_data`;
    await destroy(alone.http);
    await dropSnapshots(alone);
    await deploy('node3', alone.http, '--master', 'node1');
  });
  afterAll(() => destroy(alone.http));

  it('is snapshotted whenever it has changed', async () => {
    const newest = `cat "$(ls -d ${STORE}/snapshots/${kept}@* | sort | tail -n 1)/notes"`;
    for (const [text, notes] of [
      ['one', 'text=one\n'],
      ['two', 'text=one\ntext=two\n'],
    ] as const) {
      expect((await through('node3', { host, path: '/notes', form: { text } })).status).toBe(201);
      await eventually(
        () => must('node1', 'sh', '-c', newest),
        (found) => found === notes,
      );
    }
  });

  it('has nothing that a purge would remove while all is young', async () => {
    const { stdout } = await covey('node2', 'volumes', alone.name, '--retention', '--json');
    const { retention } = JSON.parse(stdout) as { retention: Record<string, unknown>[] };
    expect(retention).toEqual([
      expect.objectContaining({ app: alone.name, volume: kept, node: 'node1', pattern: '5m:1h', remove: [] }),
    ]);
    expect(Number(retention[0]?.snapshots)).toBeGreaterThan(0);
    const text = await covey('node2', 'volumes', alone.name, '--retention');
    expect(text.stdout).toMatch(new RegExp(`^${kept} +node1 +5m:1h +\\d+ +0$`, 'm'));
  });
});
