import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliPage } from '../../../docs/generate/cli-page.ts';
import { root } from '../../../docs/generate/program.ts';
import { exitsOfVerbs } from '../../../src/cli/exit.ts';
import { verbs } from '../../../src/cli/verbs.ts';

test('docs/cli.md says what the command says', () => {
  const hasPage = readFileSync(`${root}docs/cli.md`, 'utf8') === cliPage();
  expect(hasPage, 'docs/cli.md is old: `npm run docs` writes it anew').toBe(true);
});

test('each exit status of a verb belongs to one that there is', () => {
  const names = verbs().map((verb) => verb.name());
  expect(names).toEqual(expect.arrayContaining(Object.keys(exitsOfVerbs)));
});
