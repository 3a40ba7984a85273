import { describe, expect, it } from 'vitest';
import type { HoldState } from '../../../src/app/hold.ts';
import { standingOf, type ViewedHold } from '../../../src/proxy/cutover/standing.ts';

/** What a node may have heard. */
interface Heard {
  record: { master: string; index: number };
  hold?: ViewedHold;
}

const move = (state: HoldState, index: number, [from, node] = ['n1', 'n2']): ViewedHold => ({
  ...{ node: node ?? '', from: from ?? '', operation: 'r', state, index },
});
const ON_N1 = { master: 'n1', index: 5 };
const ON_N2 = { master: 'n2', index: 9 };
const BACK_ON_N1 = { master: 'n1', index: 14 };

/** Where a node sends connections to the app's ports. Undefined: to its own container, or they wait. */
function sendsTo(node: string, { record, hold }: Heard): string | undefined {
  const { ports } = standingOf(node, record, hold);
  return ports === 'closed' || record.master === node ? undefined : record.master;
}

const before: Heard = { record: ON_N1 };
const prepared: Heard = { record: ON_N1, hold: move('preparing', 6) };
const held: Heard = { record: ON_N1, hold: move('held', 7) };
const opened: Heard = { record: ON_N2, hold: move('open', 9) };
/** The record and the hold of a commit come by different ways. */
const opening: Heard[] = [{ ...opened, record: ON_N1 }, { ...opened, hold: move('held', 7) }, opened];
const returning: Heard = { record: ON_N1, hold: move('returning', 8) };
const returned: Heard = { record: ON_N1, hold: move('returned', 9) };
const back: Heard[] = (['preparing', 'held'] as const).map((state, at) => ({
  ...{ record: ON_N2, hold: move(state, 11 + at, ['n2', 'n1']) },
}));
const backAgain: Heard = { record: BACK_ON_N1, hold: move('open', 14, ['n2', 'n1']) };

describe('no connection to a port of an app goes round between two nodes', () => {
  it.each<[string, { old: Heard[]; next: Heard[] }]>([
    // The new master has acknowledged `preparing` before anything else is written.
    ['until the record says that it has moved', { old: [before, prepared, held], next: [before, prepared] }],
    [
      'at its commit, whoever hears of it first',
      { old: [before, prepared, held, ...opening], next: [prepared, held, ...opening] },
    ],
    [
      'once the hold is removed',
      { old: [...opening, { record: ON_N2 }], next: [held, ...opening, { record: ON_N2 }] },
    ],
    // Who has to go back to serving may be silent.
    [
      'where it is undone',
      {
        old: [before, prepared, held, returning, returned],
        next: [before, prepared, held, returning, returned],
      },
    ],
    // Both serve what is, or nothing is held; and the first to go on has acknowledged that it is to receive.
    ['as it moves back', { old: [...back, backAgain], next: [opened, ...back, backAgain] }],
  ])('%s', (_, { old, next }) => {
    for (const first of old)
      for (const second of next) {
        const both = [sendsTo('n1', first), sendsTo('n2', second)];
        expect(both, JSON.stringify([first, second])).not.toEqual(['n2', 'n1']);
      }
  });

  it('and none is sent on where it is to wait', () => {
    for (const node of ['n1', 'n2']) expect(sendsTo(node, held)).toBeUndefined();
    expect(sendsTo('n3', held)).toBe('n1');
    expect(sendsTo('n1', opened)).toBe('n2');
    expect(sendsTo('n2', returned)).toBe('n1');
  });
});
