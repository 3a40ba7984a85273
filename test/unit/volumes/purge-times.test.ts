import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPurgeTimes } from '../../../src/volumes/purge-times.ts';

let folder: string;
let errors: string[];
const logger = { error: (message: string) => errors.push(message) };
beforeEach(async () => {
  errors = [];
  folder = await mkdtemp(path.join(tmpdir(), 'covey-purges-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('are known after a restart, until their volume is forgotten', async () => {
  const times = await openPurgeTimes(folder, logger);
  await Promise.all([times.set('db', 10), times.set('files', 20), times.set('db', 30)]);
  const again = await openPurgeTimes(folder, logger);
  expect([again.of('db'), again.of('files'), again.of('other')]).toEqual([30, 20, undefined]);
  await again.retain(new Set(['db']));
  const third = await openPurgeTimes(folder, logger);
  expect([third.of('db'), third.of('files')]).toEqual([30, undefined]);
});

it('that cannot be read begin anew, and say what that means', async () => {
  await writeFile(path.join(folder, 'purges.json'), '[1]');
  const times = await openPurgeTimes(folder, logger);
  expect(times.of('db')).toBeUndefined();
  expect(errors).toEqual([
    `${path.join(folder, 'purges.json')} is not what covey writes there: each volume is purged within the next hour, by the same rules`,
  ]);
  await times.set('db', 10);
  expect((await openPurgeTimes(folder, logger)).of('db')).toBe(10);
});
