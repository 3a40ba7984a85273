import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL_PREFIX } from '../../../src/app/keys.ts';
import { createLocks, type Lock } from '../../../src/consul/lock.ts';
import { journalOf, newJournal, readJournal } from '../../../src/plan/journal.ts';
import { newPreparation } from '../../../src/plan/prepared.ts';
import type { Action, Plan, Step } from '../../../src/plan/steps.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';

const APP = 'foo_master.12345';
const signal = new AbortController().signal;
let lock: Lock;

const take = () =>
  createLocks(consul.client).acquire(
    `lock/app/${APP}`,
    { node: 'n1', operation: 'deploy', requestId: 'r', since: '2026-01-02T03:04:05Z' },
    { wait: false, signal },
  );

useConsul();
beforeEach(async () => {
  lock = await take();
});
afterEach(async () => {
  await lock.release();
  await kv.remove(`${JOURNAL_PREFIX}${APP}`);
});

const step = (id: string, action: Action, afterCommit = false): Step => ({
  id,
  node: 'n1',
  title: id,
  afterCommit,
  action,
});
const stop = step('stop@n1', { kind: 'stop', folder: '/deploy/x', project: 'x', images: {}, running: true });
const commit = step('commit@n1', { kind: 'commit' });
const acknowledge = step('acknowledge@n1', { kind: 'acknowledge' }, true);
const plan: Plan = { app: APP, operation: 'deploy', steps: [stop, commit, acknowledge], warnings: [] };
const begin = () => newJournal(kv, lock.guard, { requestId: 'r', coordinator: 'n1', plan, prepared: [] });
const stored = async () => (await readJournal(kv, APP, signal))?.entry;

describe('a journal', () => {
  it('tells the next holder what has begun, what came of it, and what is undone', async () => {
    const journal = begin();
    expect(await stored()).toBeUndefined();
    await journal.begin(stop);
    expect(await stored()).toMatchObject({ begun: ['stop@n1'], results: {}, committed: false });
    expect(journal.isPending()).toBe(true);
    await journal.end(stop, { some: 'result' });
    expect(await stored()).toMatchObject({ results: {} });
    await journal.begin(commit);
    const results = { 'stop@n1': { some: 'result' } };
    expect(await stored()).toMatchObject({ begun: ['stop@n1', 'commit@n1'], results });
    await journal.undone(commit);
    expect(await stored()).toMatchObject({ begun: ['stop@n1'], results });

    const left = await readJournal(kv, APP, signal);
    if (!left) throw new Error('nothing was left');
    const next = journalOf(kv, lock.guard, APP, left);
    await next.undone(stop);
    expect(await stored()).toMatchObject({ begun: [] });
    await next.close();
    expect(await stored()).toBeUndefined();
  });

  it('has what only watches or names begin with the step before it, until that is undone', async () => {
    const start = step('start@n1', { kind: 'start', folder: '/deploy/x', project: 'x', newVolumes: [] });
    const retain = step('retain@n1', { kind: 'retain', project: 'x', images: {} });
    const health = step('health@n1', { kind: 'health', folder: '/deploy/x', project: 'x', sites: [] });
    const steps = [stop, start, retain, health, commit, acknowledge];
    const about = { requestId: 'r', coordinator: 'n1', plan: { ...plan, steps }, prepared: [] };
    const journal = newJournal(kv, lock.guard, about);
    const begun = async () => (await stored())?.begun;
    await journal.begin(stop);
    expect(await begun()).toEqual(['stop@n1']);
    await journal.begin(start);
    expect(await begun()).toEqual(['stop@n1', 'start@n1', 'retain@n1', 'health@n1']);
    await journal.begin(retain);
    await journal.end(retain, { ids: 'x' });
    expect(await stored()).toMatchObject({ revision: 2, results: {} });
    // It fails there, and health has never begun.
    await journal.undone(retain);
    expect(await begun()).toEqual(['stop@n1', 'start@n1']);
    await journal.undone(start);
    await journal.undone(stop);
    expect(await begun()).toEqual([]);
    expect(journal.isPending()).toBe(false);
  });

  it('is committed by the transaction of the record, or not at all', async () => {
    const journal = begin();
    await journal.begin(commit);
    const record = { op: 'cas' as const, key: `app/${APP}`, value: '{}', index: 0 };
    expect((await kv.transaction([lock.guard, record, ...journal.commitOps(commit)])).ok).toBe(true);
    expect(journal.inDoubt()).toBe(true);
    await journal.end(commit, undefined);
    expect(journal.inDoubt()).toBe(false);
    expect(await stored()).toMatchObject({ committed: true });
    // What comes after the commit is still to be done, by somebody.
    expect(journal.isPending()).toBe(true);
    await journal.end(acknowledge, undefined);
    expect(await stored()).toMatchObject({ results: { 'acknowledge@n1': null } });
    expect(journal.isPending()).toBe(false);
    await kv.remove(`app/${APP}`);
  });

  it('finds out that a commit without an answer was made', async () => {
    const journal = begin();
    await journal.begin(commit);
    await kv.transaction([lock.guard, ...journal.commitOps(commit)]);
    expect(await journal.resolve()).toBe(true);
  });

  it('finds out that it was not, and then it cannot be made any more', async () => {
    const journal = begin();
    await journal.begin(commit);
    const late = journal.commitOps(commit);
    expect(await journal.resolve()).toBe(false);
    expect((await kv.transaction([lock.guard, ...late])).ok).toBe(false);
    expect(await stored()).toMatchObject({ committed: false });
  });

  it('takes nothing from who has lost the lock, who then stays in doubt', async () => {
    const journal = begin();
    await journal.begin(commit);
    journal.commitOps(commit);
    await lock.release();
    const other = await take();
    await expect(journal.undone(commit)).rejects.toMatchObject({
      code: 'conflict',
      message: `The lock of ${APP} was lost.`,
    });
    await expect(journal.resolve()).rejects.toMatchObject({ code: 'conflict' });
    expect(journal.inDoubt()).toBe(true);
    expect(journal.isPending()).toBe(true);
    await other.release();
  });

  it('that cannot be read is an error that names it', async () => {
    await kv.put(`${JOURNAL_PREFIX}${APP}`, '{"steps": 7}');
    await expect(readJournal(kv, APP, signal)).rejects.toMatchObject({
      code: 'invalid',
      message: `The journal covey/journal/${APP} cannot be read.`,
    });
  });
});

