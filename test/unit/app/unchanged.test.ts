import { expect, it } from 'vitest';
import { isUnchanged } from '../../../src/app/unchanged.ts';

const db = {
  image: 'postgres:16',
  networks: { default: null },
  volumes: [{ type: 'volume', source: 'data', target: '/data' }],
  secrets: [{ source: 'key' }],
  configs: [{ source: 'conf' }],
};
const config = (more: object = {}) => ({
  services: { db, web: { image: 'web:1' } },
  networks: { default: { name: 'foo_default' } },
  volumes: { data: { name: 'foo_data' }, other: {} },
  secrets: { key: { file: '/keys/a' } },
  configs: { conf: { content: 'a' } },
  ...more,
});

it.each<[string, object]>([
  ['nothing is another one', {}],
  ['what it does not use is', { volumes: { data: { name: 'foo_data' }, other: { name: 'x' } } }],
  ['another service is', { services: { db, web: { image: 'web:2' } } }],
])('a service is the same where %s', (_, more) =>
  expect(isUnchanged('db', config(more), config())).toBe(true),
);

it.each<[string, object]>([
  ['it is gone', { services: {} }],
  ['its image is another one', { services: { db: { ...db, image: 'postgres:17' } } }],
  ['its network is', { networks: { default: { name: 'bar_default' } } }],
  ['its volume is', { volumes: { data: { name: 'foo_more' } } }],
  ['its secret is', { secrets: { key: { file: '/keys/b' } } }],
  ['its config is', { configs: { conf: { content: 'b' } } }],
  ['nobody understands it', { services: 'none' }],
])('a service is another one where %s', (_, more) => {
  expect(isUnchanged('db', config(more), config())).toBe(false);
  expect(isUnchanged('db', config(), config(more))).toBe(false);
});

it('what is on neither side is not the same', () => {
  expect(isUnchanged('gone', config(), config())).toBe(false);
});
