import { describe, expect, it } from 'vitest';
import { formatDeployDate, parseDeployDate } from '../../../src/app/dates.ts';

import { parseRecord } from '../../../src/app/record.ts';
import type { Volume } from '../../../src/app/release.ts';
import { replicateEvery, scheduleProblems, schedulesOf } from '../../../src/app/schedules.ts';

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
    ];
    expect(schedulesOf(volumes)).toEqual([
      { volume: 'shop_data', replicate: '30s' },
      { volume: 'shop_cache', replicate: 'off' },
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

describe('a record', () => {
  const record = (schedules: unknown) =>
    parseRecord('x', JSON.stringify({ repo_url: 'r', branch: 'b', master: 'm', slave: 's', schedules }));

  it('keeps its schedules, and what a later version adds to them', () => {
    const schedules = [{ volume: 'v', replicate: '5m', retention: '1h:1d' }];
    expect(record(schedules).schedules).toEqual(schedules);
  });

  it('says which schedule cannot be read', () => {
    expect(() => record([{ volume: 'v' }, { volume: 'w', replicate: 'x' }])).toThrow(
      /schedules\.1\.replicate: "x" is no interval/,
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
