import { describe, expect, it } from 'vitest';
import { describeRelease } from '../../../src/app/describe.ts';
import { parseRecord } from '../../../src/app/record.ts';
import { SHORTEST_AFTER, takeoverBounds, takeoverOf } from '../../../src/app/takeover.ts';
import { takeoverCaveats } from '../../../src/app/takeover-caveats.ts';

describe('x-covey', () => {
  it.each<[string, unknown, object | null]>([
    ['that is not there', undefined, null],
    ['that is empty', null, null],
    ['without a takeover', { takeover: null }, null],
    ['with both bounds', { takeover: { after: '30s', 'max-age': '1h' } }, { after: '30s', max_age: '1h' }],
    ['with the age alone', { takeover: { 'max-age': '15m' } }, { after: '10s', max_age: '15m' }],
  ])('%s', (_what, given, takeover) => {
    expect(takeoverOf(given)).toEqual({ takeover, problems: [] });
  });

  it.each<[string, unknown, string]>([
    [
      'a bound that the lease does not allow',
      { takeover: { after: '9s', 'max-age': '1h' } },
      'x-covey: takeover.after: 9s is too short: 10 s at least',
    ],
    [
      'no age',
      { takeover: {} },
      'x-covey: takeover.max-age: is needed: how old the data may be, such as "1h"',
    ],
    [
      'an age of never',
      { takeover: { 'max-age': 'off' } },
      'x-covey: takeover.max-age: "off" is no age: leave takeover out where no slave is to take over by itself',
    ],
    [
      'an age in words',
      { takeover: { 'max-age': 'new' } },
      'x-covey: takeover.max-age: "new" is no interval',
    ],
    [
      'what covey does not know',
      { takeover: { 'max-age': '1h', before: '1s' } },
      'x-covey: takeover: Unrecognized key: "before"',
    ],
    ['another word', { take: {} }, 'x-covey: Unrecognized key: "take"'],
    ['a text', 'on', 'x-covey: Invalid input: expected object, received string'],
  ])('%s is refused', (_what, given, problem) => {
    const { takeover, problems } = takeoverOf(given);
    expect(takeover).toBeNull();
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('of a compose file comes into the release, and what is wrong refuses it', () => {
    const source = { project: 'foo', commit: 'c', driver: 'd', hasUpdateScript: false };
    const config = (takeover: object) => ({ name: 'foo', services: {}, 'x-covey': { takeover } });
    const read = (takeover: object) => describeRelease({ ...source, config: config(takeover) });
    expect(read({ 'max-age': '2h' }).takeover).toEqual({ after: '10s', max_age: '2h' });
    expect(() => read({ 'max-age': '2 hours' })).toThrow('x-covey: takeover.max-age');
  });
});

describe('a record', () => {
  const record = (takeover: unknown) =>
    JSON.stringify({ repo_url: 'https://h/a', branch: 'm', master: 'n1', takeover });

  it('tells the bounds in milliseconds, or that nobody takes over', () => {
    const read = (takeover: unknown) => takeoverBounds(parseRecord('a', record(takeover)));
    expect(read({ after: '10s', max_age: '1h' })).toEqual({ after: SHORTEST_AFTER, maxAge: 3_600_000 });
    expect(read(null)).toBeUndefined();
    expect(read(undefined)).toBeUndefined();
  });

  it('with a bound that the lease does not allow is not read', () => {
    expect(() => parseRecord('a', record({ after: '1s', max_age: '1h' }))).toThrow();
  });
});

describe('what is said before', () => {
  const volume = (full: string, more: { replicated?: boolean; labels?: Record<string, string> } = {}) => ({
    ...{ short: full, full, replicated: true, labels: {}, driver: 'd' },
    ...more,
  });
  const takeover = { after: '10s', max_age: '1h' };

  it.each<[string, ReturnType<typeof volume>[], string | null, string[]]>([
    ['nothing is wrong', [volume('db', { labels: { 'covey.replicate': '5m' } })], 'node2', []],
    [
      'there is no slave',
      [],
      null,
      ['There is no automatic takeover without a slave: deploy it with --slave.'],
    ],
    [
      'a volume is the node’s own',
      [volume('db', { replicated: false })],
      'node2',
      ['db is not replicated: after an automatic takeover the app begins with an empty one.'],
    ],
    [
      'a volume is never sent',
      [volume('db', { labels: { 'covey.replicate': 'off' } })],
      'node2',
      ['db is never replicated (covey.replicate), so no slave can take over by itself.'],
    ],
    [
      'a volume is sent too seldom',
      [volume('db')],
      'node2',
      [
        'db is replicated every 1 h, and an automatic takeover wants data younger than 1 h: it will often be refused. ' +
          'Replicate it more often (covey.replicate).',
      ],
    ],
  ])('%s', (_what, volumes, slave, expected) => {
    expect(takeoverCaveats({ takeover, volumes }, slave)).toEqual(expected);
    expect(takeoverCaveats({ takeover: null, volumes }, slave)).toEqual([]);
  });
});
