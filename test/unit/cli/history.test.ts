import { expect, test } from 'vitest';
import { historyText } from '../../../src/cli/history.ts';
import type { PastOperation__Output as PastOperation } from '../../../src/generated/covey/v1/PastOperation.ts';

const ended = Date.UTC(2026, 2, 1, 9, 0, 0);
const row: PastOperation = {
  ...{ app: 'shop', operation: 'deploy', id: 'r', by: 'alice', coordinator: 'node1' },
  ...{ begun: ended - 12_000, ended, outcome: 'done', pending: false, endedBy: '' },
  ...{ errorCode: '', errorMessage: '', fromMaster: '', fromSlave: '', toMaster: 'node1', toSlave: '' },
  ...{ commit: '0123456789abcdef', generation: 7, source: '', takeover: false },
};
const move = { ...row, fromMaster: 'node1', fromSlave: 'node2', toMaster: 'node2', toSlave: 'node1' };
const unchanged = { ...row, toMaster: '', commit: '' };

/** Of a row all but when and of which app. */
const told = (operation: PastOperation) => {
  const [, line = ''] = historyText({ operations: [operation], problems: [] }).split('\n');
  return line.split(/ {2,}/).slice(2);
};

test('a history is a table, with the error below what failed, and what cannot be read', () => {
  const failed = {
    ...move,
    outcome: 'failed',
    errorMessage: 'health: web\nexited. Everything is as it was.',
  };
  expect(historyText({ operations: [row, failed], problems: ['The history in x cannot be read.'] })).toBe(
    [
      'ENDED                 APP   WHAT    NODES                       COMMIT      BY     TOOK  OUTCOME',
      '2026-03-01T09:00:00Z  shop  deploy  node1                       0123456789  alice  12 s  done',
      '2026-03-01T09:00:00Z  shop  move    node1/node2 -> node2/node1  0123456789  alice  12 s  failed',
      '  health: web exited. Everything is as it was.',
      'not known: The history in x cannot be read.',
    ].join('\n'),
  );
  expect(historyText({ operations: [], problems: [] })).toBe('Nothing is known to have been done.');
});

test.each<[string, PastOperation, string, string]>([
  ['a takeover', { ...move, takeover: true }, 'takeover', 'node1/node2 -> node2/node1'],
  ['another slave', { ...row, fromMaster: 'node1', toSlave: 'node3' }, 'deploy', 'node1 -> node1/node3'],
  ['a deploy again', { ...row, fromMaster: 'node1' }, 'deploy', 'node1'],
  ['a destroy', { ...unchanged, operation: 'destroy', fromMaster: 'node1' }, 'destroy', 'node1'],
  ['a migrate', { ...row, operation: 'migrate', source: 'prod' }, 'migrate from prod', 'node1'],
  ['maintenance', { ...unchanged, operation: 'maintenance on' }, 'maintenance on', '-'],
])('%s', (_, operation, what, nodes) => {
  expect(told(operation).slice(0, 2)).toEqual([what, nodes]);
});

test.each<[string, Partial<PastOperation>]>([
  ['done', {}],
  ['done', { endedBy: 'node1' }],
  ['done, not all is cleared up yet', { pending: true }],
  ['done, finished by node3', { endedBy: 'node3' }],
  ['failed, not undone yet', { outcome: 'failed', pending: true }],
  ['failed, undone by node3', { outcome: 'failed', endedBy: 'node3' }],
  ['cancelled', { outcome: 'cancelled' }],
])('%s', (outcome, more) => {
  expect(told({ ...row, ...more }).at(-1)).toBe(outcome);
});
