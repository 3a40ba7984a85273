import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAt, sign } from './placement.ts';
import { covey, deploy, destroy, type PublishedApp, publish, record } from './support.ts';

const HOST = 'move.lab';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('move');
  await destroy(app.http);
  await deploy('node2', app.http, '--master', 'node3');
});
afterAll(() => destroy(app.http));

// Moves that succeed are in the acceptance list (acceptance/table.ts).
describe('an app with its data', () => {
  it('stays where it is when the new release does not come up elsewhere', async () => {
    await sign('node1', HOST, 'one');
    const before = await record(app.name);
    await publish('move', { release: 'broken', files: { 'server.pl': 'die "no luck\\n";' } });
    const moving = ['move', app.name, '--to', 'node1', '--slave', 'node2'];
    const { exitCode, stderr } = await covey('node2', ...moving);
    expect(stderr).toMatch(/no luck/);
    expect(exitCode).not.toBe(0);
    expect(await record(app.name)).toEqual(before);
    await expectAt(app, HOST, { master: 'node3', slave: null, notes: ['one'] });
  });

  it('goes elsewhere by its name', async () => {
    await publish('move', { release: 'whole' });
    const moved = await covey('node2', 'move', app.name, '--to', 'node1', '--slave', 'node2', '--json');
    expect([moved.exitCode, moved.stderr]).toEqual([0, '']);
    await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one'] });
    const { stdout } = await covey('node3', 'app', app.name, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ app: { master: 'node1', slave: 'node2' } });
  });

  it('leaves a node that is emptied, and each operation is told of', async () => {
    expect((await covey('node3', 'drain', 'node1', '--yes')).exitCode).toBe(0);
    await expectAt(app, HOST, { master: 'node2', slave: 'node1', notes: ['one'] });
    const { stdout } = await covey('node1', 'history', app.name, '--json');
    const { operations } = JSON.parse(stdout) as { operations: { toMaster: string; outcome: string }[] };
    expect(operations.slice(-3).map(({ toMaster, outcome }) => [toMaster, outcome])).toEqual([
      ['node1', 'failed'],
      ['node1', 'done'],
      ['node2', 'done'],
    ]);
  });
});
