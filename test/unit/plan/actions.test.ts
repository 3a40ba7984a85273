import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Container, Engine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import { type Action, actionSchema } from '../../../src/plan/steps.ts';
import type { Store } from '../../../src/volumes/store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-actions-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A node in memory: containers by project, volumes that Docker knows, volumes of the store. */
function node() {
  const state = {
    containers: new Map([
      ['c1', 'foo'],
      ['c2', 'other'],
    ]),
    volumes: new Set(['foo_old', 'foo_new', 'foo_cache']),
    subvolumes: new Set(['foo_old', 'foo_new']),
  };
  const engine: Pick<
    Engine,
    'containers' | 'stopContainer' | 'removeContainer' | 'volumes' | 'removeVolume'
  > = {
    containers: async ({ project } = {}) =>
      [...state.containers]
        .filter(([, of]) => of === project)
        .map(([id]) => ({ id, name: id, dependsOn: [] as string[] }) as Container),
    stopContainer: async () => undefined,
    removeContainer: async (id) => void state.containers.delete(id),
    volumes: async () => [...state.volumes],
    removeVolume: async (name) => void state.volumes.delete(name),
  };
  const store: Pick<Store, 'remove'> = { remove: async (name) => state.subvolumes.delete(name) };
  const deps = { engine, store, dockerConfig: '' } as unknown as ActionDeps;
  return { state, actions: createActions(deps) };
}

const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: 'foo', fence: 1, operation: 'o' },
};

it.each<[string, Partial<Container>, string]>([
  ['ended', { state: 'exited', exitCode: 3 }, 'web exited with 3. It said last: no such table'],
  [
    'does not stay up',
    { state: 'restarting', restarts: 6 },
    'web ends again and again (Docker restarted it 6 times). It said last: no such table',
  ],
  [
    'is never ready',
    { state: 'running', health: 'starting', restarts: 0 },
    'web did not become healthy within 0 s.',
  ],
])('a container that %s fails the release', async (_, container, message) => {
  const engine = {
    containers: async () => [{ id: 'c1', name: 'web', ...container }],
    logs: async () => 'no such table\n',
  };
  const actions = createActions({
    engine,
    health: { timeout: 0, steady: 0 },
    cutover: { hold: 0, drain: 0 },
    dockerConfig: '',
  } as unknown as ActionDeps);
  const running = actions.run({ kind: 'health', folder, project: 'foo', sites: [] }, options);
  await expect(running).rejects.toMatchObject({ code: 'failed', message });
});

it.each(['start', 'script'] as const)(
  'the undo of %s takes back what it made, and nothing else',
  async (kind) => {
    const common = { folder, project: 'foo', newVolumes: ['foo_new', 'foo_cache', 'foo_never_made'] };
    const action: Action =
      kind === 'start' ? { kind, ...common } : { kind, ...common, script: 'update.sh', args: [] };
    const { state, actions } = node();
    // twice, as any step may be
    for (let i = 0; i < 2; i++) await actions.undo(action, undefined, options);
    expect([...state.containers.keys()]).toEqual(['c2']);
    expect([...state.volumes]).toEqual(['foo_old']);
    expect([...state.subvolumes]).toEqual(['foo_old']);
  },
);

it('a script that the release does not have is no failure; one that fails is', async () => {
  const action: Action = {
    kind: 'script',
    folder,
    project: 'foo',
    script: 'update.sh',
    args: [],
    newVolumes: [],
  };
  const { actions } = node();
  await actions.run(action, options);
  await writeFile(join(folder, 'update.sh'), 'echo it broke >&2; exit 3');
  await expect(actions.run(action, options)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/update\.sh.*it broke/s),
  });
});

it('a send goes on in rounds over all volumes while they shrink, and says what each sent', async () => {
  const said: string[] = [];
  const calls: string[] = [];
  const left = [400, 100, 90, 20, 3, 1].map((mib) => mib * 1024 * 1024);
  const handOff: ActionDeps['handOff'] = async (volume, to, { report }) => {
    calls.push(`${volume} to ${to}`);
    report(50, `${volume}: half`);
    return { snapshot: `${volume}@${calls.length}`, bytes: left[calls.length - 1] ?? 0 };
  };
  const { run } = createActions({ handOff } as unknown as ActionDeps);
  const action: Action = { kind: 'send', volumes: ['a', 'b'], to: 'n2', rounds: 5 };
  const report = (percent: number, detail: string) => said.push(`${percent} ${detail}`);
  const sum = (list: number[]) => list.reduce((total, each) => total + each, 0);
  expect(await run(action, { ...options, report })).toEqual({
    snapshots: { a: 'a@5', b: 'b@6' },
    bytes: sum(left),
  });
  expect(calls).toEqual(['a to n2', 'b to n2', 'a to n2', 'b to n2', 'a to n2', 'b to n2']);
  expect(said.slice(3)).toEqual([
    '50 round 2, a: half',
    '50 round 2, b: half',
    '-1 round 2, 115.3 MB sent',
    '50 round 3, a: half',
    '50 round 3, b: half',
    '-1 round 3, 4.2 MB sent',
  ]);
  calls.length = 0;
  said.length = 0;
  expect(await run({ ...action, rounds: 1 }, { ...options, report })).toMatchObject({
    bytes: 500 * 1024 * 1024,
  });
  expect(said).toEqual(['50 a: half', '50 b: half', '-1 524.3 MB sent']);
});

