import { describe, expect, test } from 'vitest';
import { exitCodes, exitHelp } from '../../../src/cli/exit.ts';
import { frame } from '../../../src/cli/live.ts';
import { parseTarget } from '../../../src/cli/options.ts';
import { plain, table } from '../../../src/cli/output.ts';
import { planText, stepLine } from '../../../src/cli/progress-text.ts';
import { releasesText } from '../../../src/cli/releases.ts';
import { snapshotsText } from '../../../src/cli/snapshots.ts';
import { retentionText, volumesText } from '../../../src/cli/volumes.ts';
import type { PastRelease__Output as PastRelease } from '../../../src/generated/covey/v1/PastRelease.ts';

describe('parseTarget', () => {
  test.each([
    ['node1', { host: 'node1', port: 7700 }],
    ['node1:7701', { host: 'node1', port: 7701 }],
    ['10.0.0.1', { host: '10.0.0.1', port: 7700 }],
    ['[fd00::1]', { host: 'fd00::1', port: 7700 }],
    ['[::1]:80', { host: '::1', port: 80 }],
  ])('%s', (text, target) => {
    expect(parseTarget(text)).toEqual(target);
  });

  test.each(['', 'fd00::1', 'a:b', 'a:0', 'a:65536', 'http://a', 'a b', '[x]:1'])('refuses "%s"', (text) => {
    expect(() => parseTarget(text)).toThrow(/is not the address of a peer/);
  });
});

test('a table is aligned, without trailing blanks and control characters', () => {
  expect(
    table(
      ['A', 'LONG', 'C'],
      [
        ['one', 'x', 'y'],
        ['2', '\u001b[31mred\u001b[0m\nline', ''],
      ],
      'none',
    ),
  ).toBe(['A    LONG      C', 'one  x         y', '2    red line'].join('\n'));
  expect(table(['A'], [], 'none')).toBe('none');
});

test.each([
  ['a\r\nb', 'a b'],
  ['\u001b]0;title\u0007x', 'x'],
  ['  ok ', 'ok'],
])('plain(%j)', (text, clean) => {
  expect(plain(text)).toBe(clean);
});

describe('progress', () => {
  const step = { id: 'build@node1', node: 'node1', title: 'build', percent: -1, detail: '', elapsedMs: 0 };
  test.each([
    [{ ...step, state: 'DONE' as const }, '[  3.2s] node1  build  done'],
    [{ ...step, state: 'RUNNING' as const }, '[  3.2s] node1  build  running'],
    [
      { ...step, state: 'RUNNING' as const, percent: 40, detail: 'layer 2' },
      '[  3.2s] node1  build  running 40%: layer 2',
    ],
    [{ ...step, state: 'FAILED' as const, detail: 'no space' }, '[  3.2s] node1  build  failed: no space'],
  ])('%#', (progress, line) => {
    expect(stepLine(progress, 3210)).toBe(line);
  });

  test('a terminal shows what runs, no wider than it is, and how far the plan has come', () => {
    const running = { ...step, state: 'RUNNING' as const, percent: 40, detail: 'layer 2 of many' };
    const undoing = { ...step, id: 'stop@n2', node: 'n2', title: 'stop', state: 'UNDOING' as const };
    const both = [
      { step: running, since: 1000 },
      { step: undoing, since: 3000 },
    ];
    expect(frame(both, 3, 17, 3200, 40)).toEqual([
      '[  2.2s] | node1  build  running 40%: l',
      '[  0.2s] | n2  stop  undoing',
      '3 of 17 steps done',
    ]);
    expect(frame(both.slice(1), 0, 0, 3200, 40)).toEqual(['[  0.2s] | n2  stop  undoing']);
    expect(frame([], 3, 17, 3200, 40)).toEqual([]);
  });

  test('a plan shows where it commits', () => {
    const steps = [
      { id: '1', node: 'node1', title: 'build', afterCommit: false },
      { id: '2', node: 'n2', title: 'write the record', afterCommit: true },
      { id: '3', node: 'n2', title: 'clean up', afterCommit: true },
    ];
    expect(
      planText(
        {
          app: 'shop',
          operation: 'deploy',
          steps,
          warnings: ['volume x goes'],
          snapshots: [],
          target: '',
          from: '',
        },
        5,
      ),
    ).toBe(
      [
        'Plan: deploy shop',
        '   1  node1  build',
        '      -- from here on it is finished, not undone --',
        '   2  n2     write the record',
        '   3  n2     clean up',
        'warning: volume x goes',
      ].join('\n'),
    );
  });
});

test('exit codes are distinct, and all are explained', () => {
  const codes = Object.values(exitCodes);
  expect(new Set([0, 1, 64, ...codes]).size).toBe(codes.length + 3);
  for (const code of Object.keys(exitCodes)) expect(exitHelp()).toContain(`(${code})`);
});

