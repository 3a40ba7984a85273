import { afterAll, beforeAll, describe, it } from 'vitest';
import { drill, drilledApp, expectUnnoticed, HOST } from './drilling.ts';
import { expectAt } from './placement.ts';
import { destroy, type PublishedApp } from './support.ts';

let app: PublishedApp;
beforeAll(async () => {
  app = await drilledApp();
});
afterAll(() => destroy(app.http));

describe('no request fails by any node, by HTTP and by HTTPS,', () => {
  it('while an app is deployed again, and changes places with its slave and back', async () => {
    expectUnnoticed(await drill(app, 'node1'));
    await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one'] });
  });

  it('while it is moved to a third node and back', async () => {
    expectUnnoticed(await drill(app, 'node2', ['--to', 'node3']));
    await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one'] });
  });
});
