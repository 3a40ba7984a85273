import { expect, it } from 'vitest';
import type { AppRecord } from '../../../src/app/record.ts';
import { createStandIns } from '../../../src/proxy/stand-in-states.ts';
import { withStandInsOf } from '../../../src/proxy/stand-ins.ts';
import type { View } from '../../../src/proxy/view.ts';

const caddyfile = 'foo.example.com {\n reverse_proxy Foo-web-1:80\n}';
const app = { name: 'foo', master: 'n1', caddyfile, containers: ['Foo-web-1'], maintenance: false };
const those = { names: { 'Foo-web-1': '0123456789ab' }, after: 5 };
const view = (master = 'n1'): View => ({
  apps: [
    { name: 'foo', index: 6, record: { master } as AppRecord },
    { name: 'broken', index: 6, error: 'no JSON' },
  ],
  maintenance: new Set(),
  members: [],
});

it('stand in only for what the next record names: the old one leads to the old ones', () => {
  expect(withStandInsOf(app, 5, those)).toBe(app);
  expect(withStandInsOf(app, 6, undefined)).toBe(app);
  const stoodIn = withStandInsOf(app, 6, those);
  expect(stoodIn.caddyfile).toContain('reverse_proxy 0123456789ab:80');
  expect(stoodIn.containers).toContain('0123456789ab');
});

it('views have them until they are taken back, or the app is not here any more', () => {
  const standIns = createStandIns('n1');
  const plain = view();
  expect(standIns.added(plain)).toBe(plain);
  standIns.set('foo', those);
  standIns.set('broken', those);
  standIns.set('gone', those);
  const added = standIns.added(plain);
  expect(added.standIns).toEqual(
    new Map([
      ['foo', those],
      ['broken', those],
    ]),
  );
  standIns.set('broken', undefined);
  expect(standIns.added(view('n2'))).not.toHaveProperty('standIns');
  expect(standIns.added(added)).not.toHaveProperty('standIns');
});
