import { describe, expect, it } from 'vitest';
import { deltaFor, merge, type NodeDelta } from '../../../src/gossip/delta.ts';
import type { Entry, NodeState } from '../../../src/gossip/node-state.ts';
import { entryBytes, stampBytes } from '../../../src/gossip/size.ts';
import { compareStamps, type Stamp, unknown } from '../../../src/gossip/stamp.ts';

const stamp = (version: number, floor = 0, more: Partial<Stamp> = {}): Stamp => ({
  ...{ node: 'n', incarnation: 7, version, floor, goneAt: 0 },
  ...more,
});
const live = (key: string, version: number): Entry => ({ key, version, value: `"${key}${version}"` });
const dead = (key: string, version: number): Entry => ({ key, version, value: undefined });
const state = (of: Stamp, ...entries: Entry[]): NodeState => ({ stamp: of, entries });
const ALL = 100_000;

/** Room for a delta with these entries and no more. */
const room = (...entries: Entry[]) =>
  stampBytes(stamp(9)) + 8 + entries.reduce((sum, entry) => sum + entryBytes(entry), 0);

describe('the order of stamps', () => {
  const inOrder: [string, Stamp][] = [
    ['nothing', unknown('n')],
    ['a run that has said nothing', stamp(0)],
    ['some', stamp(3)],
    ['more', stamp(8)],
    ['less, but cut from a state with later deletions behind it', stamp(3, 10)],
    ['more of that', stamp(6, 10)],
    ['beyond these deletions', stamp(11)],
    ['as much, with tombstones collected', stamp(11, 10)],
    ['gone', stamp(0, 0, { goneAt: 1 })],
    ['said to be gone later', stamp(0, 0, { goneAt: 2 })],
    ['the next run', stamp(0, 0, { incarnation: 8 })],
  ];

  it('goes from nothing to the next run', () => {
    const shuffled = inOrder.toReversed();
    expect(shuffled.toSorted(([, a], [, b]) => compareStamps(a, b)).map(([name]) => name)).toEqual(
      inOrder.map(([name]) => name),
    );
  });
});

describe('a delta', () => {
  const whole = state(stamp(9), live('a', 2), live('b', 5), dead('c', 6), live('d', 9));

  it.each<[string, Stamp, Partial<NodeDelta>]>([
    ['all for who knows nothing', unknown('n'), { from: 0, to: 9, entries: whole.entries }],
    ['what is above a version', stamp(5), { from: 5, to: 9, entries: [dead('c', 6), live('d', 9)] }],
    ['all for who knows another run', stamp(30, 0, { incarnation: 6 }), { from: 0, entries: whole.entries }],
    ['all for who knows a run that is gone', stamp(0, 0, { incarnation: 6, goneAt: 5 }), { from: 0 }],
  ])('has %s', (_, theirs, expected) => {
    expect(deltaFor(whole, theirs, ALL)).toMatchObject({ stamp: whole.stamp, ...expected });
  });

  it('is cut behind an entry, and says how far it goes', () => {
    const [a, b] = whole.entries as [Entry, Entry];
    expect(deltaFor(whole, unknown('n'), room(a, b))).toMatchObject({ to: 5, entries: [a, b] });
    expect(deltaFor(whole, unknown('n'), room(a, b) - 1)).toMatchObject({ to: 2, entries: [a] });
    expect(deltaFor(whole, unknown('n'), room(a) - 1)).toBeUndefined();
    expect(deltaFor(whole, unknown('n'), 5)).toBeUndefined();
  });

  it('is the whole state for who may have what is collected here', () => {
    const collected = state(stamp(9, 6), live('a', 2), live('b', 5), live('d', 9));
    expect(deltaFor(collected, stamp(5), ALL)).toMatchObject({ from: 0, entries: collected.entries });
    expect(deltaFor(collected, stamp(6), ALL)).toMatchObject({ from: 6, entries: [live('d', 9)] });
    // Cut from a state that had collected as much: it goes on from there.
    expect(deltaFor(collected, stamp(2, 6), ALL)).toMatchObject({ from: 2 });
  });

  it('says that tombstones are collected where that is all', () => {
    expect(deltaFor(state(stamp(9, 6), live('d', 9)), stamp(9), ALL)).toMatchObject({ from: 9, entries: [] });
  });

  it('says that a node is gone, and nothing else', () => {
    const gone = state(stamp(0, 0, { goneAt: 1 }));
    expect(deltaFor(gone, stamp(9), ALL)).toEqual({ stamp: gone.stamp, from: 0, to: 0, entries: [] });
  });
});

