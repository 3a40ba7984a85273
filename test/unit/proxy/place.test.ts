import { describe, expect, it } from 'vitest';
import { formatHold, type HoldState } from '../../../src/app/hold.ts';
import { cutoverSite, placeOf } from '../../../src/proxy/place.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import { haproxyDefaults } from '../../../src/render/haproxy/settings.ts';

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
    expect(place('n1', 'preparing')).toBeUndefined();
    expect(place('n3', 'preparing')).toBeUndefined();
  });

  it("has one where connections to the app's ports go on, though its site is there as ever", () => {
    const there = place('n1', 'returning');
    expect(there).toMatchObject({ standing: { leadsTo: 'n1', site: 'own', ports: 'open' } });
    expect(there && cutoverSite('a', there, haproxyDefaults)).toEqual({ node: 'n1', site: undefined });
  });

  it('passes on to the address of the other one', () => {
    const there = place('n1', 'held');
    expect(there).toMatchObject({ node: 'n1', address: '2001:db8::2' });
    expect(there && cutoverSite('a', there, haproxyDefaults)).toEqual({
      node: 'n1',
      site: { passTo: { http: 'http://[2001:db8::2]:1080', https: 'https://[2001:db8::2]:1443' } },
    });
  });

  it('has a site where requests wait, by sockets of the app alone', () => {
    const there = place('n2', 'held');
    expect(there && cutoverSite('a', there, haproxyDefaults)).toEqual({
      node: 'n2',
      site: {
        hold: {
          http: '/run/covey/hold-ca978112ca1b-http.sock',
          https: '/run/covey/hold-ca978112ca1b-https.sock',
        },
      },
    });
  });

  it('cannot pass on to a node of which no address is known', () => {
    expect(() => place('n1', 'held', 'n9')).toThrow('a is passed on to n9, of which no address is known.');
  });
});
