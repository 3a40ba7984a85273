import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { saveSoon } from '../../../src/proxy/save-soon.ts';

const times = { delay: 5, interval: 20, retry: 200 };

/** A disk that takes its time, and fails as often as it is told. */
function disk(failures = 0) {
  const written: string[] = [];
  const errors: string[] = [];
  let left = failures;
  let busy = false;
  const write = async (value: string) => {
    expect(busy).toBe(false);
    busy = true;
    await new Promise((resolve) => setTimeout(resolve, 2)); // what a write takes
    busy = false;
    if (left-- > 0) throw new CoveyError('failed', `no room for ${value}`);
    written.push(value);
  };
  const saving = saveSoon(write, ({ message }) => errors.push(message), times);
  return { written, errors, ...saving };
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('writes nothing at once, and of several values the newest', async () => {
  const { save, written } = disk();
  for (const value of ['a', 'b', 'c']) await save(value);
  expect(written).toEqual([]);
  await expect.poll(() => written).toEqual(['c']);
});

it('loses no value that comes during a write or between two', async () => {
  const { save, written } = disk();
  for (let index = 0; index < 60; index++) {
    await save(`${index}`);
    await pause(1); // spread over several writes
  }
  await expect.poll(() => written.at(-1)).toBe('59');
  expect(written.length).toBeLessThan(20);
  expect(written).toEqual(written.toSorted((a, b) => Number(a) - Number(b)));
  await save('again');
  await expect.poll(() => written.at(-1)).toBe('again');
});

it('flushes what is not written yet, and goes on afterwards', async () => {
  const { save, flush, written } = disk();
  await flush();
  await save('a');
  await flush();
  expect(written).toEqual(['a']);
  await save('b');
  await expect.poll(() => written).toContain('b');
  await save('c');
  await flush();
  expect(written.at(-1)).toBe('c');
});

it('tells what fails and tries it again, unless something newer has come', async () => {
  const { save, written, errors } = disk(2);
  await save('a');
  await expect.poll(() => errors).toEqual(['no room for a']);
  await save('b');
  await expect.poll(() => written).toEqual(['b']);
  expect(errors).toEqual(['no room for a', 'no room for b']);
});

it('does not try for ever when it is flushed', async () => {
  const { save, flush, written, errors } = disk(100);
  await save('a');
  await flush();
  expect(written).toEqual([]);
  expect(errors).toEqual(['no room for a']);
});
