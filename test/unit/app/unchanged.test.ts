import { expect, it } from 'vitest';
import { composeSchema } from '../../../src/app/compose.ts';
import { isUnchanged, unchangedServices } from '../../../src/app/unchanged.ts';

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

it.each<[string, object, object]>([
  ['only its logs go elsewhere', { ...db, logging: { driver: 'local' } }, db],
  ['its logs have got bounds', db, { ...db, logging: { driver: 'json-file' } }],
])('a service runs as it did where %s, though it is another one', (_, now, before) => {
  const [next, old] = [config({ services: { db: now } }), config({ services: { db: before } })];
  expect(unchangedServices(composeSchema.parse(next), next, old)).toEqual(['db']);
  expect(isUnchanged('db', next, old)).toBe(false);
});

it.each<[string, object, unknown]>([
  ['is built', { ...db, build: { context: '.' } }, undefined],
  ['has another image', { ...db, image: 'postgres:17' }, config()],
  ['was not there', db, config({ services: {} })],
  ['nobody has looked at', db, undefined],
])('a service that %s may run in another way', (_, service, before) => {
  const next = config({ services: { db: service } });
  const same = 'build' in service ? next : before;
  expect(unchangedServices(composeSchema.parse(next), next, same)).toEqual([]);
});
