import { describe, expect, it } from 'vitest';
import type { HoldState } from '../../../src/app/hold.ts';
import { type Standing, standingOf } from '../../../src/proxy/cutover/standing.ts';

/** Of n1 (the master so far), n2 (to which it moves) and n3. */
function move(state: HoldState, { master = 'n1', index = 5 } = {}): Standing[] {
  const hold = { node: 'n2', from: 'n1', operation: 'r', state, index: 7 };
  return ['n1', 'n2', 'n3'].map((node) => standingOf(node, { master, index }, hold));
}

describe('what a node does for an app', () => {
  it('follows from the record alone where there is no cutover', () => {
    const record = { master: 'n1', index: 5 };
    expect(standingOf('n1', record, undefined)).toEqual({ leadsTo: 'n1', hasSite: true });
    expect(standingOf('n2', record, undefined)).toEqual({ leadsTo: 'n1', hasSite: false });
  });

  it('lets requests wait on the node where the app is started anew, and all others lead there', () => {
    const hold = { node: 'n1', from: 'n1', operation: 'r', state: 'held' as const, index: 7 };
    const record = { master: 'n1', index: 5 };
    expect(standingOf('n1', record, hold)).toEqual({
      ...{ leadsTo: 'n1', hasSite: true, isAside: true, waits: 'closed', ports: 'closed' },
    });
    expect(standingOf('n2', record, hold)).toEqual({ leadsTo: 'n1', hasSite: false });
    const open = { ...hold, state: 'open' as const };
    expect(standingOf('n1', { ...record, index: 7 }, open)).toEqual({
      ...{ leadsTo: 'n1', hasSite: true, waits: 'open', ports: 'open' },
    });
  });

  it('of a move: the new master is ready first, and the way to it; then the others turn, and the old one passes on', () => {
    expect(move('preparing')).toEqual([
      { leadsTo: 'n1', hasSite: true, passesTo: 'n2' },
      { leadsTo: 'n2', hasSite: true, isAside: true, waits: 'closed', ports: 'closed' },
      { leadsTo: 'n1', hasSite: false },
    ]);
    expect(move('held')).toEqual([
      { leadsTo: 'n1', hasSite: true, isAside: true, passesTo: 'n2', ports: 'closed' },
      { leadsTo: 'n2', hasSite: true, isAside: true, waits: 'closed', ports: 'closed' },
      { leadsTo: 'n2', hasSite: false },
    ]);
    expect(move('open', { master: 'n2', index: 7 })).toEqual([
      { leadsTo: 'n1', hasSite: true, isAside: true, passesTo: 'n2', ports: 'open' },
      { leadsTo: 'n2', hasSite: true, waits: 'open', ports: 'open' },
      { leadsTo: 'n2', hasSite: false },
    ]);
  });

  it('of a move that is undone: the old master serves first, and the other one passes on what has waited', () => {
    expect(move('returning')).toEqual([
      { leadsTo: 'n1', hasSite: true, ports: 'open' },
      { leadsTo: 'n2', hasSite: true, isAside: true, waits: 'closed', ports: 'closed' },
      { leadsTo: 'n2', hasSite: false },
    ]);
    expect(move('returned')).toEqual([
      { leadsTo: 'n1', hasSite: true, ports: 'open' },
      { leadsTo: 'n2', hasSite: true, isAside: true, passesTo: 'n1', waits: 'open', ports: 'open' },
      { leadsTo: 'n1', hasSite: false },
    ]);
  });

  it('is as before the end as long as the record that goes with it is not there', () => {
    expect(move('open')).toEqual(move('held'));
    expect(move('open', { index: 6 })).toEqual(move('held'));
  });

  it('follows the newest record, when the app has moved once more since', () => {
    expect(move('open', { master: 'n3', index: 9 })).toEqual([
      { leadsTo: 'n1', hasSite: true, isAside: true, passesTo: 'n3', ports: 'open' },
      { leadsTo: 'n2', hasSite: true, isAside: true, passesTo: 'n3', waits: 'open', ports: 'open' },
      { leadsTo: 'n3', hasSite: true },
    ]);
  });
});
