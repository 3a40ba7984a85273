import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  assertBtrfs,
  deleteSubvolume,
  isSubvolume,
  parseList,
  parseShow,
} from '../../../src/volumes/btrfs.ts';

const SHOW = `snapshots/db@2026-01-02T00:00:00.000000
	Name: 			db@2026-01-02T00:00:00.000000
	UUID: 			80fb6e91-d843-f745-b281-293f2b788606
	Parent UUID: 		33286ef7-f3f7-8e4b-96e2-958532d6d152
	Received UUID: 		-
	Creation time: 		2026-11-22 19:08:21 +0000
	Subvolume ID: 		257
	Generation: 		9
	Gen at creation: 	7
	Parent ID: 		5
	Top level ID: 		5
	Flags: 			readonly
	Send transid: 		0
	Send time: 		2026-11-22 19:08:21 +0000
	Receive transid: 	0
	Receive time: 		-
	Snapshot(s):
				other
`;

const LIST = `ID 256 gen 7 cgen 6 top level 5 parent_uuid -                                    received_uuid -                                    uuid 33286ef7-f3f7-8e4b-96e2-958532d6d152 path volumes/a b
ID 257 gen 7 cgen 7 top level 5 parent_uuid 33286ef7-f3f7-8e4b-96e2-958532d6d152 received_uuid 11111111-f3f7-8e4b-96e2-958532d6d152 uuid 80fb6e91-d843-f745-b281-293f2b788606 path s/a2
`;

describe('what btrfs prints', () => {
  it('is read from show', () => {
    expect(parseShow(SHOW, '/s/db')).toEqual({
      path: '/s/db',
      id: 257,
      uuid: '80fb6e91-d843-f745-b281-293f2b788606',
      parentUuid: '33286ef7-f3f7-8e4b-96e2-958532d6d152',
      receivedUuid: null,
      generation: 9,
      createdAtGeneration: 7,
      readonly: true,
    });
    expect(parseShow(SHOW.replace('readonly', '-'), '/s/db').readonly).toBe(false);
    expect(() => parseShow('nonsense', '/s/db')).toThrow('no UUID');
  });

  it('is read from list', () => {
    expect(parseList(LIST)).toMatchObject([
      {
        path: 'volumes/a b',
        id: 256,
        generation: 7,
        createdAtGeneration: 6,
        parentUuid: null,
        receivedUuid: null,
      },
      { path: 's/a2', id: 257, receivedUuid: '11111111-f3f7-8e4b-96e2-958532d6d152' },
    ]);
    expect(() => parseList('ID x')).toThrow('cannot read');
  });
});

describe('a folder that is not BTRFS', () => {
  it('is refused with what to do', async () => {
    await expect(assertBtrfs('/proc')).rejects.toMatchObject({
      code: 'refused',
      hint: expect.stringContaining('mkfs.btrfs'),
    });
    await expect(assertBtrfs('/nowhere/at/all')).rejects.toMatchObject({ code: 'refused' });
  });

  it('is no subvolume, and is not deleted', async () => {
    expect(await isSubvolume(tmpdir())).toBe(false);
    expect(await isSubvolume('/nowhere')).toBe(false);
    await expect(deleteSubvolume(tmpdir())).rejects.toMatchObject({ code: 'conflict' });
    await expect(deleteSubvolume('/nowhere')).rejects.toMatchObject({ code: 'not-found' });
  });
});
