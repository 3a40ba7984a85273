import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOperations } from '../../../src/app/history.ts';
import { OPERATIONS_PREFIX } from '../../../src/app/keys.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { releases } from '../../../src/handlers/releases.ts';
import { kv } from '../../support/one-consul.ts';
import { store } from '../../support/one-store.ts';
import { app, back, journal, met, read, releasesOf, useReleases, warningsOf } from './rollback-app.ts';
import { call, name } from './rollback-cluster.ts';

useReleases();

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
    app.life.dies = dies;
    await back().catch(() => undefined); // what comes after the commit is a warning
    app.life.dead = false;
    const request = { app: name, kind: 'recover', requestId: 'next', wait: true, looksOnly: false } as const;
    const quiet = { by: 'n3', givesUpMaster: false, signal: call.signal, emit: () => undefined };
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
