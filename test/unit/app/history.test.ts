import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatOperations,
  newestOperations,
  outdatedHistories,
  type PastOperation,
  parseOperations,
  type Settled,
  withOperation,
  withSettled,
} from '../../../src/app/history.ts';

const done = (id: string, more: Partial<PastOperation> = {}): PastOperation => ({
  ...{ id, operation: 'deploy', by: 'alice', coordinator: 'n1', begun: 1, ended: 2 },
  ...{ outcome: 'done', pending: false },
  ...more,
});
const failed = (id: string, more: Partial<PastOperation> = {}) =>
  done(id, { outcome: 'failed', error: { code: 'failed', message: 'no' }, ...more });
const ids = (history: readonly PastOperation[]) => history.map(({ id }) => id);

const anOperation = fc.record({
  id: fc.constantFrom(...'abcdefgh'),
  operation: fc.constantFrom('deploy', 'destroy', 'snapshot', 'clone', 'maintenance on'),
  by: fc.string({ maxLength: 40 }),
  coordinator: fc.constantFrom('n1', 'n2'),
  begun: fc.nat(),
  ended: fc.nat(),
  outcome: fc.constantFrom('done' as const, 'failed' as const, 'cancelled' as const),
  pending: fc.boolean(),
  error: fc.record({ code: fc.constant('failed'), message: fc.string({ maxLength: 2_000 }) }),
});

describe('the history of an app', () => {
  it('stays within its bounds, ends with what ended last, and reads as it was written', () => {
    fc.assert(
      fc.property(fc.array(anOperation, { minLength: 1, maxLength: 60 }), (operations) => {
        let history: PastOperation[] = [];
        for (const [at, each] of operations.entries()) {
          history = withOperation(history, { ...each, ended: at });
          expect(history.at(-1)).toMatchObject({ id: each.id, ended: at, outcome: each.outcome });
        }
        expect(history.length).toBeLessThanOrEqual(20);
        expect(Buffer.byteLength(formatOperations(history))).toBeLessThanOrEqual(16 * 1024);
        const small = history.filter(({ operation }) => ['snapshot', 'clone'].includes(operation));
        expect(small.length).toBeLessThanOrEqual(5);
        for (const { error } of history) expect(error?.message.length).toBeLessThanOrEqual(500);
        expect(history.map(({ ended }) => ended)).toEqual(
          history.map(({ ended }) => ended).toSorted((a, b) => a - b),
        );
        expect(parseOperations('key', formatOperations(history))).toEqual(history);
      }),
    );
  });

  it('has the newest twenty, and of snapshots and clones the newest five', () => {
    const many = Array.from({ length: 30 }, (_, index) => done(`d${index}`));
    const history = many.reduce<PastOperation[]>(withOperation, []);
    expect(ids(history)).toEqual(ids(many.slice(10)));
    const looking = many.map(({ id }) => done(id, { operation: 'snapshot' }));
    expect(ids([done('x'), ...looking].reduce<PastOperation[]>(withOperation, []))).toEqual([
      'x',
      ...ids(looking.slice(-5)),
    ]);
  });

  it('has once what failed and was asked for again under its id, and twice what was done twice', () => {
    const again = [failed('e', { begun: 1 }), failed('e', { begun: 5 }), done('e', { begun: 9, ended: 11 })];
    expect(again.reduce<PastOperation[]>(withOperation, [])).toEqual([done('e', { begun: 1, ended: 11 })]);
    expect(ids([done('e'), done('f'), done('e')].reduce<PastOperation[]>(withOperation, []))).toEqual([
      ...'efe',
    ]);
  });

  it('has nothing pending before what was done under the lock', () => {
    const left = [failed('a', { pending: true })];
    const pending = (history: PastOperation[]) => history.map((each) => each.pending);
    expect(pending(withOperation(left, done('b')))).toEqual([false, false]);
    expect(pending(withOperation(left, failed('b')))).toEqual([true, false]);
    expect(pending(withOperation(left, done('b', { operation: 'maintenance off' })))).toEqual([true, false]);
  });

  it.each(['{', '[]', '{"operations":[{}]}'])('%s is refused by its key', (value) => {
    expect(() => parseOperations('covey/history/shop', value)).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: 'The history in covey/history/shop cannot be read.',
      }),
    );
  });
});

describe('what another node undid or finished', () => {
  const draft = { operation: 'deploy', by: 'alice', begun: 1, to: { master: 'n2', slave: null } };
  const settled: Settled = {
    ...{ id: 'r', coordinator: 'n1', committed: false, draft, operation: 'deploy', endedBy: 'n3', at: 9 },
  };

  it('is put down with what the journal said, where the coordinator was lost', () => {
    const message = 'Its coordinator n1 was lost before it had ended.';
    const common = { ...draft, id: 'r', coordinator: 'n1', ended: 9, pending: false, endedBy: 'n3' };
    expect(withSettled([], settled)).toEqual([
      { ...common, outcome: 'failed', error: { code: 'unavailable', message } },
    ]);
    expect(withSettled([], { ...settled, committed: true })).toEqual([{ ...common, outcome: 'done' }]);
    expect(withSettled([], { ...settled, draft: null })).toMatchObject([{ by: '', begun: 9, id: 'r' }]);
  });

  it.each<[string, PastOperation, boolean, Partial<PastOperation>]>([
    ['failed stays so', failed('r', { pending: true }), false, failed('r', { endedBy: 'n3' })],
    [
      'was given up stays so',
      failed('r', { pending: true, outcome: 'cancelled' }),
      false,
      failed('r', { outcome: 'cancelled', endedBy: 'n3' }),
    ],
    ['was in doubt is done', failed('r', { pending: true }), true, done('r', { endedBy: 'n3' })],
    ['was done has nothing left', done('r', { pending: true }), true, done('r', { endedBy: 'n3' })],
  ])('what %s, in its place', (_, before, committed, after) => {
    const history = [done('a'), before, done('z')];
    expect(withSettled(history, { ...settled, committed })).toEqual([done('a'), after, done('z')]);
  });

  it('takes the place of an earlier try with the same id', () => {
    expect(withSettled([failed('r', { begun: 0 })], { ...settled, committed: true })).toMatchObject([
      { id: 'r', outcome: 'done', begun: 0 },
    ]);
  });
});

it('of all apps the newest are told, the newest last', () => {
  const all = [done('c', { ended: 3 }), done('a', { ended: 1 }), done('b', { ended: 2 })];
  expect(ids(newestOperations(all, 2))).toEqual(['b', 'c']);
});

it('apps without a record keep their history until fifty others have gone', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { maxLength: 120 }), fc.nat(120), (indexes, known) => {
      const all = indexes.map((index) => ({ app: `a${index}`, index }));
      const apps = new Set(all.slice(0, known).map(({ app }) => app));
      const outdated = outdatedHistories(all, apps);
      const left = all.filter((each) => !outdated.includes(each));
      expect(outdated.some(({ app }) => apps.has(app))).toBe(false);
      expect(left.filter(({ app }) => !apps.has(app)).length).toBe(Math.min(50, all.length - apps.size));
      for (const { index } of outdated)
        for (const kept of left.filter(({ app }) => !apps.has(app)))
          expect(kept.index).toBeGreaterThan(index);
    }),
  );
});
