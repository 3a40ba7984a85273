import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseOperations } from '../../../src/app/history.ts';
import { identify } from '../../../src/app/identity.ts';
import { OPERATIONS_PREFIX, RELEASES_PREFIX } from '../../../src/app/keys.ts';
import type { Release } from '../../../src/app/release.ts';
import { type PastRelease, parseReleases } from '../../../src/app/releases.ts';
import { createKv, type Kv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { DeployRequest__Output } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { RollbackRequest__Output } from '../../../src/generated/covey/v1/RollbackRequest.ts';
import { deploy } from '../../../src/handlers/deploy.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { destroy } from '../../../src/handlers/destroy.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { releases } from '../../../src/handlers/releases.ts';
import { rollback } from '../../../src/handlers/rollback.ts';
import { snapshotsHere } from '../../../src/handlers/snapshots.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import type { Action } from '../../../src/plan/steps.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';

const REPO = 'https://git.example.com/hosting/shop';
const { name, project } = identify(REPO, 'master');
const call = { signal: new AbortController().signal, caller: { name: 'alice', role: 'operator' } } as const;
const signal = call.signal;

let consul: TestConsul;
let disk: BtrfsMount;
let kv: Kv;
let store: Store;
let count = 0;
beforeAll(async () => {
  [consul, disk] = await Promise.all([startConsul(), makeBtrfs()]);
  kv = createKv(consul.client);
}, 120_000);
afterAll(async () => {
  await consul?.stop();
  await disk?.dispose();
});

/** Master n1 with a real store; n3 coordinates, and fails or dies where told. What Docker and git do is made up. */
function cluster(root: string) {
  const world = {
    head: 'a',
    images: new Set<string>(),
    running: '',
    fails: '',
    dies: '',
    down: false,
    lacks: '',
  };
  const volumesOf: Record<string, string[]> = { a: ['db', 'old'], b: ['db', 'new'] };
  const full = (short: string) => `${project}_${short}`;
  const released = (commit: string): Release => ({
    commit,
    containers: {},
    volumes: (volumesOf[commit] ?? []).map((short) => {
      return { short, full: full(short), driver: 'ours', replicated: true, labels: {} };
    }),
    caddyfile: '',
    urls: [],
    domains: [],
    haproxy: {},
    hasUpdateScript: false,
    hasPostMigrateScript: false,
    checkUrls: [],
    serviceJson: '',
    beside: false,
  });
  const engine = {
    containers: async ({ volume }: { volume?: string } = {}) => {
      if (volume !== undefined || world.running === '') return [];
      const image = { image: 'shop-web', imageId: `sha256:${world.running}`, dependsOn: [] as string[] };
      const state = { id: 'c', name: 'web', state: 'running', health: 'none', startedAt: new Date(0) };
      return [{ ...image, ...state } as Container];
    },
    volumes: async () => store.list(),
    removeVolume: async () => undefined,
    stopContainer: async () => undefined,
    removeContainer: async () => undefined,
    tagImage: async (id: string, name: string) => {
      world.images.add(id);
      if (name === 'shop-web') built = id.replace('sha256:', '');
    },
    hasImage: async (id: string) => world.images.has(id),
    imageNames: async () =>
      [...world.images].map((id) => `covey-kept/${project}:${id.replace('sha256:', '')}`),
    untagImage: async (name: string) => world.images.delete(`sha256:${name.split(':')[1]}`),
    loggingDriver: async () => 'journald',
  };
  /** The image that has the name in the compose file. */
  let built = '';
  let inspected = '';
  const actions = createActions({
    engine,
    compose: {
      config: async () => ({ services: {} }),
      pull: async () => undefined,
      build: async () => {
        built = `${inspected}-built-${++count}`;
      },
      up: async () => {
        world.running = built;
        for (const { full: volume } of released(built.slice(0, 1)).volumes) await store.create(volume);
      },
    },
    store,
    registration: { registered: async () => [] },
    handOff: async (_: string, __: string, { snapshot = '' }) => ({ snapshot, bytes: 1 }),
    health: { timeout: 1_000, steady: 2_000 },
    cutover: { hold: 30_000, drain: 5_000 },
    deployRoot: root,
  } as unknown as ActionDeps);
  const options = { signal, report: () => undefined, mandate: { app: name, fence: 1, operation: 'o' } };
  const done = async (action: Action): Promise<unknown> => {
    if (action.kind === 'fetch') return { commit: action.commit || world.head };
    if (action.kind === 'inspect') {
      inspected = action.commit;
      return released(action.commit);
    }
    if (action.kind === 'check' || action.kind === 'register') return undefined;
    return actions.run(action, options);
  };
  const performer: Performer = {
    run: async ({ id, action }) => {
      const result = await done(action);
      if (id === world.fails) throw new CoveyError('failed', 'web exited with 3');
      return result;
    },
    undo: async ({ action }, result) => {
      if (world.down) throw new CoveyError('unavailable', 'the coordinator is dead');
      if (action.kind === 'fetch' || action.kind === 'register') return;
      await actions.undo(action, result, options);
    },
  };
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv: {
      ...kv,
      transaction: (ops, until) =>
        world.down ? Promise.reject(new CoveyError('unavailable', 'dead')) : kv.transaction(ops, until),
    } satisfies Kv,
    acquire: createLocks(consul.client).acquire,
    members: async () => ['n1', 'n2', 'n3'].map((name) => ({ name, address: '', state: 'alive' })),
    nodes: {
      performer: () => performer,
      awaitGeneration: async () => '',
      snapshots: async (node: string, about: { project: string; volumes: string[]; images?: string[] }) => {
        const asked = { images: [], ...about } as unknown as Parameters<ReturnType<typeof snapshotsHere>>[0];
        const held = await snapshotsHere({ store, engine })(asked, call);
        const lacks = (name: string) => node === 'n1' && world.lacks !== '' && name.startsWith(world.lacks);
        return { ...held, snapshots: (held.snapshots ?? []).filter((name) => !lacks(name)) };
      },
    },
    deployRoot: root,
    bounds: { undo: 10_000, acknowledge: 1_000, observe: 1_000 },
    observer: { operation: () => undefined },
    faults: {
      reach: async (point: string) => {
        if (point !== world.dies) return;
        world.dies = '';
        world.down = true;
        throw new CoveyError('failed', 'the coordinator has died');
      },
    },
  } as unknown as Deps;
  return { world, deps, full };
}

