import { describe, expect, it } from 'vitest';
import { parseSnapshotName } from '../../../src/volumes/snapshot-name.ts';
import type { Snapshot } from '../../../src/volumes/store.ts';
import { candidates, commonParent, identityOf, withIdentity } from '../../../src/volumes/transfer/parents.ts';

function snapshot(
  name: string,
  uuid: string,
  { receivedUuid = null, readonly = true }: { receivedUuid?: string | null; readonly?: boolean } = {},
): Snapshot {
  const parsed = parseSnapshotName(name);
  if (!parsed) throw new Error(name);
  const subvolume = {
    path: name,
    id: 1,
    uuid,
    parentUuid: null,
    receivedUuid,
    generation: 1,
    createdAtGeneration: 1,
  };
  return { ...parsed, subvolume: { ...subvolume, readonly } };
}

const day = (number: number, mark = '') => `db@2026-01-0${number}T00:00:00.000000${mark}`;

describe('an increment starts from', () => {
  it('the newest first, what was put aside last, and nothing that is writable or the same', () => {
    const target = snapshot(day(6), 'target');
    const all = [
      snapshot(day(1), 'one'),
      snapshot(day(2, '@node2'), 'two'),
      snapshot(day(5, '@+before-restore'), 'aside'),
      snapshot(day(3), 'half', { readonly: false }),
      snapshot(day(4), 'four', { receivedUuid: 'origin' }),
      snapshot('db@whenever', 'undated'),
      snapshot(day(6, '@node2'), 'marker', { receivedUuid: 'target' }),
      target,
    ];
    expect(candidates(all, target)).toEqual([
      { name: day(4), identity: 'origin' },
      { name: day(2, '@node2'), identity: 'two' },
      { name: day(1), identity: 'one' },
      { name: day(5, '@+before-restore'), identity: 'aside' },
      { name: 'db@whenever', identity: 'undated' },
    ]);
  });

  it('the first of the offered that is there, as original or as a copy', () => {
    const mine = [
      snapshot(day(1), 'one'),
      snapshot(day(2), 'x', { receivedUuid: 'two' }),
      snapshot(day(3), 'y', { receivedUuid: 'three', readonly: false }),
    ];
    const offered = ['four', 'three', 'two', 'one'].map((identity) => ({ name: `db@${identity}`, identity }));
    expect(commonParent(mine, offered)).toMatchObject({
      offered: { name: 'db@two' },
      mine: { name: day(2) },
    });
    expect(commonParent(mine, [{ name: 'db@one', identity: 'one' }])).toMatchObject({
      mine: { name: day(1) },
    });
    expect(commonParent(mine, [{ name: day(1), identity: 'other' }])).toBeNull();
    expect(commonParent(mine, [])).toBeNull();
  });
});

it('the identity of a content is where it was first made', () => {
  expect(identityOf(snapshot(day(1), 'own'))).toBe('own');
  expect(identityOf(snapshot(day(1), 'own', { receivedUuid: 'origin' }))).toBe('origin');
  const alike = [
    snapshot(day(1, '@node2'), 'a', { receivedUuid: 'i' }),
    snapshot(day(1), 'b', { receivedUuid: 'i' }),
  ];
  expect(withIdentity(alike, 'i')?.name).toBe(day(1));
});
