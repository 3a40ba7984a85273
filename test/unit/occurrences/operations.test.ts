import { describe, expect, it } from 'vitest';
import { formatOperations, type PastOperation } from '../../../src/app/history.ts';
import { JOURNAL_PREFIX, OPERATIONS_PREFIX } from '../../../src/app/keys.ts';
import { beginnings, endings } from '../../../src/occurrences/operations.ts';
import { APP, NOW } from './pictures.ts';

const draft = { operation: 'deploy', by: 'alice', begun: NOW - 9_000 };
const journal = (more: object = {}, app = APP) => ({
  key: `${JOURNAL_PREFIX}${app}`,
  value: JSON.stringify({
    ...{ operation: 'deploy', requestId: 'r1', coordinator: 'node2', steps: [], begun: [], draft },
    ...more,
  }),
});
const past = (more: Partial<PastOperation> = {}): PastOperation => ({
  ...{ operation: 'deploy', by: 'alice', begun: NOW - 9_000, id: 'r1', coordinator: 'node2' },
  ...{ ended: NOW - 1_000, outcome: 'done', pending: false },
  ...more,
});
const history = (...operations: PastOperation[]) => ({
  key: `${OPERATIONS_PREFIX}${APP}`,
  value: formatOperations(operations),
});

describe('an operation begins', () => {
  it('with its journal, under the name that it was asked for by', () => {
    const rollback = journal({ draft: { ...draft, operation: 'rollback' } });
    expect(beginnings([], [rollback], NOW)).toEqual([
      {
        ...{ kind: 'operation.started', at: NOW - 9_000, app: APP, node: 'node2' },
        text: `rollback of ${APP} has begun on node2, asked for by alice`,
        details: { operation: 'rollback', id: 'r1', by: 'alice' },
      },
    ]);
  });

  it.each([
    ['as a journal of an older version has it', [], [journal({ draft: undefined })], 1],
    ['once', [journal()], [journal({ begun: ['stop@node1'] })], 0],
    ['after another one', [journal()], [journal({ requestId: 'r2' })], 1],
    ['on each app', [journal()], [journal(), journal({}, 'other')], 1],
    ['but not where its journal ends', [journal()], [], 0],
    ['but not where its journal cannot be read', [], [{ key: `${JOURNAL_PREFIX}x`, value: '{' }], 0],
    ['but not where a node leaves an app', [], [journal({ draft: { ...draft, operation: 'leave' } })], 0],
  ])('%s', (_, before, after, count) => {
    expect(beginnings(before, after, NOW)).toHaveLength(count);
  });
});

describe('an operation ends', () => {
  const told = (before: PastOperation[], after: PastOperation[]) =>
    endings(before.length > 0 ? [history(...before)] : [], [history(...after)], NOW);
  const failed = past({ outcome: 'failed', error: { code: 'failed', message: 'no disk' } });

  it('well', () => {
    expect(told([], [past()])).toEqual([
      {
        ...{ kind: 'operation.done', at: NOW - 1_000, app: APP, node: 'node2' },
        text: `deploy of ${APP} is done`,
        details: { operation: 'deploy', id: 'r1', by: 'alice', elapsedMs: '8000' },
      },
    ]);
  });

  it('by a failure, and says which', () => {
    expect(told([], [failed])).toMatchObject([
      {
        kind: 'operation.failed',
        text: `deploy of ${APP} has failed: no disk`,
        details: { error: 'no disk' },
      },
    ]);
  });

  it.each([
    ['cancelled', [], [past({ outcome: 'cancelled' })], ['operation.cancelled']],
    ['as before', [past()], [past()], []],
    ['after others', [past()], [past(), past({ id: 'r2' })], ['operation.done']],
    ['asked for again by the same id', [failed], [past({ ended: NOW })], ['operation.done']],
    ['that was not told because it is maintenance', [], [past({ operation: 'maintenance on' })], []],
    [
      'of which what was left is undone',
      [{ ...failed, pending: true }],
      [{ ...failed, endedBy: 'node3' }],
      ['operation.settled'],
    ],
    ['of which something is still left', [{ ...failed, pending: true }], [{ ...failed, pending: true }], []],
  ])('%s', (_, before, after, kinds) => {
    expect(told(before, after).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('by another node, which is said then', () => {
    const [settled] = told([{ ...failed, pending: true }], [{ ...failed, endedBy: 'node3' }]);
    expect(settled).toMatchObject({ node: 'node3', text: `what deploy of ${APP} had left is undone` });
  });

  it('unknown to all where the history cannot be read', () => {
    expect(endings([], [{ key: `${OPERATIONS_PREFIX}${APP}`, value: '{' }], NOW)).toEqual([]);
  });
});
