import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readIfThere, writeIfChanged, writeNew } from '../../src/files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

it('names the file that cannot be read', async () => {
  await expect(readIfThere(folder)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`Can't read ${folder}: Error: EISDIR`),
  });
});

it('names the file that cannot be written', async () => {
  // Short enough itself, but not with what a temporary file's name has besides.
  const path = at('x'.repeat(250));
  await expect(writeIfChanged(path, 'text')).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`Can't write ${path}: Error: ENAMETOOLONG`),
  });
  expect(await readdir(folder)).toEqual([]);
});

it('leaves nothing beside what cannot be replaced', async () => {
  await mkdir(at('folder'));
  await expect(writeNew(at('folder'), 'text', { mode: 0o600, overwrite: true })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`Can't write ${at('folder')}`),
  });
  expect(await readdir(folder)).toEqual(['folder']);
});

it('replaces nothing unless it is told to', async () => {
  await writeFile(at('file'), 'old');
  await expect(writeNew(at('file'), 'new', { mode: 0o600, overwrite: false })).rejects.toMatchObject({
    code: 'conflict',
    message: `${at('file')} exists already`,
    hint: 'Use --force to replace it.',
  });
  await writeNew(at('file'), 'new', { mode: 0o600, overwrite: true });
  expect(await readIfThere(at('file'))).toBe('new');
});
