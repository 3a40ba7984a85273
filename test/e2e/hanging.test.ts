import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answeringApp, elsewhere, failsUnnoticed, IDLE, STAYS } from './hanging-app.ts';
import { destroy, type PublishedApp } from './support.ts';

let app: PublishedApp;
beforeAll(async () => {
  app = await answeringApp();
});
afterAll(() => destroy(app.http));

describe('a release with data that does not come up is undone while visitors wait', () => {
  it('since it runs and does not answer', async () => {
    expect(await failsUnnoticed(app, elsewhere, STAYS)).toMatch(IDLE);
  });

  it('since it has done all that it does, and at once', async () => {
    const ends = (compose: string) =>
      compose.replace('restart: unless-stopped', 'restart: "no"\n    command: "true"');
    expect(await failsUnnoticed(app, ends, STAYS)).toContain('exited with 0');
  });
});