let app: ReturnType<typeof cluster>;
const all = async (stream: AsyncIterable<Progress>) => {
  const messages: Progress[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
};
const redeploy = (head: string, requestId: string) => {
  app.world.head = head;
  const request = {
    repo: REPO,
    branch: 'master',
    master: 'n1',
    slave: 'n2',
    requestId,
  } as DeployRequest__Output;
  return all(
    deploy(app.deps)({ ...request, update: false, wait: false, planOnly: false, fromReplica: false }, call),
  );
};
const back = (more: Partial<RollbackRequest__Output> = {}) => {
  const request = {
    app: name,
    to: '',
    codeOnly: false,
    dataOnly: false,
    wait: false,
    planOnly: false,
    from: '',
    requestId: '',
  };
  return all(rollback(app.deps)({ ...request, ...more }, call));
};
const warningsOf = (messages: Progress[]) => messages.flatMap(({ plan }) => plan?.warnings ?? []);
const file = (short: string) => path.join(store.volumePath(app.full(short)), 'row');
const write = (short: string, text: string) => writeFile(file(short), text);
const read = (short: string) => readFile(file(short), 'utf8');
const releasesOf = async (): Promise<PastRelease[]> =>
  parseReleases('key', (await kv.get(`${RELEASES_PREFIX}${name}`))?.value ?? '');
const commit = async () => JSON.parse((await kv.get(`app/${name}`))?.value ?? '{}').commit;
const journal = () => kv.get(`covey/journal/${name}`);

beforeEach(async () => {
  const root = path.join(disk.path, `store${++count}`);
  await mkdir(root);
  store = await openStore(root);
  for (const key of [`app/${name}`, `${RELEASES_PREFIX}${name}`, `covey/journal/${name}`])
    await kv.remove(key);
  app = cluster(root);
  await redeploy('a', 'first');
  await write('db', 'a');
  await write('old', 'a');
  await redeploy('b', 'second');
  await write('db', 'b');
  await write('new', 'b');
});

/** What visitors meet: commit, image, and data. */
const met = async () => [await commit(), app.world.running.slice(0, 1), await read('db')];

describe('a rollback', () => {
  it('and one more bring code, images and data back and forth', async () => {
    const before = await releasesOf();
    expect(before.map(({ record, ended }) => [record.deploy_id, ended === null])).toEqual([
      ['first', false],
      ['second', true],
    ]);
    await back();
    expect([await met(), await read('old'), await store.exists(app.full('new'))]).toEqual([
      ['a', 'a', 'a'],
      'a',
      false,
    ]);
    expect(app.world.running).toBe(before[0]?.images.ids['shop-web']?.replace('sha256:', ''));
    expect((await releasesOf()).map(({ record: { commit: id } }) => id)).toEqual(['a', 'b', 'a']);
    // A takeover would start from it too.
    const newest = await store.newest(app.full('db'));
    expect(await readFile(path.join(store.snapshotPath(newest?.name ?? ''), 'row'), 'utf8')).toBe('a');
    await back();
    expect([await met(), await read('new'), await store.exists(app.full('old'))]).toEqual([
      ['b', 'b', 'b'],
      'b',
      false,
    ]);
    expect(await journal()).toBeUndefined();
  });

  it('asked for by the same id again is the same one, and does not go forth', async () => {
    await back({ requestId: 'third' });
    const generation = (await kv.get(`app/${name}`))?.modifyIndex;
    expect(await back({ requestId: 'third' })).toEqual([
      { outcome: expect.objectContaining({ deployId: 'third', generation }) },
    ]);
    expect([await met(), (await releasesOf()).length]).toEqual([['a', 'a', 'a'], 3]);
  });

  it('that is only planned changes nothing, and the list has what there is', async () => {
    const messages = await back({ planOnly: true });
    expect(messages.at(-1)?.plan).toMatchObject({ operation: 'rollback', target: 'first', from: 'second' });
    expect(warningsOf(messages).join('\n')).toContain('is given up');
    expect(await met()).toEqual(['b', 'b', 'b']);
    const { releases: rows = [] } = await releases(app.deps)({ app: name }, call);
    expect(rows.map(({ deployId, missing, hasImages }) => [deployId, missing, hasImages])).toEqual([
      ['first', [], true],
      ['second', [], true],
    ]);
  });

  it('of the code leaves the data; of the data, the code', async () => {
    await back({ codeOnly: true });
    expect(await met()).toEqual(['a', 'a', 'b']);
    await back({ dataOnly: true, to: 'first' });
    expect(await met()).toEqual(['a', 'a', 'a']);
    expect(await releasesOf()).toHaveLength(3);
  });

  it('builds the images where they are gone', async () => {
    app.world.images.clear();
    expect(warningsOf(await back()).join()).toContain('built anew');
    expect(await met()).toEqual(['a', 'a', 'a']);
  });

  it.each(['restore@n1', 'health@n1', 'retain@n1'])('that fails at %s is undone', async (fails) => {
    const before = await releasesOf();
    app.world.fails = fails;
    await expect(back()).rejects.toThrow('Everything is as it was.');
    expect([await met(), await read('new'), await releasesOf()]).toEqual([['b', 'b', 'b'], 'b', before]);
  });

  it.each([
    ['end:snapshot@n1', 'b'],
    ['end:restore@n1', 'b'],
    ['begin:commit@n3', 'b'],
    ['end:commit@n3', 'a'],
    ['end:promote@n1', 'a'],
  ])('whose coordinator dies at %s is ended by the next: %s runs', async (dies, runs) => {
    app.world.dies = dies;
    await back().catch(() => undefined); // what comes after the commit is a warning
    app.world.down = false;
    const request = { app: name, kind: 'recover', requestId: 'next', wait: true, looksOnly: false } as const;
    const quiet = { by: 'n3', givesUpMaster: false, signal, emit: () => undefined };
    await operate(app.deps, { ...request, ...quiet }, async () => undefined);
    expect([await met(), await journal()]).toEqual([[runs, runs, runs], undefined]);
    expect((await releasesOf()).at(-1)).toMatchObject({ record: { commit: runs }, ended: null });
    const told = await kv.get(`${OPERATIONS_PREFIX}${name}`);
    expect(parseOperations('', told?.value ?? '').at(-1)).toMatchObject({
      ...{ operation: 'rollback', by: 'alice', coordinator: 'n3', endedBy: 'n3', pending: false },
      ...{
        outcome: runs === 'a' ? 'done' : 'failed',
        from: { master: 'n1' },
        to: { master: 'n1' },
        commit: 'a',
      },
    });
  });
});

describe('is refused, with all as it was:', () => {
  const refusals: [string, () => unknown, Partial<RollbackRequest__Output>, object][] = [
    ['no such release', () => 0, { to: 'zzz' }, { code: 'not-found' }],
    ['another one runs than was shown', () => 0, { from: 'first' }, { code: 'conflict' }],
    [
      'the master lacks a snapshot',
      () => (app.world.lacks = app.full('db')),
      {},
      {
        code: 'refused',
        message: expect.stringMatching(/^n1, the master of .* lacks of .*_db the snapshot .*n2, n3/),
      },
    ],
    [
      'releases that cannot be read',
      () => kv.put(`${RELEASES_PREFIX}${name}`, '{'),
      {},
      { code: 'invalid', message: expect.stringContaining('cannot be read.') },
    ],
  ];
  it.each(refusals)('%s', async (_, given, request, error) => {
    await given();
    await expect(back(request)).rejects.toMatchObject(error);
    expect([await met(), await journal()]).toEqual([['b', 'b', 'b'], undefined]);
  });

  it('data of a release that kept none of what the app has', async () => {
    const [first, ...rest] = await releasesOf();
    const without = { ...first, ended: { at: 1, snapshots: {} } };
    await kv.put(`${RELEASES_PREFIX}${name}`, JSON.stringify({ releases: [without, ...rest] }));
    await expect(back({ dataOnly: true })).rejects.toMatchObject({
      message: `No snapshot was kept with first of a volume that ${name} has.`,
    });
  });
});

it('releases that cannot be read begin anew with a deploy, and go with the app and its images', async () => {
  await kv.put(`${RELEASES_PREFIX}${name}`, '{');
  const told = await redeploy('a', 'third');
  expect(told.map(({ warning }) => warning).join()).toContain('They are kept anew from now on.');
  expect((await releasesOf()).map(({ record }) => record.deploy_id)).toEqual(['second', 'third']);
  const request = { repo: REPO, branch: 'master', wait: false, planOnly: false, requestId: '', lost: false };
  app.world.running = '';
  await all(destroy(app.deps)(request, call));
  expect(await kv.get(`${RELEASES_PREFIX}${name}`)).toBeUndefined();
  expect(app.world.images.size).toBe(0);
});
