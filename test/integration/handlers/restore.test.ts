import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKv, type Kv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { CloneRequest__Output } from '../../../src/generated/covey/v1/CloneRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { RestoreRequest__Output } from '../../../src/generated/covey/v1/RestoreRequest.ts';
import type { SnapshotRequest__Output } from '../../../src/generated/covey/v1/SnapshotRequest.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { restore } from '../../../src/handlers/restore.ts';
import { clone, snapshot } from '../../../src/handlers/snapshot.ts';
import { snapshotsHere } from '../../../src/handlers/snapshots.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import { JOURNAL_PREFIX } from '../../../src/plan/journal.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import { type BtrfsMount, makeBtrfs } from '../../support/btrfs.ts';
import { startConsul, type TestConsul } from '../../support/consul.ts';

const APP = 'shop_master.ddb14';
const DB = 'shopmasterddb14_db';
const call = { signal: new AbortController().signal, caller: { name: 'alice', role: 'operator' } } as const;

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
beforeEach(async () => {
  const root = path.join(disk.path, `store${++count}`);
  await mkdir(root);
  store = await openStore(root);
  const record = { repo_url: 'https://h/shop', branch: 'master', master: 'n1', slave: 'n2', deploy_id: 'id' };
  await kv.put(`app/${APP}`, JSON.stringify({ ...record, volumes: [DB] }));
});

const file = (volume = DB) => path.join(store.volumePath(volume), 'row');
const write = (text: string) => writeFile(file(), text);
const read = (volume?: string) => readFile(file(volume), 'utf8');
const inSnapshot = (name: string) => readFile(path.join(store.snapshotPath(name), 'row'), 'utf8');
const journal = () => kv.get(`${JOURNAL_PREFIX}${APP}`);

/** Master n1 with a real store, on which the app writes `started` whenever it starts; n3 coordinates and dies where told. */
function cluster({ dies = '', fails = '', slave = 'alive', meanwhile = async () => {} } = {}) {
  let state = 'running';
  let down = false;
  let hasDied = false;
  const did: string[] = [];
  const sent: string[] = [];
  const others: string[] = [];
  const container = () =>
    ({
      id: 'c',
      name: 'web',
      state,
      health: 'none',
      startedAt: new Date(0),
      image: 'web',
      imageId: 'i',
    }) as Container;
  const end = () => {
    state = 'exited';
  };
  const engine = {
    containers: async ({ volume }: { volume?: string } = {}) =>
      volume === undefined ? [container()] : others.map((name) => ({ name, state: 'running' })),
    volumes: async () => store.list(),
    stopContainer: async () => end(),
    removeContainer: async () => end(),
    tagImage: async () => undefined,
  };
  const up = async () => {
    state = 'running';
  };
  const handOff: ActionDeps['handOff'] = async (volume, to, { snapshot: name = '' }) => {
    sent.push(`${name} to ${to}`);
    return { snapshot: name, bytes: volume.length };
  };
  const actions = createActions({
    engine,
    compose: { up },
    store,
    handOff,
    healthTimeout: 1_000,
    dockerConfig: '',
  } as unknown as ActionDeps);
  const options = (signal: AbortSignal) => ({
    signal,
    report: () => undefined,
    mandate: { app: APP, fence: 1, operation: 'o' },
  });
  const performer: Performer = {
    run: async ({ id, action }, { signal }) => {
      did.push(id);
      const result = await actions.run(action, options(signal));
      if (id === 'start@n1') await write(`${await read()}+started`);
      if (id === fails) throw new CoveyError('failed', 'web exited with 3');
      return result;
    },
    undo: async ({ id, action }, result, { signal }) => {
      if (down) throw new CoveyError('unavailable', 'the coordinator is dead');
      did.push(`undo ${id}`);
      await actions.undo(action, result, options(signal));
    },
  };
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv: {
      ...kv,
      transaction: (ops, signal) =>
        down ? Promise.reject(new CoveyError('unavailable', 'dead')) : kv.transaction(ops, signal),
    } satisfies Kv,
    acquire: createLocks(consul.client).acquire,
    members: async () => [
      { name: 'n1', address: '', state: 'alive' },
      { name: 'n2', address: '', state: slave },
      { name: 'n3', address: '', state: 'alive' },
    ],
    nodes: {
      performer: () => performer,
      snapshots: (_: string, about: { project: string; volumes: string[] }) =>
        snapshotsHere({ store, engine: { hasImage: async () => true } })(
          { images: [], ...about } as unknown as Parameters<ReturnType<typeof snapshotsHere>>[0],
          call,
        ),
    },
    deployRoot: '/deploy',
    bounds: { undo: 10_000, acknowledge: 1_000, observe: 1_000 },
    faults: {
      reach: async (point: string) => {
        if (point === 'end:restore@n1') await meanwhile();
        if (point !== dies || hasDied) return;
        hasDied = true;
        down = true;
        throw new CoveyError('failed', 'the coordinator has died');
      },
    },
  } as unknown as Deps;
  const all = async (stream: AsyncIterable<Progress>) => {
    const messages: Progress[] = [];
    for await (const message of stream) messages.push(message);
    return messages;
  };
  const asked = { app: APP, volumes: [], at: '', snapshots: [], to: '', wait: false, planOnly: false };
  return {
    did,
    sent,
    others,
    state: () => state,
    restore: (more: Partial<RestoreRequest__Output> = {}) => all(restore(deps)({ ...asked, ...more }, call)),
    snapshot: (more: Partial<SnapshotRequest__Output> = {}) =>
      all(snapshot(deps)({ ...asked, stop: false, ...more }, call)),
    clone: (more: Partial<CloneRequest__Output> = {}) =>
      all(clone(deps)({ ...asked, volume: 'db', ...more }, call)),
    /** Another peer ends what was left. */
    recover: async () => {
      down = false;
      const request = {
        app: APP,
        kind: 'recover',
        requestId: 'next',
        wait: false,
        looksOnly: false,
      } as const;
      await operate(
        deps,
        { ...request, givesUpMaster: false, signal: call.signal, emit: () => undefined },
        async () => undefined,
      );
    },
    /** The master's peer came back, found nothing that runs, and started it. */
    boot: up,
  };
}

