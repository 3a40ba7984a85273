import { beforeEach, describe, expect, it } from 'vitest';
import { createSigns, type Signs } from '../../../src/lease/signs.ts';
import { formatLease, type Lease, parseLease } from '../../../src/lease/value.ts';

const lease: Lease = { incarnation: 'a', counter: 1, apps: ['app'], guarded: true };
const entries = (more: Partial<Lease> = {}) => [
  { key: 'covey/lease/node1', value: formatLease({ ...lease, ...more }) },
];

let now = 0;
let signs: Signs;
beforeEach(() => {
  now = 1_000;
  signs = createSigns(() => now);
});

describe('a lease', () => {
  it('is silent since it was seen to change', () => {
    signs.leases(entries());
    now = 3_000;
    expect(signs.of('node1')).toEqual({ lease, silentFor: 2_000, hasChanged: false, seenAfter: 0 });
    signs.leases(entries({ counter: 2 }));
    now = 3_500;
    expect(signs.of('node1')).toMatchObject({ silentFor: 500, hasChanged: true });
  });

  it('is renewed by another life of the peer too', () => {
    signs.leases(entries());
    now = 3_000;
    signs.leases(entries({ incarnation: 'b' }));
    expect(signs.of('node1')).toMatchObject({ silentFor: 0, hasChanged: true });
  });

  it('is not renewed by who takes it', () => {
    signs.leases(entries());
    now = 9_000;
    signs.leases(entries({ taken_by: 'node2', takes: 1 }));
    expect(signs.of('node1')).toMatchObject({ silentFor: 8_000, lease: { taken_by: 'node2' } });
  });

  it('that is gone, or that nobody can read, is none', () => {
    signs.leases(entries());
    signs.leases([{ key: 'covey/lease/node1', value: '{' }]);
    expect(signs.of('node1')).toBeUndefined();
    signs.leases(entries());
    signs.leases([]);
    expect(signs.of('node1')).toBeUndefined();
    expect(parseLease('{"incarnation":"a"}')).toBeUndefined();
  });
});

it('a sign of life counts from the last renewal, and an older one takes nothing back', () => {
  signs.leases(entries());
  signs.alive('node1', 500);
  expect(signs.of('node1')?.seenAfter).toBe(0);
  signs.alive('node1', 8_000);
  signs.alive('node1', 7_000);
  signs.alive('node2', 9_000);
  expect(signs.of('node1')?.seenAfter).toBe(7_000);
  signs.leases(entries({ counter: 2 }));
  expect(signs.of('node1')?.seenAfter).toBe(0);
});
