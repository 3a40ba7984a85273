import { expect, it } from 'vitest';
import { hasOwnPorts } from '../../../src/app/ports.ts';

it.each<[string, Record<string, unknown>, boolean]>([
  ['nothing', {}, false],
  ['rules of sites alone', { 'http-in': {}, 'https-in': {} }, false],
  ['a frontend of its own beside them', { 'http-in': {}, ssh: {} }, true],
])('whether HAPROXY brings ports: %s', (_, haproxy, has) => {
  expect(hasOwnPorts(haproxy)).toBe(has);
});
