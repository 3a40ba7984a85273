import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPurgeTimes } from '../../../src/volumes/purge-times.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-purges-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('are known after a restart, until their volume is forgotten', async () => {
  const times = await openPurgeTimes(folder);
  await Promise.all([times.set('db', 10), times.set('files', 20), times.set('db', 30)]);
  const again = await openPurgeTimes(folder);
  expect([again.of('db'), again.of('files'), again.of('other')]).toEqual([30, 20, undefined]);
  await again.retain(new Set(['db']));
  const third = await openPurgeTimes(folder);
  expect([third.of('db'), third.of('files')]).toEqual([30, undefined]);
});

it('that cannot be read say what to do', async () => {
  await writeFile(path.join(folder, 'purges.json'), '[1]');
  await expect(openPurgeTimes(folder)).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('purges.json is not the list of purges that covey writes'),
    hint: expect.stringContaining('Remove it'),
  });
});
