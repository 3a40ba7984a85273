import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mayBeLost, mustNotBeLost, openStateFile } from '../../src/state-file.ts';

const schema = z.record(z.string(), z.number());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-state-'));
});
afterEach(() => rm(folder, { recursive: true }));

const refuses = mustNotBeLost('Remove it.');
const open = (path: string, loss = refuses, sync = false) =>
  openStateFile(path, { schema, empty: {}, loss, sync });

describe.each([false, true])('a state file, sync %s', (sync) => {
  it('is empty where there is none, and known after a restart', async () => {
    const path = join(folder, 'sub', 'file.json');
    const file = await open(path, refuses, sync);
    expect(file.value()).toEqual({});
    await file.set({ a: 1 });
    expect((await open(path)).value()).toEqual({ a: 1 });
  });

  it('has on disk the newest of those that come at once', async () => {
    const path = join(folder, 'file.json');
    const file = await open(path, refuses, sync);
    await Promise.all([1, 2, 3].map((a) => file.set({ a })));
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: 3 });
  });

  it('holds in memory what cannot be written, and writes it with the next', async () => {
    const state = join(folder, 'state');
    const file = await open(join(state, 'file.json'), refuses, sync);
    await writeFile(state, 'a file where the folder should be');
    await expect(file.set({ a: 1 })).rejects.toMatchObject({ code: 'failed' });
    expect(file.value()).toEqual({ a: 1 });
    await rm(state);
    await file.set({ ...file.value(), b: 2 });
    expect((await open(join(state, 'file.json'))).value()).toEqual({ a: 1, b: 2 });
  });
});

describe('a state file that nobody can read', () => {
  const texts = ['', '{', '[1]', '{"a": "1"}'];

  it.each(texts)('that must not be lost stops the peer: %j', async (text) => {
    const path = join(folder, 'file.json');
    await writeFile(path, text);
    await expect(open(path)).rejects.toMatchObject({
      code: 'invalid',
      message: `${path} is not what covey writes there`,
      hint: 'Remove it.',
    });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it.each(texts)('that may be lost begins anew, and says so: %j', async (text) => {
    const path = join(folder, 'file.json');
    const told: string[] = [];
    await writeFile(path, text);
    const loss = mayBeLost({ error: (message: string) => told.push(message) }, 'all is done once more');
    expect((await open(path, loss)).value()).toEqual({});
    expect(told).toEqual([`${path} is not what covey writes there: all is done once more`]);
  });

  it('keeps the reason where the disk does not give it', async () => {
    const path = join(folder, 'folder');
    await mkdir(path);
    await expect(open(path)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining(`Can't read ${path}: Error: EISDIR`),
      hint: 'Remove it.',
    });
  });
});
