import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolders } from '../../../../src/proxy/certificates/folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-folders-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ROOT = ['pki', 'authorities', 'local'];
const at = (...path: string[]) => join(folder, ...path);
const root = () => createFolders(folder).read(...ROOT, 'root.crt');

/** Folders of a peer that is killed right before it moves a folder for the so many-eth time. */
async function killedBefore(nth: number): Promise<void> {
  let moves = 0;
  const killed = Promise.withResolvers<void>();
  const move: typeof rename = async (from, to) => {
    moves++;
    if (moves < nth) return rename(from, to);
    killed.resolve();
    return new Promise<never>(() => undefined); // nothing comes after it
  };
  void createFolders(folder, move).put(ROOT, { 'root.crt': 'new', 'root.key': 'new' });
  await killed.promise;
}

describe('a peer that is killed while it exchanges a folder', () => {
  beforeEach(() => createFolders(folder).put(ROOT, { 'root.crt': 'old', 'root.key': 'old' }));

  it.each([
    ['before it', 1],
    ['with the place of it empty', 3],
  ])('%s leaves the old one to its next start', async (_when, nth) => {
    await killedBefore(nth);
    await createFolders(folder).sweep();
    expect(await root()).toBe('old');
    expect(await readdir(folder)).toEqual(['pki']);
  });

  it('leaves it also where Caddy has made one of its own since', async () => {
    await killedBefore(3);
    await mkdir(at(...ROOT), { recursive: true });
    await writeFile(at(...ROOT, 'root.crt'), "Caddy's");
    await createFolders(folder).sweep();
    expect(await root()).toBe('old');
    expect(await readdir(folder)).toEqual(['pki']);
  });

  it('leaves the new one once that is in its place', async () => {
    // as it is before the exchange is removed
    await mkdir(at('.covey/put-x/old'), { recursive: true });
    await writeFile(at('.covey/put-x/old/root.crt'), 'older');
    await writeFile(at('.covey/put-x/place'), ROOT.join('/'));
    await createFolders(folder).sweep();
    expect(await root()).toBe('old');
    expect(await readdir(folder)).toEqual(['pki']);
  });
});

it('a folder that could not be exchanged is there as before', async () => {
  await createFolders(folder).put(ROOT, { 'root.crt': 'old' });
  let moves = 0;
  const failing = createFolders(folder, async (from, to) => {
    moves++;
    if (moves === 3) throw new Error('EIO: the disk');
    return rename(from, to);
  });
  await expect(failing.put(ROOT, { 'root.crt': 'new' })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('EIO'),
  });
  expect(await root()).toBe('old');
  expect(await readdir(at('.covey'))).toEqual([]);
});
