import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Container } from '../../../src/docker/containers.ts';
import type { Logger } from '../../../src/logger.ts';
import { createTeller } from '../../../src/observed/entries.ts';
import { toldBy } from '../../../src/observed/told.ts';
import { createObserving } from '../../../src/peer/observing.ts';
import type { Quarantined } from '../../../src/proxy/served.ts';
import { readApp, type View } from '../../../src/proxy/view.ts';

let root: string;
const stop = { controller: new AbortController() };
let running: Promise<void> | undefined;
let warnings: unknown[] = [];
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'covey-observing-'));
  for (const folder of ['volumes', 'snapshots']) await mkdir(path.join(root, folder));
  stop.controller = new AbortController();
  warnings = [];
});
afterEach(async () => {
  stop.controller.abort();
  await running;
  expect(warnings).toEqual([]);
  await rm(root, { recursive: true });
});

const record = JSON.stringify({
  repo_url: 'r',
  branch: 'b',
  master: 'n1',
  slave: 'n2',
  volumes: ['shop_db'],
});
const view: View = { apps: [readApp('shop', record, 7)], maintenance: new Set(), members: [] };
const container = (project: string, more: Partial<Container> = {}) =>
  ({
    project,
    service: 'web',
    name: `${project}-web-1`,
    state: 'running',
    health: 'none',
    restarts: 2,
    oneOff: false,
    ...more,
  }) as Container;

function start(quarantines: Quarantined[] = []) {
  const entries = new Map<string, string | undefined>();
  const live: string[] = [];
  const provisional: string[] = [];
  const { tell } = createTeller((key, value) => entries.set(key, value));
  const observing = createObserving({
    node: 'n1',
    tell,
    served: { generation: () => 7, quarantines: () => quarantines },
    store: { root, list: async () => live, provisional: async () => provisional, snapshots: async () => [] },
    replicas: { of: () => ({ equalAt: 5, snapshot: null, failure: null, pending: null }) },
    logger: { warn: (message: unknown) => warnings.push(message) } as unknown as Logger,
  });
  running = observing.run(stop.controller.signal);
  const told = () =>
    toldBy({
      stamp: { node: 'n1', incarnation: 1, version: 1, floor: 0, goneAt: 0 },
      entries: [...entries].map(([key, value]) => ({ key, value, version: 1 })),
    });
  return { observing, told, live, provisional };
}

const within = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 });

it('containers of apps are told as soon as both are known, and no others', async () => {
  const { observing, told } = start();
  observing.containers([container('shop'), container('covey')]);
  expect(told().containers).toEqual([]);
  observing.records(view);
  expect(told().containers).toEqual([
    {
      ...{ app: 'shop', service: 'web', name: 'shop-web-1', state: 'running', health: '', restarts: 2 },
      ...{ down: false, oneOff: false },
    },
  ]);
  observing.containers([container('shop', { state: 'exited', health: 'unhealthy' })]);
  expect(told().containers).toMatchObject([{ state: 'exited', health: 'unhealthy' }]);
});

it.each<[string, Partial<Container>, boolean]>([
  ['ended with 0 and does not start again', { state: 'exited', exitCode: 0, alwaysRestarted: false }, false],
  ['ended with another status', { state: 'exited', exitCode: 3, alwaysRestarted: false }, true],
  ['always starts again, and was stopped', { state: 'exited', exitCode: 0, alwaysRestarted: true }, true],
  ['could not be removed', { state: 'dead', exitCode: 0, alwaysRestarted: false }, true],
  ['was never started', { state: 'created', exitCode: 0, alwaysRestarted: true }, false],
])('whether a container is down: one that %s', (_, more, down) => {
  const { observing, told } = start();
  observing.records(view);
  observing.containers([container('shop', more)]);
  expect(told().containers).toMatchObject([{ down }]);
});

it('that it serves is told once the rest is', async () => {
  const { observing, told } = start();
  observing.records(view);
  await within(() => expect(told().volumes).toHaveLength(1));
  expect(told().serving).toBeUndefined();
  observing.containers([]);
  expect(told().serving).toEqual({ generation: 7 });
});

it('what is refused of one part is told together', async () => {
  const refused = { app: 'shop', part: 'haproxy' } as const;
  const { observing, told } = start([
    { ...refused, error: 'one' },
    { ...refused, error: 'two' },
  ]);
  observing.records(view);
  observing.containers([]);
  await within(() => expect(told().quarantines).toEqual([{ ...refused, error: 'one; two' }]));
});

it('a volume that stands for what is to come is not told as live', async () => {
  const { observing, told, live, provisional } = start();
  live.push('shop_db');
  observing.records(view);
  await within(() => expect(told().volumes).toMatchObject([{ live: true }]));
  provisional.push('shop_db');
  observing.volumes();
  await within(() => expect(told().volumes).toMatchObject([{ live: false }]));
});

it('volumes are looked at anew when one comes, whoever made it, and when it is said', async () => {
  const { observing, told, live } = start();
  observing.records(view);
  await within(() =>
    expect(told().volumes).toMatchObject([{ live: false, replicatedTo: 'n2', replicatedAt: 5 }]),
  );
  live.push('shop_db');
  await mkdir(path.join(root, 'volumes/shop_db'));
  await within(() => expect(told().volumes).toMatchObject([{ live: true }]));
  live.pop();
  observing.volumes();
  await within(() => expect(told().volumes).toMatchObject([{ live: false }]));
});

it('the load is told', async () => {
  const { told } = start();
  await within(() => expect(told().load?.storeBytes).toBeGreaterThan(0));
  expect(told().load?.cpus).toBeGreaterThan(0);
});
