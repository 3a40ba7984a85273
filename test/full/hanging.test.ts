import { afterAll, beforeAll, expect, it } from 'vitest';
import { answeringApp, elsewhere, failsUnnoticed, IDLE, MOVES } from '../e2e/hanging-app.ts';
import { destroy, type PublishedApp } from '../e2e/support.ts';

let app: PublishedApp;
beforeAll(async () => {
  app = await answeringApp();
});
afterAll(() => destroy(app.http));

it('a release that does not answer on the new master is undone while visitors wait', async () => {
  expect(await failsUnnoticed(app, elsewhere, MOVES)).toMatch(IDLE);
});
