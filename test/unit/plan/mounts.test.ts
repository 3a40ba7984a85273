import { describe, expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import { createMountGuard } from '../../../src/plan/mounts.ts';
import type { View, ViewedApp } from '../../../src/proxy/view.ts';

const app = (name: string, master: string, more: Partial<AppRecord> = {}, index = 1): ViewedApp => ({
  name,
  index,
  record: parseRecord(name, JSON.stringify({ repo_url: `https://h/${name}`, branch: 'm', master, ...more })),
});
const broken = (name: string): ViewedApp => ({ name, index: 1, error: 'no JSON' });
const view = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });

describe('refusal', () => {
  const volumes = ['foo_data', 'foo_db'];

  it.each<[string, View | undefined, string, string | undefined]>([
    ['its own app’s', view(app('foo', 'n1', { volumes })), 'foo_data', undefined],
    [
      'another node’s',
      view(app('foo', 'n2', { volumes })),
      'foo_db',
      'foo_db belongs to foo, whose master is n2.',
    ],
    [
      'that it is the slave of',
      view(app('foo', 'n2', { slave: 'n1', volumes })),
      'foo_db',
      'foo_db belongs to foo, whose master is n2.',
    ],
    ['that nobody names: it is new', view(app('foo', 'n2', { volumes })), 'foo_other', undefined],
    ['where a record cannot be read', view(broken('foo')), 'foo_data', undefined],
    [
      'before it has read any record',
      undefined,
      'foo_data',
      "foo_data may be another node's: this one has read no records yet, and asks Consul for them.",
    ],
    [
      'that a later app has',
      view(app('bar', 'n1', { volumes: ['bar_data'] }), broken('baz'), app('foo', 'n2', { volumes })),
      'foo_data',
      'foo_data belongs to foo, whose master is n2.',
    ],
  ])('judges a volume %s', (_, known, volume, expected) => {
    expect(
      createMountGuard(
        'n1',
        () => known,
        () => false,
      ).refusal(volume),
    ).toBe(expected);
  });
});

it('nothing of an app is mounted whose lease is not held, though this node is its master', () => {
  const known = view(
    app('foo', 'n1', { volumes: ['foo_data'] }),
    app('bar', 'n1', { volumes: ['bar_data'] }),
  );
  const guard = createMountGuard(
    'n1',
    () => known,
    (name) => name === 'foo',
  );
  expect(guard.refusal('foo_data')).toBe(
    'foo_data belongs to foo, which another node may have taken over: this one does not hold its lease.',
  );
  expect(guard.refusal('bar_data')).toBeUndefined();
  expect(guard.refusal('new_data')).toBeUndefined();
});

describe('what a move allows', () => {
  const volumes = ['foo_data'];

  it('holds while the record is the one under which it was allowed, and no longer', () => {
    let known = view(app('foo', 'n2', { volumes }, 7));
    const guard = createMountGuard(
      'n1',
      () => known,
      () => false,
    );
    guard.allow(volumes);
    expect(guard.refusal('foo_data')).toBeUndefined();
    known = view(app('foo', 'n2', { volumes }, 8));
    expect(guard.refusal('foo_data')).toMatch(/whose master is n2/);
  });

  it('is taken back by the undo', () => {
    const guard = createMountGuard(
      'n1',
      () => view(app('foo', 'n2', { volumes })),
      () => false,
    );
    guard.allow(volumes);
    guard.revoke(volumes);
    expect(guard.refusal('foo_data')).toMatch(/whose master is n2/);
  });
});
