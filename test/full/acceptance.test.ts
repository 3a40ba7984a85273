import { afterAll, beforeAll, describe, it } from 'vitest';
import { acceptance } from '../e2e/acceptance/cells.ts';
import { casesOf, PROJECTS, type Project, titleOf } from '../e2e/acceptance/table.ts';

/** All of docs/acceptance.md. */
describe.each(Object.keys(PROJECTS) as Project[])('acceptance of a project: %s', (project) => {
  let app: Awaited<ReturnType<typeof acceptance>>;
  beforeAll(async () => {
    app = await acceptance(`whole-accept-${project}`, project);
  });
  afterAll(() => app.end());

  const cases = casesOf(project);
  it.each(cases.map((each) => [titleOf(each), each] as const))('%s', (_title, each) => app.run(each));
});
