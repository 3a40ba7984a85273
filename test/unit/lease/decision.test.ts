import { describe, expect, it } from 'vitest';
import { SHORTEST_AFTER } from '../../../src/app/takeover.ts';
import {
  graceAt,
  KILL_AFTER,
  RENEW_EVERY,
  RENEWAL_DEADLINE,
  STOP_AFTER,
  UNGUARDED_AFTER,
} from '../../../src/lease/bounds.ts';
import { decide, hindrance, type Situation } from '../../../src/lease/decision.ts';

const lease = { covers: true, guarded: true, silentFor: 10_000, hasChanged: true, seenAfter: 500 };
const lost: Situation = {
  ...{ master: 'node1', after: 10_000, maxAge: 3_600_000, consulAnswers: true, state: 'failed' },
  ...{ reachedBy: [], lease, unfinishedOn: undefined, volumes: [{ volume: 'db', age: 60_000 }] },
};

describe('the slave takes over', () => {
  it.each<[string, Partial<Situation>]>([
    ['from a master that is lost', {}],
    ['with data as old as it may be', { volumes: [{ volume: 'db', age: 3_600_000 }] }],
    ['what has no volumes', { volumes: [] }],
    ['when the master was there just so long', { lease: { ...lease, seenAfter: UNGUARDED_AFTER } }],
  ])('%s', (_what, more) => {
    expect(decide({ ...lost, ...more })).toEqual({ verdict: 'take over' });
    expect(hindrance({ ...lost, ...more })).toBeUndefined();
  });
});

describe('the slave waits', () => {
  it.each<[string, Partial<Situation>, string]>([
    ['for Consul', { consulAnswers: false }, 'Consul does not answer'],
    ['for a node that Consul does not know', { state: undefined }, 'Consul does not know node1'],
    ['while the master is alive', { state: 'alive' }, 'node1 is alive'],
    [
      'while a peer reaches the master',
      { reachedBy: ['node2', 'node3'] },
      'node2, node3 can reach node1, which is lost for Consul only',
    ],
    [
      'until it is worth to begin',
      { lease: { ...lease, silentFor: 5_999 } },
      'node1 has been gone for 5 s of 10 s',
    ],
    [
      'as long as the app says',
      { after: 60_000, lease: { ...lease, silentFor: 30_000 } },
      'node1 has been gone for 30 s of 1 min',
    ],
  ])('%s', (_what, more, why) => {
    expect(decide({ ...lost, ...more })).toEqual({ verdict: 'wait', why });
  });
});

describe('people decide', () => {
  it.each<[string, Partial<Situation>, string]>([
    ['when the master has left', { state: 'left' }, 'node1 has left the cluster, so somebody has seen to it'],
    [
      'without a lease',
      { lease: undefined },
      'node1 has no lease: it is not known to stop the app when it is cut off',
    ],
    [
      'when the lease is about others',
      { lease: { ...lease, covers: false } },
      'the lease of node1 does not name the app',
    ],
    [
      'when the peer was stopped on purpose',
      { lease: { ...lease, guarded: false } },
      'the peer of node1 was stopped on purpose, so the app may run on there without it',
    ],
    [
      'when this node has just started',
      { lease: { ...lease, hasChanged: false } },
      'this node has not seen node1 renew its lease: it started after that was lost',
    ],
    [
      'when the peer died before the node',
      { lease: { ...lease, seenAfter: 7_000 } },
      'node1 was there 7 s after it renewed its lease last: its peer was gone before it, so the app may run on there',
    ],
    [
      'when another operation is in the way',
      { unfinishedOn: 'node3' },
      'an operation that has not ended was at work on node3, which does not answer',
    ],
    ['without a replica', { volumes: [{ volume: 'db', age: null }] }, 'there is no replica of db'],
    [
      'with old data',
      {
        volumes: [
          { volume: 'db', age: 7_200_000 },
          { volume: 'files', age: null },
        ],
      },
      'the replica of db is 2 h old, older than 1 h; there is no replica of files',
    ],
  ])('%s', (_what, more, why) => {
    expect(decide({ ...lost, ...more })).toEqual({ verdict: 'refuse', why });
    expect(hindrance({ ...lost, ...more })).toBe(why);
  });
});

describe('before the master is lost', () => {
  const alive: Situation = {
    ...lost,
    state: 'alive',
    reachedBy: ['node3'],
    lease: { ...lease, silentFor: 1_000 },
  };

  it.each<[string, Partial<Situation>, string | undefined]>([
    ['nothing stands in the way', {}, undefined],
    ['old data does', { volumes: [{ volume: 'db', age: null }] }, 'there is no replica of db'],
    [
      'a peer that was stopped does',
      { lease: { ...lease, guarded: false, silentFor: 60_000 } },
      'the peer of node1 was stopped on purpose, so the app may run on there without it',
    ],
    [
      'a peer that is gone does',
      { lease: { ...lease, silentFor: 11_000 } },
      'node1 is alive, but does not renew its lease',
    ],
  ])('%s', (_what, more, why) => {
    expect(hindrance({ ...alive, ...more })).toBe(why);
  });
});

/** Every combination of what a slave may see, against the conditions as the documentation has them. */
it('takes over where all conditions hold, and nowhere else', () => {
  const both = [true, false];
  let takeovers = 0;
  for (const consulAnswers of both)
    for (const state of ['alive', 'failed', 'left', undefined] as const)
      for (const reachedBy of [[], ['node3']])
        for (const covers of both)
          for (const guarded of both)
            for (const hasChanged of both)
              for (const silentFor of [0, 5_999, 6_000, 90_000])
                for (const seenAfter of [0, UNGUARDED_AFTER, UNGUARDED_AFTER + 1])
                  for (const unfinishedOn of [undefined, 'node3'])
                    for (const age of [null, 0, 3_600_000, 3_600_001]) {
                      const its = { covers, guarded, hasChanged, silentFor, seenAfter };
                      const { verdict } = decide({
                        ...{ ...lost, consulAnswers, state, reachedBy, unfinishedOn, lease: its },
                        volumes: [{ volume: 'db', age }],
                      });
                      const may =
                        consulAnswers &&
                        state === 'failed' &&
                        reachedBy.length === 0 &&
                        covers &&
                        guarded &&
                        hasChanged &&
                        silentFor >= 6_000 &&
                        seenAfter <= UNGUARDED_AFTER &&
                        unfinishedOn === undefined &&
                        age !== null &&
                        age <= 3_600_000;
                      expect(verdict === 'take over').toBe(may);
                      if (may) takeovers += 1;
                    }
  expect(takeovers).toBe(2 * 2 * 2);
});

describe('the bounds', () => {
  it('leave room for two renewals that fail before anything stops', () => {
    expect(RENEW_EVERY + 2 * RENEWAL_DEADLINE).toBeLessThan(STOP_AFTER);
  });

  it('end what runs before the slave may begin', () => {
    for (let age = 0; age <= KILL_AFTER + 2_000; age += 100) {
      const ends = Math.max(age, STOP_AFTER) + graceAt(Math.max(age, STOP_AFTER)) * 1000;
      if (age <= KILL_AFTER) expect(ends).toBeLessThanOrEqual(KILL_AFTER + 1_000);
      else expect(graceAt(age)).toBe(0);
    }
    expect(KILL_AFTER + 1_000).toBeLessThan(SHORTEST_AFTER);
  });
});
