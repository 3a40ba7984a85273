import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

it('docs/dependencies.md gives a reason for each dependency, and for no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  const used = Object.keys({ ...dependencies, ...devDependencies });
  const explained = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\| \S/gm)].map(
    ([, name]) => name,
  );
  expect(explained.sort()).toEqual(used.sort());
});
