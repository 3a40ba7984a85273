import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RestoreRequest__Output } from '../../../src/generated/covey/v1/RestoreRequest.ts';
import { kv } from '../../support/one-consul.ts';
import { store } from '../../support/one-store.ts';
import {
  APP,
  cluster,
  DB,
  file,
  inSnapshot,
  journal,
  newest,
  outcomeOf,
  read,
  useCluster,
  write,
} from './restore-cluster.ts';

useCluster();

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
