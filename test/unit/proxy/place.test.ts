import { describe, expect, it } from 'vitest';
import { formatHold, type HoldState } from '../../../src/app/hold.ts';
import { placeOf } from '../../../src/proxy/cutover/place.ts';
import { viewOf } from '../../../src/proxy/view.ts';

function place(node: string, state: HoldState, to = 'n2') {
  const record = { repo_url: 'https://h/a', branch: 'm', master: 'n1', ip: '192.0.2.1' };
  const hold = { node: to, from: 'n1', operation: 'r', state };
  const view = viewOf({
    apps: [{ key: 'app/a', value: JSON.stringify(record), modifyIndex: 5 }],
    maintenance: [],
    members: [{ name: 'n2', address: '2001:db8::2' }],
    holds: [{ key: 'covey/hold/a', value: formatHold(hold), modifyIndex: 7 }],
  });
  const [app] = view.apps;
  if (app === undefined || !('record' in app)) throw new Error('the record is read');
  return placeOf(view, app, node);
}

describe('a node in a cutover', () => {
  it('has no place in it where it does what it would do anyhow', () => {
    expect(place('n3', 'preparing')).toBeUndefined();
  });

  it("has one where connections to the app's ports go on, though its site is there as ever", () => {
    const there = place('n1', 'returning');
    expect(there).toEqual({ standing: { leadsTo: 'n1', hasSite: true, ports: 'open' } });
  });

  it('passes on to the address of the other one, and knows it beforehand', () => {
    const address = '2001:db8::2';
    expect(place('n1', 'held')).toMatchObject({ standing: { passesTo: 'n2', isAside: true }, address });
    expect(place('n1', 'preparing')).toEqual({
      standing: { leadsTo: 'n1', hasSite: true, passesTo: 'n2' },
      address,
    });
  });

  it('cannot pass on to a node of which no address is known', () => {
    expect(() => place('n1', 'held', 'n9')).toThrow('a is passed on to n9, of which no address is known.');
  });
});
