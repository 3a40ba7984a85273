import { describe, expect, it } from 'vitest';
import { judgeLeftovers, judgeSpace, judgeStore, judgeSubvolume } from '../../../src/doctor/store.ts';

const root = '/var/lib/buttervolume';
const GIB = 1024 ** 3;

describe('store', () => {
  it.each([
    [undefined, false, 'error', 'is not there', 'node/install.sh'],
    [{ btrfs: false }, true, 'error', 'is on no BTRFS', 'node/install.sh'],
    [{ btrfs: true }, false, 'error', 'is read-only', `mount -o remount,rw ${root}`],
    [{ btrfs: true }, true, 'ok', 'can be written', ''],
  ] as const)('%j, writable: %j is %s', (filesystem, writable, state, found, hint) => {
    const finding = judgeStore(root, filesystem, writable);
    expect(finding).toMatchObject({ state, found: expect.stringContaining(found) });
    expect(finding.hint).toContain(hint);
  });

  it.each([
    [10 * GIB, 100 * GIB, 'ok'],
    [10 * GIB - 1, 100 * GIB, 'warning'],
    [2 * GIB, 100 * GIB, 'warning'],
    [2 * GIB - 1, 100 * GIB, 'error'],
    [GIB, 2 * GIB, 'ok'],
    [GIB - 1, 2 * GIB, 'error'],
    [0, 0, 'error'],
  ])('%i of %i bytes free is %s', (free, size, state) => {
    expect(judgeSpace(root, { free, size }).state).toBe(state);
  });

  it('tells how much is free', () => {
    expect(judgeSpace(root, { free: 3 * GIB, size: 40 * GIB })).toEqual({
      state: 'warning',
      found: '3.0 of 40.0 GiB are free (8 %)',
      hint: expect.stringContaining(`btrfs subvolume delete ${root}/snapshots/`),
    });
  });

  it('a plain folder is a warning, since it takes no increments', () => {
    expect(judgeSubvolume(root, true).state).toBe('ok');
    expect(judgeSubvolume(root, false)).toMatchObject({
      state: 'warning',
      hint: expect.stringContaining(`btrfs subvolume create ${root}`),
    });
  });

  it('names leftovers, each kind with what takes it away', () => {
    expect(judgeLeftovers(root, []).state).toBe('ok');
    expect(judgeLeftovers(root, [`${root}/snapshots/.incoming-1`])).toEqual({
      state: 'warning',
      found: 'left by transfers that were cut off: .incoming-1',
      hint: 'docker restart covey-peer (it removes them at its start)',
    });
    expect(judgeLeftovers(root, [`${root}/snapshots/a@1`]).hint).toBe(
      `btrfs subvolume delete ${root}/snapshots/a@1`,
    );
  });
});
