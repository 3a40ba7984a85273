import { afterEach, expect, it } from 'vitest';
import { formatHold, type Hold, parseHold } from '../../../src/app/hold.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { tendHolds } from '../../../src/peer/holds.ts';

const KEY = 'covey/hold/shop';
const move = { node: 'n2', from: 'n1', operation: 'r' };
let stop = new AbortController();
afterEach(() => stop.abort());

/** A peer that looks again and again at one hold; gives each state that it is in, `gone` at the end. */
function peer(value: string, { journal = false, locked = false, fails = 0, after = 0 } = {}) {
  stop = new AbortController();
  let entry: { key: string; value: string; modifyIndex: number; createIndex: number } | undefined = {
    ...{ key: KEY, value, modifyIndex: 3, createIndex: 3 },
  };
  let failures = fails;
  const states: string[] = [];
  let looks = 0;
  let looked = () => {};
  const write = (next: typeof entry, index: number | undefined) => {
    if (entry === undefined || index !== entry.modifyIndex) return false;
    entry = next;
    states.push(next === undefined ? 'gone' : (parseHold(next.value)?.state ?? ''));
    return true;
  };
  const kv = {
    list: async () => {
      looks += 1;
      looked();
      return entry === undefined ? [] : [entry];
    },
    get: async () => {
      if (failures-- > 0) throw new CoveyError('unavailable', 'no leader');
      return journal ? { key: '', value: '', modifyIndex: 1, createIndex: 1 } : undefined;
    },
    cas: async (key: string, next: string, index: number) => {
      const made = { key, value: next, modifyIndex: index + 1, createIndex: 3 };
      return write(made, index) ? made.modifyIndex : undefined;
    },
    remove: async (_: string, index?: number) => write(undefined, index),
  };
  const locks = { holder: async () => (locked ? ('unknown' as const) : undefined) };
  void tendHolds({ kv, locks, logger: createLogger({ level: 'silent' }), every: 1, after }, stop.signal);
  return {
    states,
    /** Until it has looked that often more. */
    looks: async (count: number) => {
      const wanted = looks + count;
      while (looks < wanted) await new Promise<void>((resolve) => (looked = resolve));
    },
    /** Somebody writes it, as it is. */
    touch: () => {
      if (entry) entry = { ...entry, modifyIndex: entry.modifyIndex + 1 };
    },
  };
}

const hold = (more: Partial<Hold>) => formatHold({ ...move, state: 'held', ...more });

it.each<[string, string, string[]]>([
  ['a move', hold({}), ['returning', 'returned', 'gone']],
  ['a move that was only prepared', hold({ state: 'preparing' }), ['returned', 'gone']],
  ['a move on its way back', hold({ state: 'returning' }), ['returned', 'gone']],
  ['a redeploy', hold({ node: 'n1' }), ['returned', 'gone']],
  ['one that has ended', hold({ state: 'open' }), ['gone']],
  ['what cannot be read', '{', ['gone']],
])('of %s that nobody is at work on nothing is left', async (_, value, expected) => {
  const { states, looks } = peer(value);
  await looks(expected.length + 2);
  expect(states).toEqual(expected);
});

it.each([
  ['the operation has a journal', { journal: true }],
  ['somebody has the lock', { locked: true }],
])('a hold stays where %s', async (_, more) => {
  const { states, looks } = peer(hold({}), more);
  await looks(5);
  expect(states).toEqual([]);
});

it('one that has ended stays for a while, from when it was written last', async () => {
  const early = peer(hold({ state: 'returned' }), { after: 60_000 });
  await early.looks(5);
  expect(early.states).toEqual([]);
  stop.abort();
  const soon = peer(hold({ state: 'returned' }), { after: 50 });
  await soon.looks(1);
  const touched = performance.now();
  soon.touch();
  while (soon.states.length === 0) await soon.looks(1);
  expect(performance.now() - touched).toBeGreaterThanOrEqual(50);
});

it('without Consul it tries again', async () => {
  const { states, looks } = peer(hold({ node: 'n1' }), { fails: 2 });
  await looks(6);
  expect(states).toEqual(['returned', 'gone']);
});
