import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MOST_LINES = 250;
const MOST_LINES_OF_TESTS = 400;
const MEDIAN_OF_SRC = 80;

/** Lines of each file written by hand below a folder. */
function sizes(folder: string): { file: string; lines: number }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => /[.](ts|mjs)$/.test(file) && !file.startsWith('src/generated/'))
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }));
}

test(`no file is longer than ${MOST_LINES} lines`, () => {
  const long = ['src', 'lab', 'bench', 'docs'].flatMap(sizes).filter(({ lines }) => lines > MOST_LINES);
  expect(long).toEqual([]);
});

test(`no file of tests is longer than ${MOST_LINES_OF_TESTS} lines`, () => {
  const long = sizes('test').filter(({ lines }) => lines > MOST_LINES_OF_TESTS);
  expect(long).toEqual([]);
});

test(`half of the files of src have at most ${MEDIAN_OF_SRC} lines`, () => {
  const small = sizes('src').filter(({ lines }) => lines <= MEDIAN_OF_SRC);
  expect(small.length / sizes('src').length).toBeGreaterThanOrEqual(0.5);
});
