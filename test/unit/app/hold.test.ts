import { expect, it } from 'vitest';
import { formatHold, holdKey, parseHold } from '../../../src/app/hold.ts';

it('says where requests wait, and is read again', () => {
  const hold = { node: 'n2', from: 'n1', operation: 'r', state: 'held' as const };
  expect(parseHold(formatHold(hold))).toEqual(hold);
  expect(holdKey('shop')).toBe('covey/hold/shop');
});

it.each([
  '',
  '{',
  '{"node":"n1"}',
  JSON.stringify({ node: 'n1', from: 'n1', operation: 'r', state: 'ajar' }),
])('holds nothing where it cannot be read: %s', (text) => {
  expect(parseHold(text)).toBeUndefined();
});