const outcomeOf = (messages: Progress[]) => messages.at(-1)?.outcome;
const newest = async () => (await store.newest(DB))?.name;

describe('a restore', () => {
  let good = '';
  beforeEach(async () => {
    await store.create(DB);
    await write('good');
    good = await store.snapshot(DB);
    await write('bad');
  });

  it('takes the newest, keeps what was there, and takes the same again', async () => {
    const { restore, did, sent, state } = cluster();
    const outcome = outcomeOf(await restore());
    expect([await read(), state(), await newest()]).toEqual(['good+started', 'running', good]);
    expect(outcome?.snapshots).toEqual([expect.stringMatching(/@\+before-restore$/)]);
    const [kept = ''] = outcome?.snapshots ?? [];
    expect(await inSnapshot(kept)).toBe('bad');
    expect(sent).toEqual([`${good} to n2`]);
    expect(await journal()).toBeUndefined();
    expect(did.filter((id) => id.startsWith('undo'))).toEqual([]);
    const again = outcomeOf(await restore())?.snapshots ?? [];
    expect(await read()).toBe('good+started');
    expect(await inSnapshot(again[0] ?? '')).toBe('good+started');
    // No state is kept twice.
    expect((await store.snapshots(DB)).map(({ name }) => name)).toEqual([good, kept, ...again]);
    await restore({ snapshots: [kept] });
    expect(await read()).toBe('bad+started');
    expect(await inSnapshot((await newest()) ?? '')).toBe('bad');
  });

  it('to an older state makes that the newest, which is what is sent', async () => {
    const later = await store.snapshot(DB);
    const { restore, sent } = cluster();
    await restore({ snapshots: [good] });
    const now = (await newest()) ?? '';
    expect([await read(), await inSnapshot(now)]).toEqual(['good+started', 'good']);
    expect([good, later]).not.toContain(now);
    expect(sent).toEqual([`${now} to n2`]);
    await restore({ volumes: ['db'] });
    expect([await read(), await newest()]).toEqual(['good+started', now]);
  });

  it('of a time takes the newest until then', async () => {
    const date = good.split('@')[1] ?? '';
    await store.snapshot(DB);
    await cluster().restore({ at: date });
    expect(await read()).toBe('good+started');
    await expect(cluster().restore({ at: '2020-01-01' })).rejects.toMatchObject({
      code: 'not-found',
      message: `n1 has no snapshot of ${DB} of 2020-01-01T23:59:59.999Z or before.`,
    });
    await expect(cluster().restore({ at: 'soon' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('that only plans changes nothing, and tells what it would take', async () => {
    const { restore, did } = cluster();
    const [, , plan] = await restore({ planOnly: true });
    expect(plan?.plan).toMatchObject({ operation: 'restore', snapshots: [good] });
    expect([did, await read()]).toEqual([['survey@n1'], 'bad']);
  });

  it('whose app does not become healthy is undone', async () => {
    const { restore, did, state } = cluster({ fails: 'health@n1' });
    await expect(restore()).rejects.toMatchObject({
      message: expect.stringMatching(/web exited with 3\. Everything is as it was\.$/),
    });
    expect([await read(), state(), await newest(), await journal()]).toEqual([
      'bad',
      'running',
      good,
      undefined,
    ]);
    expect(did.filter((id) => id.startsWith('undo'))).toEqual(
      ['health', 'start', 'restore', 'snapshot', 'stop'].map((kind) => `undo ${kind}@n1`),
    );
  });

  it.each([
    'begin:snapshot@n1',
    'end:snapshot@n1',
    'begin:restore@n1',
    'end:restore@n1',
    'end:health@n1',
    'begin:commit@n3',
  ])(
    'whose coordinator dies at %s is undone by the next, though the app was started meanwhile',
    async (dies) => {
      const { restore, recover, boot, state } = cluster({ dies });
      await expect(restore()).rejects.toThrow('has died');
      await boot();
      await recover();
      expect([await read(), state(), await newest(), await journal()]).toEqual([
        'bad',
        'running',
        good,
        undefined,
      ]);
    },
  );

  it.each(['end:commit@n3', 'begin:promote@n1', 'end:promote@n1', 'begin:send@n1'])(
    'whose coordinator dies at %s is finished by the next',
    async (dies) => {
      await store.snapshot(DB);
      const { restore, recover, sent } = cluster({ dies });
      // What comes after the commit is a warning to whoever asked.
      await restore({ snapshots: [good] }).catch(() => undefined);
      expect(await journal()).toBeDefined();
      await recover();
      const now = (await newest()) ?? '';
      expect([await read(), await inSnapshot(now), await journal()]).toEqual([
        'good+started',
        'good',
        undefined,
      ]);
      expect(sent).toEqual([`${now} to n2`]);
    },
  );

  it('that cannot begin leaves what is there, and what is written to it', async () => {
    const { restore, others } = cluster();
    others.push('psql');
    await expect(restore()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/is mounted by psql, .*Everything is as it was\.$/),
    });
    const kept = (await store.snapshots(DB)).map(({ kind }) => kind);
    expect([await read(), kept]).toEqual(['bad', ['plain', 'aside']]);
  });

  it('brings a volume back that is lost, and takes it away again where that fails', async () => {
    await store.remove(DB);
    await expect(cluster({ fails: 'health@n1' }).restore()).rejects.toThrow('Everything is as it was.');
    expect(await store.exists(DB)).toBe(false);
    await cluster({ slave: 'failed' }).restore();
    expect(await read()).toBe('good+started');
  });

  it('into another volume leaves the app alone, and keeps what is there', async () => {
    const { restore, did, others } = cluster();
    await restore({ to: 'rescue' });
    await writeFile(file('rescue'), 'changed');
    const outcome = outcomeOf(await restore({ to: 'rescue' }));
    expect([await read('rescue'), await read()]).toEqual(['good', 'bad']);
    expect(await inSnapshot(outcome?.snapshots?.[0] ?? '')).toBe('changed');
    expect(did).not.toContain('stop@n1');
    others.push('psql');
    await expect(restore({ to: 'rescue' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('rescue is mounted by psql, which the app is not stopped with.'),
    });
  });

  it.each<[string, Partial<RestoreRequest__Output>, object]>([
    ['an app that is none', { app: 'none' }, { code: 'not-found', message: 'There is no app none.' }],
    [
      'a volume that is not replicated',
      { volumes: ['cache'] },
      { code: 'refused', message: `${APP} has no replicated volume "cache".` },
    ],
    [
      'a name and a time',
      { snapshots: [`${DB}@2026-01-01T00:00:00.000000`], at: '1h' },
      { code: 'invalid', message: 'A snapshot by name says volume and time already.' },
    ],
    ['a path', { snapshots: [`${DB}@../../etc`] }, { code: 'invalid' }],
    ['a path as target', { to: '../x' }, { code: 'invalid' }],
    ['what Docker refuses', { to: '_x' }, { code: 'invalid', message: 'Docker takes no volume named "_x".' }],
    ['an app’s volume as target', { to: DB }, { code: 'refused', message: `${DB} is a volume of ${APP}.` }],
  ])('is refused for %s', async (_, request, error) => {
    await expect(cluster().restore(request)).rejects.toMatchObject(error);
    expect([await read(), await journal()]).toEqual(['bad', undefined]);
  });

  it('into another volume takes one state only, and knows whose the target is', async () => {
    const record = JSON.parse((await kv.get(`app/${APP}`))?.value ?? '');
    await kv.put(`app/${APP}`, JSON.stringify({ ...record, volumes: [DB, 'other'] }));
    await store.create('other');
    await store.snapshot('other');
    await expect(cluster().restore({ to: 'rescue' })).rejects.toMatchObject({
      code: 'invalid',
      message: 'rescue takes the state of one volume, not of 2.',
    });
    await kv.put('app/broken', '{');
    await expect(cluster().restore({ to: 'rescue', volumes: ['db'] })).rejects.toMatchObject({
      code: 'refused',
      message: "Whose volume rescue is can't be told: the record of broken can't be read.",
    });
    await kv.remove('app/broken');
    await kv.put(`app/${APP}`, JSON.stringify({ ...record, volumes: [] }));
    await expect(cluster().restore()).rejects.toMatchObject({
      code: 'refused',
      message: `${APP} has no replicated volumes.`,
    });
  });

  it('of an app whose record is changed meanwhile is undone', async () => {
    const record = (await kv.get(`app/${APP}`))?.value ?? '';
    const meanwhile = async () => void (await kv.put(`app/${APP}`, record.replace('"id"', '"id2"')));
    const { restore, state } = cluster({ meanwhile });
    await expect(restore()).rejects.toMatchObject({ code: 'conflict' });
    expect([await read(), state(), await journal()]).toEqual(['bad', 'running', undefined]);
  });
});

describe('a snapshot', () => {
  beforeEach(async () => {
    await store.create(DB);
    await write('now');
  });

  it('is kept while the app runs, and is named', async () => {
    const { snapshot, did } = cluster();
    const made = outcomeOf(await snapshot({ volumes: ['db'] }))?.snapshots ?? [];
    expect([await inSnapshot(made[0] ?? ''), await newest()]).toEqual(['now', made[0]]);
    expect(did).toEqual(['survey@n1', 'keep@n1']);
    expect(await journal()).toBeUndefined();
  });

  it('is kept while the app is stopped, if asked so', async () => {
    const { snapshot, did, state } = cluster();
    await snapshot({ stop: true });
    expect([did.slice(1), state()]).toEqual([['stop@n1', 'keep@n1', 'start@n1', 'health@n1'], 'running']);
  });

  it('of a coordinator that dies is never put back under a running app', async () => {
    const { snapshot, recover } = cluster({ dies: 'end:keep@n1' });
    await expect(snapshot()).rejects.toThrow('has died');
    await write('later');
    await recover();
    expect([await read(), await journal()]).toEqual(['later', undefined]);
  });
});

it('a clone is writable, and takes nobody’s place', async () => {
  await store.create(DB);
  await write('now');
  const { clone } = cluster();
  await clone({ to: 'trial' });
  await writeFile(file('trial'), 'tried');
  expect(await read()).toBe('now');
  await expect(clone({ to: 'trial' })).rejects.toMatchObject({
    code: 'conflict',
    message: 'n1 has a volume trial already.',
  });
  await expect(clone({ to: DB })).rejects.toMatchObject({ code: 'refused' });
  expect(await read('trial')).toBe('tried');
});