test('volumes are a table, and what else there is to say', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const row = {
    app: 'shop',
    volume: 'shop_db',
    master: 'node1',
    slave: 'node2',
    lastSnapshot: 'shop_db@x',
    lastSnapshotAt: at,
    lastReplicatedAt: at + 60_000,
    lagMs: 35_000,
    intervalMs: 3_600_000,
    error: '',
    diverged: [],
  };
  const alone = {
    ...row,
    volume: 'b',
    slave: '',
    lastSnapshotAt: 0,
    lastReplicatedAt: 0,
    lagMs: -1,
    intervalMs: 0,
  };
  const diverged = [{ node: 'node3', snapshot: 'c@x@+diverged' }];
  const off = { ...row, volume: 'c', intervalMs: 0, error: 'no room', diverged };
  expect(volumesText([row, alone, off])).toBe(
    [
      'VOLUME   APP   MASTER  SLAVE  LAST SNAPSHOT         LAST REPLICATED       LAG   EVERY',
      'shop_db  shop  node1   node2  2026-01-02T03:04:05Z  2026-01-02T03:05:05Z  35 s  1 h',
      'b        shop  node1   -      -                     -                     -     -',
      'c        shop  node1   node2  2026-01-02T03:04:05Z  2026-01-02T03:05:05Z  35 s  off',
      'c to node2: no room',
      'node3 keeps data that the master does not have: c@x@+diverged',
    ].join('\n'),
  );
  expect(volumesText([])).toBe('No replicated volumes.');
});

test('retention is a table, then why nothing goes, and what does', () => {
  const row = {
    app: 'shop',
    volume: 'db',
    node: 'node1',
    pattern: '1h:1d',
    snapshots: 7,
    remove: ['db@1', 'db@2'],
    held: '',
  };
  const held = { ...row, node: 'node2', snapshots: 0, remove: [], held: 'not known: node2 is away' };
  expect(retentionText([row, held])).toBe(
    [
      'VOLUME  NODE   RETENTION  SNAPSHOTS  TO REMOVE',
      'db      node1  1h:1d      7          2',
      'db      node2  1h:1d      0          0',
      'node1 would remove db@1',
      'node1 would remove db@2',
      'db on node2: nothing, not known: node2 is away',
    ].join('\n'),
  );
});

test('snapshots are a table with what each is good for, and the nodes of which nothing is known', () => {
  const at = Date.UTC(2026, 2, 1, 10, 0, 3);
  const row = { node: 'node1', volume: 'db', name: 'db@x', at, kind: 'plain', mark: '', newest: false };
  const rows = [
    { ...row, name: 'db@junk', at: 0, kind: 'undated' },
    row,
    { ...row, name: 'db@y', newest: true },
    { ...row, name: 'db@y@host', kind: 'sent', mark: 'host' },
    { ...row, name: 'db@z@+before-restore', kind: 'aside', mark: 'before-restore' },
    { ...row, node: 'node2', name: 'db@w', kind: 'unfinished' },
  ];
  expect(snapshotsText(rows, ['node3: it is not alive'])).toBe(
    [
      'NODE   VOLUME  SNAPSHOT              DATE                  KIND',
      'node1  db      db@junk               -                     without a date',
      'node1  db      db@x                  2026-03-01T10:00:03Z  plain',
      'node1  db      db@y                  2026-03-01T10:00:03Z  plain, the newest',
      'node1  db      db@y@host             2026-03-01T10:00:03Z  sent to host',
      'node1  db      db@z@+before-restore  2026-03-01T10:00:03Z  put aside: before-restore',
      'node2  db      db@w                  2026-03-01T10:00:03Z  half received',
      'not known: node3: it is not alive',
    ].join('\n'),
  );
  expect(snapshotsText([], [])).toBe('No snapshots.');
});

test('the releases of an app, and what is there of each', () => {
  const at = Date.UTC(2026, 2, 1, 9);
  const row = (deployId: string, more: Partial<PastRelease> = {}): PastRelease => ({
    deployId,
    deployedAt: at,
    commit: `${deployId}0123456789`,
    master: 'n1',
    endedAt: at + 3_600_000,
    snapshots: ['db@1'],
    missing: [],
    hasImages: true,
    ...more,
  });
  const rows = [
    row('a'),
    row('b', { missing: ['db@1'], hasImages: false }),
    row('c', { snapshots: [] }),
    row('d', { endedAt: 0 }),
  ];
  expect(releasesText(rows, '')).toBe(
    [
      'DEPLOY  DEPLOYED              COMMIT      ENDED                 IMAGES       DATA',
      'a       2026-03-01T09:00:00Z  a012345678  2026-03-01T10:00:00Z  there        there',
      'b       2026-03-01T09:00:00Z  b012345678  2026-03-01T10:00:00Z  to be built  lacks db@1',
      'c       2026-03-01T09:00:00Z  c012345678  2026-03-01T10:00:00Z  there        none',
      'd       2026-03-01T09:00:00Z  d012345678  runs                  there        live',
    ].join('\n'),
  );
  expect(releasesText(rows.slice(0, 1), 'n1: away')).toMatch(/ \? +\?\nnot known: n1: away$/);
  expect(releasesText([], '')).toBe('No releases are kept yet.');
});
