import { describe, expect, it } from 'vitest';
import { formatDeployDate, parseDeployDate } from '../../../src/app/dates.ts';

import { parseRecord } from '../../../src/app/record.ts';
import type { Volume } from '../../../src/app/release.ts';
import {
  replicateEvery,
  retentionOn,
  scheduleProblems,
  schedulesOf,
  snapshotEvery,
} from '../../../src/app/schedules.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

const volume = (labels: Record<string, string>, more: Partial<Volume> = {}): Volume => ({
  short: 'data',
  full: 'shop_data',
  driver: 'd',
  replicated: true,
  labels,
  ...more,
});

describe('schedules', () => {
  it('name the replicated volumes with a label, and no others', () => {
    const volumes = [
      volume({ 'covey.replicate': '30s' }),
      volume({ other: 'x' }, { full: 'shop_plain' }),
      volume({ 'covey.replicate': '1m' }, { full: 'shop_local', replicated: false }),
      volume({ 'covey.replicate': 'off' }, { full: 'shop_cache' }),
      volume({ 'covey.snapshot': '2h', 'covey.retention': '1h:1d' }, { full: 'shop_kept' }),
    ];
    expect(schedulesOf(volumes)).toEqual([
      { volume: 'shop_data', replicate: '30s' },
      { volume: 'shop_cache', replicate: 'off' },
      { volume: 'shop_kept', snapshot: '2h', retention: '1h:1d' },
    ]);
  });

  it.each<[string, Volume, RegExp | null]>([
    ['without a label', volume({}), null],
    ['that can be read', volume({ 'covey.replicate': '30s' }), null],
    ['of a volume that is not replicated', volume({ 'covey.replicate': 'x' }, { replicated: false }), null],
    [
      'that cannot be read',
      volume({ 'covey.replicate': 'hourly' }),
      /^volume data: label covey\.replicate: "hourly" is no interval: .*"off"/,
    ],
    [
      'of snapshots that cannot be read',
      volume({ 'covey.snapshot': '5x' }),
      /^volume data: label covey\.snapshot: "5x" is no interval/,
    ],
    [
      'of retention that cannot be read',
      volume({ 'covey.replicate': '5m', 'covey.retention': '1h' }),
      /^volume data: label covey\.retention: "1h" is no retention pattern: at least two ages/,
    ],
  ])('have a problem with a label %s', (_, given, problem) => {
    expect(scheduleProblems(given)).toEqual(problem === null ? [] : [expect.stringMatching(problem)]);
  });
});

describe('replicateEvery', () => {
  const schedules = [
    { volume: 'fast', replicate: '30s' },
    { volume: 'never', replicate: 'off' },
    { volume: 'plain' },
  ];
  it.each([
    ['the default, of a record without schedules', { slave: 'b' }, 'data', HOUR],
    ['the default, of a volume without a label', { slave: 'b', schedules }, 'data', HOUR],
    ['the default, where another label is set', { slave: 'b', schedules }, 'plain', HOUR],
    ["a label's", { slave: 'b', schedules }, 'fast', 30 * SECOND],
    ['never by label', { slave: 'b', schedules }, 'never', 0],
    ['never without a slave', { slave: null, schedules }, 'fast', 0],
  ])('is %s', (_, record, name, interval) => {
    expect(replicateEvery(record, name)).toBe(interval);
  });
});

describe('snapshotEvery', () => {
  const schedules = [
    { volume: 'fast', snapshot: '30s' },
    { volume: 'never', snapshot: 'off' },
    { volume: 'plain', replicate: '5m' },
  ];
  it.each([
    ['the default, without a slave', { slave: null }, 'data', HOUR],
    ['the default, where another label is set', { slave: null, schedules }, 'plain', HOUR],
    ['never with a slave, as replications make them', { slave: 'b', schedules }, 'plain', 0],
    ["a label's, without a slave", { slave: null, schedules }, 'fast', 30 * SECOND],
    ["a label's, with a slave", { slave: 'b', schedules }, 'fast', 30 * SECOND],
    ['never by label', { slave: null, schedules }, 'never', 0],
  ])('is %s', (_, record, name, interval) => {
    expect(snapshotEvery(record, name)).toBe(interval);
  });
});

describe('retentionOn', () => {
  const pattern = '1h:1d:1w:4w:1y';
  const schedules = [
    { volume: 'db', retention: '5m:1h' },
    { volume: 'alone', replicate: 'off' },
  ];
  const record = { master: 'a', slave: 'b', volumes: ['db', 'data', 'alone'], schedules };
  it.each<[string, Parameters<typeof retentionOn>, object | null]>([
    ['the default, with the slave', ['a', record, 'data'], { pattern, partner: 'b' }],
    ['the default, with the master', ['b', record, 'data'], { pattern, partner: 'a' }],
    ["a label's", ['a', record, 'db'], { pattern: '5m:1h', partner: 'b' }],
    [
      'without a partner where there is no slave',
      ['a', { ...record, slave: null }, 'data'],
      { pattern, partner: null },
    ],
    ['without a partner where nothing is replicated', ['b', record, 'alone'], { pattern, partner: null }],
    ['none on another node', ['c', record, 'data'], null],
    ['none of a volume that the record does not name', ['a', record, 'gone'], null],
  ])('is %s', (_, given, expected) => {
    expect(retentionOn(...given)).toEqual(expected);
  });
});

describe('a record', () => {
  const record = (schedules: unknown) =>
    parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'm', slave: 's', schedules }));

  it('keeps its schedules, and what a later version adds to them', () => {
    const schedules = [{ volume: 'v', replicate: '5m', retention: '1h:1d', more: 'x' }];
    expect(record(schedules).schedules).toEqual(schedules);
  });

  it('says which schedule cannot be read', () => {
    expect(() => record([{ volume: 'v' }, { volume: 'w', replicate: 'x' }])).toThrow(
      /schedules\.1\.replicate: "x" is no interval/,
    );
    expect(() => record([{ volume: 'v', snapshot: '1h', retention: '1s:1m' }])).toThrow(
      /schedules\.0\.retention: "1s:1m" is no retention pattern/,
    );
  });
});

describe('parseDeployDate', () => {
  it.each([
    [formatDeployDate(new Date(1_800_000_000_123)), 1_800_000_000_123],
    ['2018-01-02T030405.000006', Date.UTC(2018, 0, 2, 3, 4, 5)],
    ['', null],
    ['2018-13-02T030405.000006', null],
  ])('%j', (text, at) => {
    expect(parseDeployDate(text)).toBe(at);
  });
});
