import { expect, it } from 'vitest';
import { type Condition, checksOf, isReady } from '../../../src/monitoring/checks.ts';

const NOW = 1_000_000;
const good: Condition = {
  now: NOW,
  isServing: true,
  hasRecords: true,
  hasApplied: true,
  behindSince: undefined,
  consulAnswers: true,
};

it.each<[string, Partial<Condition>, boolean, string | undefined]>([
  ['all is well', {}, true, undefined],
  ['it takes no calls', { isServing: false }, false, 'grpc'],
  ['no records were read', { hasRecords: false }, false, 'records'],
  ['the proxies have served nothing yet', { hasApplied: false }, false, 'proxies'],
  ['the newest records wait for a moment', { behindSince: NOW - 29_999 }, true, undefined],
  ['the newest records wait for long', { behindSince: NOW - 30_000 }, false, 'proxies'],
  ['Consul does not answer', { consulAnswers: false }, true, 'consul'],
])('%s', (_name, more, ready, failing) => {
  const checks = checksOf({ ...good, ...more });
  expect(isReady(checks)).toBe(ready);
  const not = Object.entries(checks).filter(([, { ok }]) => !ok);
  expect(not.map(([name]) => name)).toEqual(failing === undefined ? [] : [failing]);
});

it('says how long the proxies have been behind', () => {
  const { proxies } = checksOf({ ...good, behindSince: NOW - 61_000 });
  expect(proxies).toEqual({
    ok: false,
    says: 'have not served the newest records for 61 s: see `covey doctor`',
  });
});