describe('merging', () => {
  const delta = (of: Stamp, from: number, to: number, ...entries: Entry[]): NodeDelta => ({
    ...{ stamp: of, from, to, entries },
  });

  it('replaces keys by their later versions', () => {
    const merged = merge(state(stamp(2), live('a', 1), live('b', 2)), delta(stamp(4), 2, 4, live('a', 4)));
    expect(merged).toEqual(state(stamp(4), live('b', 2), live('a', 4)));
  });

  it('takes of a delta what is new', () => {
    const merged = merge(state(stamp(2), live('b', 2)), delta(stamp(4), 0, 4, live('b', 2), live('a', 4)));
    expect(merged).toEqual(state(stamp(4), live('b', 2), live('a', 4)));
  });

  it('takes nothing behind a gap', () => {
    expect(merge(state(stamp(2), live('b', 2)), delta(stamp(9), 3, 9, live('a', 9)))).toBe('gap');
    expect(merge(undefined, delta(stamp(9), 3, 9, live('a', 9)))).toBe('gap');
  });

  it.each<[string, NodeState, NodeDelta]>([
    ['what is known', state(stamp(9), live('a', 9)), delta(stamp(9), 8, 9, live('a', 9))],
    ['an earlier run', state(stamp(0, 0, { incarnation: 8 })), delta(stamp(9), 0, 9, live('a', 9))],
    ['a run that is over', state(stamp(0, 0, { goneAt: 1 })), delta(stamp(9), 0, 9, live('a', 9))],
    ['a first piece of what is known', state(stamp(5), live('a', 5)), delta(stamp(9), 0, 3, live('b', 3))],
  ])('takes nothing of %s', (_, held, old) => {
    expect(merge(held, old)).toBe('old');
  });

  it('drops what was deleted, with its tombstone, when the deletion is collected', () => {
    const held = state(stamp(5), live('a', 1), live('k', 5));
    // At the sender k was deleted with version 9, and that is collected since.
    const merged = merge(held, delta(stamp(12, 10), 0, 12, live('a', 1), live('d', 12)));
    expect(merged).toEqual(state(stamp(12, 10), live('a', 1), live('d', 12)));
  });

  it('takes nothing from who has not heard of deletions that are settled here, though that is of a higher version', () => {
    const inPieces = state(stamp(3, 10), live('a', 3));
    expect(merge(inPieces, delta(stamp(8), 3, 8, live('k', 5), live('b', 8)))).toBe('old');
  });

  it('goes on in pieces from who has all tombstones, and then knows of those that it has not', () => {
    const inPieces = state(stamp(3, 10), live('a', 3));
    const rest = delta(stamp(11), 3, 11, dead('k', 9), live('b', 11));
    expect(merge(inPieces, rest)).toEqual(state(stamp(11, 10), live('a', 3), live('b', 11)));
  });

  it('drops tombstones when the node has collected them', () => {
    const held = state(stamp(9), live('a', 2), dead('c', 6), dead('d', 9));
    expect(merge(held, delta(stamp(9, 6), 9, 9))).toEqual(state(stamp(9, 6), live('a', 2), dead('d', 9)));
  });

  it('holds nothing of a node that is gone', () => {
    const gone = stamp(0, 0, { goneAt: 1 });
    expect(merge(state(stamp(9), live('a', 9)), delta(gone, 0, 0))).toEqual(state(gone));
  });
});
