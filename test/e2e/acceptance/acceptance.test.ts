import { afterAll, beforeAll, describe, it } from 'vitest';
import { acceptance } from './cells.ts';
import { casesOf, PROJECTS, type Project, titleOf } from './table.ts';

/** A part of docs/acceptance.md; all of it is test/full/acceptance.test.ts. */
describe.each(Object.keys(PROJECTS) as Project[])('acceptance of a project: %s', (project) => {
  let app: Awaited<ReturnType<typeof acceptance>>;
  beforeAll(async () => {
    app = await acceptance(`accept-${project}`, project);
  });
  afterAll(() => app.end());

  const cases = casesOf(project).filter(({ quick }) => quick);
  it.each(cases.map((each) => [titleOf(each), each] as const))('%s', (_title, each) => app.run(each));
});
