import { describe, expect, it } from 'vitest';
import { type PastOperation, withOperation } from '../../../src/app/history.ts';
import { APP_PREFIX, OPERATIONS_PREFIX } from '../../../src/app/keys.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { history as told } from '../../../src/handlers/history.ts';
import { maintenance } from '../../../src/handlers/maintenance.ts';
import { forgetOldHistories, noteOperation } from '../../../src/handlers/note-operation.ts';
import { consul, kv } from '../../support/one-consul.ts';
import { APP, ended, given, history, logger, moved, signal, useHistory } from './one-history.ts';

useHistory();

describe('the history', () => {
  const note = (id: string, more: object = {}) =>
    noteOperation({ kv, logger, app: APP, ...more }, (before) => withOperation(before, ended(id)));

  it('loses nothing where several write at a time', async () => {
    expect(await Promise.all(['a', 'b', 'c'].map((id) => note(id)))).toContain(true);
    expect((await history()).map(({ id }) => id).sort()).toEqual([...'abc']);
  });

  it('is not written by who has lost the lock', async () => {
    const lock = await createLocks(consul.client).acquire(
      `lock/app/${APP}`,
      { node: 'n1', operation: 'deploy', requestId: 'r', since: '' },
      { wait: false, signal },
    );
    await note('a', { guard: lock.guard });
    await kv.remove(`lock/app/${APP}`);
    await note('b', { guard: lock.guard });
    await lock.release();
    expect((await history()).map(({ id }) => id)).toEqual(['a']);
  });

  it('of apps that are gone stays for the newest fifty, and goes when a new app comes', async () => {
    await kv.put(`${APP_PREFIX}old`, '{}');
    for (const app of ['old', ...Array.from({ length: 52 }, (_, index) => `gone${index}`)])
      await noteOperation({ kv, logger, app }, () => [ended(app)]);
    expect(await note('a')).toBe(true);
    await forgetOldHistories({ kv, logger });
    const left = (await kv.list(OPERATIONS_PREFIX)).map(({ key }) => key.slice(OPERATIONS_PREFIX.length));
    const gone = ['gone0', 'gone1', 'gone2'];
    expect(left).toHaveLength(51);
    expect(left).toEqual(expect.arrayContaining(['old', APP, 'gone3', 'gone51']));
    expect(left.filter((app) => gone.includes(app))).toEqual([]);
  });

  it('has maintenance that begins or ends, but not what changes nothing', async () => {
    await given();
    const set = maintenance({ kv, logger, node: 'n1' } as unknown as Deps);
    const call = { signal, caller: { name: 'bob', role: 'operator' } } as const;
    for (const on of [false, true, true, false]) await set({ app: APP, on }, call);
    expect(await history()).toMatchObject([
      { operation: 'maintenance on', by: 'bob', coordinator: 'n1', outcome: 'done' },
      { operation: 'maintenance off', by: 'bob', coordinator: 'n1', outcome: 'done' },
    ]);
  });
});
describe('what a peer tells of it', () => {
  const ask = (app: string, limit = 0) =>
    told({ kv })({ app, limit }, { signal, caller: { name: 'bob', role: 'operator' } });
  const keep = (app: string, ...operations: PastOperation[]) =>
    noteOperation({ kv, logger, app }, () => operations);

  it('is all of one app, and the newest of all, those that cannot be read by their keys', async () => {
    const error = { code: 'failed', message: 'no' };
    await keep(APP, ended('a', 1, { ...moved, generation: 7 }), ended('c', 3, { outcome: 'failed', error }));
    await keep('gone', ended('b', 2));
    await kv.put(`${OPERATIONS_PREFIX}bad`, '{');
    const one = await ask(APP);
    expect(one.operations).toMatchObject([
      {
        ...{ app: APP, id: 'a', fromMaster: 'n1', fromSlave: '', toMaster: 'n2', toSlave: 'n1' },
        ...{ commit: 'c-n2', generation: 7, errorCode: '' },
      },
      { app: APP, id: 'c', outcome: 'failed', errorCode: 'failed', errorMessage: 'no', toMaster: '' },
    ]);
    const all = await ask('', 2);
    expect(all.operations?.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(all.problems).toEqual(['The history in covey/history/bad cannot be read.']);
    await expect(ask('bad')).rejects.toMatchObject({ code: 'invalid' });
  });

  it('is nothing for an app that was never touched, and an error for one that never was', async () => {
    await given();
    expect(await ask(APP)).toEqual({ operations: [], problems: [] });
    await expect(ask('nope')).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no app nope, and no history of one.',
    });
    await expect(ask('', 1_001)).rejects.toMatchObject({
      code: 'invalid',
      message: '1001 operations are not to be had.',
    });
  });
});
