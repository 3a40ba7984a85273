import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPins } from '../../../src/volumes/transfer/pins.ts';

const day = (number: number, volume = 'db') => `${volume}@2026-01-0${number}T00:00:00.000000`;

let folder: string;
let errors: string[];
const logger = { error: (message: string) => errors.push(message) };
beforeEach(async () => {
  errors = [];
  folder = await mkdtemp(path.join(tmpdir(), 'covey-pins-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('pins', () => {
  it('stay until a newer common snapshot is settled, also after a restart', async () => {
    const pins = await openPins(folder, logger);
    await pins.settle(day(1), 'node2');
    await pins.add(day(2), 'node2');
    const again = await openPins(folder, logger);
    expect(again.common('db', 'node2')).toEqual([day(1), day(2)]);
    await again.settle(day(2), 'node2');
    expect([again.isPinned(day(1)), again.isPinned(day(2))]).toEqual([false, true]);
    expect((await openPins(folder, logger)).common('db', 'node2')).toEqual([day(2)]);
  });

  it('are not given up for an older snapshot that was sent again', async () => {
    const pins = await openPins(folder, logger);
    await pins.settle(day(3), 'node2');
    await pins.add(day(1), 'node2');
    await pins.settle(day(1), 'node2');
    expect(pins.common('db', 'node2')).toEqual([day(3)]);
  });

  it('are kept for each peer and each volume', async () => {
    const pins = await openPins(folder, logger);
    await Promise.all([
      pins.settle(day(1), 'node2'),
      pins.settle(day(2), 'node3'),
      pins.settle(day(3, 'files'), 'node2'),
    ]);
    await pins.settle(day(4), 'node3');
    const again = await openPins(folder, logger);
    expect([day(1), day(2), day(3, 'files'), day(4)].map(again.isPinned)).toEqual([true, false, true, true]);
    await again.forget({ peer: 'node2', volume: 'db' });
    expect([again.isPinned(day(1)), again.isPinned(day(3, 'files'))]).toEqual([false, true]);
    expect(again.peers().sort()).toEqual(['node2', 'node3']);
    await again.forget({ peer: 'node2' });
    await again.forget({ peer: 'node9' });
    expect((await openPins(folder, logger)).isPinned(day(3, 'files'))).toBe(false);
    expect((await openPins(folder, logger)).isPinned(day(4))).toBe(true);
  });

  it('of a transfer last as long as the longest that needs them', async () => {
    const pins = await openPins(folder, logger);
    const first = pins.hold([day(1), day(2)]);
    const second = pins.hold([day(2)]);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect([pins.isPinned(day(1)), pins.isPinned(day(2))]).toEqual([false, true]);
    second[Symbol.dispose]();
    expect(pins.isPinned(day(2))).toBe(false);
  });

  it('are refused where the name is none', async () => {
    const pins = await openPins(folder, logger);
    await expect(pins.settle('../db', 'node2')).rejects.toMatchObject({ code: 'invalid' });
  });

  it('that cannot be read begin anew, and say what that means', async () => {
    await writeFile(path.join(folder, 'pins.json'), '{"node2": 1}');
    const pins = await openPins(folder, logger);
    expect(pins.common('db', 'node2')).toEqual([]);
    expect(errors).toEqual([
      `${path.join(folder, 'pins.json')} is not what covey writes there: nothing of a replicated volume is purged until it was sent once more`,
    ]);
    expect(await readFile(path.join(folder, 'pins.json'), 'utf8')).toBe('{"node2": 1}');
  });
});