describe('what is fetched before there is a plan', () => {
  const fetch = (node: string, from = ''): Step => ({
    ...step(`fetch@${node}`, {
      kind: 'fetch',
      folder: '/deploy/x-1',
      project: 'x',
      repo: 'https://git.example.com/x',
      branch: 'master',
      commit: '',
      from,
    }),
    node,
  });
  const draft = { operation: 'deploy', by: 'alice', begun: 1 };
  const prepare = () =>
    newPreparation(kv, lock.guard, { app: APP, requestId: 'r', coordinator: 'n1', draft });

  it('is written down before it begins, each node once, until it is undone', async () => {
    const preparation = prepare();
    await preparation.begin(stop); // leaves nothing that is not in the plan
    expect(await stored()).toBeUndefined();
    await preparation.begin(fetch('n1'));
    await preparation.begin(fetch('n2'));
    await preparation.begin(fetch('n1', 'n2'));
    expect(await stored()).toMatchObject({
      begun: ['prepare-fetch@n2', 'prepare-fetch@n1'],
      steps: [
        { node: 'n2', action: { from: '' } },
        { node: 'n1', action: { from: 'n2' } },
      ],
      committed: false,
    });
    preparation.undone(fetch('n2'));
    await preparation.close();
    expect(await stored()).toBeUndefined();
  });

  it('stands in front of the plan, and is nothing that keeps its journal open', async () => {
    const preparation = prepare();
    await preparation.begin(fetch('n2'));
    await preparation.begin(fetch('n1'));
    preparation.undone(fetch('n2'));
    const journal = preparation.journal(plan, draft);
    await preparation.close(); // the plan's journal is left alone
    expect(await stored()).toBeDefined();
    await journal.begin(stop);
    expect(await stored()).toMatchObject({ begun: ['prepare-fetch@n1', 'stop@n1'] });
    expect((await stored())?.steps.map(({ id }) => id)).toEqual([
      'prepare-fetch@n1',
      'stop@n1',
      'commit@n1',
      'acknowledge@n1',
    ]);
    await journal.undone(stop);
    expect(journal.isPending()).toBe(false);
    await journal.close();
  });

  it('begins only under the lock', async () => {
    const preparation = prepare();
    await preparation.begin(fetch('n1'));
    await lock.release();
    const other = await take();
    await expect(preparation.begin(fetch('n2'))).rejects.toMatchObject({ code: 'conflict' });
    await expect(preparation.close()).rejects.toMatchObject({ code: 'conflict' });
    expect(await stored()).toMatchObject({ begun: ['prepare-fetch@n1'] });
    await other.release();
  });

  it('is read though an older version wrote it, which knew no other source than git', async () => {
    const preparation = prepare();
    await preparation.begin(fetch('n1'));
    const found = await kv.get(`${JOURNAL_PREFIX}${APP}`);
    const old = (found?.value ?? '').replace(',"from":""', '');
    expect(old).not.toBe(found?.value);
    await kv.put(`${JOURNAL_PREFIX}${APP}`, old);
    expect((await stored())?.steps[0]?.action).toMatchObject({ kind: 'fetch', from: '' });
  });
});
