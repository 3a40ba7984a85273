import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFences } from '../../../src/plan/fences.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-fences-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('passes the same number and higher ones, and refuses a lower one', async () => {
  const fences = await openFences(folder);
  await fences.pass('foo', 7);
  await fences.pass('foo', 7);
  await fences.pass('foo', 9);
  await expect(fences.pass('foo', 8)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('foo'),
  });
  await fences.pass('foo', 9);
});

it('knows each app by itself', async () => {
  const fences = await openFences(folder);
  await fences.pass('foo', 9);
  await fences.pass('bar', 3);
  await expect(fences.pass('bar', 2)).rejects.toMatchObject({ code: 'refused' });
});

it('survives a restart of the peer', async () => {
  await (await openFences(folder)).pass('foo', 9);
  const reopened = await openFences(folder);
  await expect(reopened.pass('foo', 8)).rejects.toMatchObject({ code: 'refused' });
  await reopened.pass('foo', 9);
});

it('has on disk what it has let pass, however many come at once', async () => {
  const fences = await openFences(folder);
  const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
  const check = async (app: string, fence: number) => {
    await fences.pass(app, fence);
    const kept = JSON.parse(await readFile(join(folder, 'fences.json'), 'utf8'));
    expect(kept[app]).toBeGreaterThanOrEqual(fence);
  };
  await Promise.all(numbers.flatMap((fence) => [check('foo', fence), check(`app${fence}`, fence)]));
  const reopened = await openFences(folder);
  await expect(reopened.pass('foo', 39)).rejects.toMatchObject({ code: 'refused' });
  await expect(reopened.pass('app40', 39)).rejects.toMatchObject({ code: 'refused' });
});

it('lets nothing pass while it cannot write it down, and goes on once it can', async () => {
  const state = join(folder, 'state');
  const fences = await openFences(state);
  await writeFile(state, 'a file where the folder should be');
  await expect(fences.pass('foo', 5)).rejects.toMatchObject({ code: 'failed' });
  await expect(fences.pass('foo', 5)).rejects.toMatchObject({ code: 'failed' });
  await rm(state);
  await mkdir(state);
  await fences.pass('foo', 5);
  await expect((await openFences(state)).pass('foo', 4)).rejects.toMatchObject({ code: 'refused' });
});

it.each(['', '{', '[]', '{"foo": "7"}'])(
  'refuses to start from a file that holds %j, and names it',
  async (text) => {
    await writeFile(join(folder, 'fences.json'), text);
    await expect(openFences(folder)).rejects.toMatchObject({
      code: 'invalid',
      message: `${join(folder, 'fences.json')} is not what covey writes there`,
      hint: 'Remove it when no operation runs anywhere in the cluster.',
    });
  },
);