it('a send that says nothing of rounds is one round', () => {
  expect(actionSchema.parse({ kind: 'send', volumes: ['a'], to: 'n2' })).toMatchObject({ rounds: 1 });
});

it.each(['commit', 'acknowledge'] as const)('%s is the coordinator’s, never a node’s', async (kind) => {
  await expect(node().actions.run({ kind }, options)).rejects.toMatchObject({ code: 'internal' });
});

it.each([
  ['json-file', { maxSize: '1m', maxFile: 2 }, true],
  ['local', { maxSize: '1m', maxFile: 2 }, false],
  ['json-file', undefined, false],
])(
  'a build where Docker logs by %s, with the bounds %j of the settings: %s',
  async (driver, logBounds, bounded) => {
    await writeFile(join(folder, 'compose.yml'), '');
    const logging = { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '2' } };
    const compose = {
      config: async () => ({
        services: { web: existsSync(join(folder, 'covey.logging.yml')) ? { logging } : {} },
      }),
      pull: async () => undefined,
      build: async () => undefined,
    };
    const engine = { loggingDriver: async () => driver };
    const actions = createActions({ compose, engine, logBounds } as unknown as ActionDeps);
    await actions.run({ kind: 'build', folder, project: 'foo', images: {}, reuse: {} }, options);
    expect(await readdir(folder)).toEqual(
      bounded ? ['.env', 'compose.yml', 'covey.logging.yml'] : ['compose.yml'],
    );
  },
);

it('volumes are put back only when nothing of the project runs', async () => {
  const did: string[] = [];
  const deps = {
    engine: {
      containers: async ({ project }: { project: string }) => [
        { id: 'c', name: `${project}-web`, dependsOn: [] },
      ],
      stopContainer: async (id: string) => void did.push(`stop ${id}`),
    },
    store: {
      restore: async (volume: string, name: string) => void did.push(`${volume} from ${name}`),
      remove: async (volume: string) => void did.push(`remove ${volume}`),
    },
    dockerConfig: '',
  } as unknown as ActionDeps;
  const { undo } = createActions(deps);
  const kept: Action = { kind: 'snapshot', volumes: ['a'], project: 'foo' };
  await undo(kept, { snapshots: { a: 'a@1' } }, options);
  const { project: _, ...older } = kept;
  await undo(older, { snapshots: { a: 'a@1' } }, options);
  // Without a result not all were kept, so nothing has been replaced.
  await undo(kept, undefined, options);
  expect(did.splice(0)).toEqual(['stop c', 'a from a@1', 'a from a@1']);

  const snapshots = { a: 'a@0', b: 'b@0' };
  const restored: Action = { kind: 'restore', project: 'foo', snapshots, kept: {}, from: '', present: ['a'] };
  await undo(restored, undefined, options);
  await undo({ ...restored, present: ['a', 'b'] }, undefined, options);
  expect(did.splice(0)).toEqual(['stop c', 'remove b']);
  // The names of what another app gives are known only when it is put in place.
  const of = { from: 'keep', volumes: { a: 'x_a', b: 'x_b' } };
  await undo({ ...restored, snapshots: {}, of }, undefined, options);
  expect(did).toEqual(['stop c', 'remove b']);
});

it('what came for one operation alone goes, when that ends or is undone, but what the node needs now stays', async () => {
  const removed: string[] = [];
  const deps = {
    store: { removeSnapshot: async (name: string) => removed.push(name) },
    isPinned: (name: string) => name === 'x_b@1',
    dockerConfig: '',
  } as unknown as ActionDeps;
  const { run, undo } = createActions(deps);
  const snapshots = { x_a: 'x_a@1', x_b: 'x_b@1' };
  const expected: Action = { kind: 'expect', snapshots, from: 'keep' };
  const result = await run(expected, options);
  expect([result, removed]).toEqual([{ snapshots }, []]);
  await undo({ ...expected, snapshots: {} }, undefined, options);
  expect(removed).toEqual([]);
  await undo({ ...expected, snapshots: {} }, result, options);
  await run({ kind: 'drop', snapshots, from: 'keep' }, options);
  expect(removed).toEqual(['x_a@1', 'x_a@1']);
});

it('what is sent for another app lands on its behalf', async () => {
  const handed: unknown[] = [];
  const handOff = async (...given: unknown[]) => {
    handed.push(given);
    return { snapshot: 'x_a@1', bytes: 1 };
  };
  const { run } = createActions({ handOff, dockerConfig: '' } as unknown as ActionDeps);
  const send: Action = { kind: 'send', volumes: ['x_a'], to: 'n2', rounds: 1, snapshots: { x_a: 'x_a@1' } };
  await run({ ...send, passing: true, landsFor: { app: 'bar', fence: 9 } }, options);
  const mandate = { app: 'bar', fence: 9, operation: 'o' };
  expect(handed).toEqual([
    ['x_a', 'n2', expect.objectContaining({ snapshot: 'x_a@1', passing: true, mandate })],
  ]);
});
