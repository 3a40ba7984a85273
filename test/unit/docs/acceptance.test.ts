import { expect, test } from 'vitest';
import { root } from '../../../docs/generate/program.ts';
import { acceptancePage } from '../../e2e/acceptance/page.ts';
import {
  CONDITIONS,
  casesOf,
  PROJECTS,
  type Project,
  TABLE,
  TRANSITIONS,
} from '../../e2e/acceptance/table.ts';

const projects = Object.keys(PROJECTS) as Project[];

test('docs/acceptance.md has the table that the tests go by; `vitest run test/unit/docs/acceptance -u` writes it anew', async () => {
  await expect(acceptancePage()).toMatchFileSnapshot(`${root}docs/acceptance.md`);
});

test('each cell has an outcome or the reason why it cannot be', () => {
  const cells = projects.flatMap((project) => Object.values(TABLE[project]).flatMap(Object.values));
  expect(cells).toHaveLength(2 * Object.keys(TRANSITIONS).length * Object.keys(CONDITIONS).length);
  for (const cell of cells) expect(cell).toSatisfy((it) => 'never' in it !== 'outcome' in it);
});

test('`npm test` runs ten cells or more, which touch every transition of each project and every condition', () => {
  const quick = projects.flatMap((project) =>
    casesOf(project)
      .filter((each) => each.quick)
      .map(({ transition, condition }) => ({ row: `${project} ${transition}`, condition })),
  );
  expect(quick.length).toBeGreaterThanOrEqual(10);
  const rows = projects.flatMap((project) => Object.keys(TRANSITIONS).map((name) => `${project} ${name}`));
  expect(new Set(quick.map(({ row }) => row))).toEqual(new Set(rows));
  expect(new Set(quick.map(({ condition }) => condition))).toEqual(new Set(Object.keys(CONDITIONS)));
});
