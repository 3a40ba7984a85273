import { afterAll, beforeAll, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { allAreBack, drill, drilledApp, HOST } from '../e2e/drilling.ts';
import { destroy, eventually, type PublishedApp, record, through } from '../e2e/support.ts';

let app: PublishedApp;
beforeAll(async () => {
  app = await drilledApp();
});
afterAll(async () => {
  await lab.heal('node3');
  await allAreBack();
  await destroy(app.http);
});

it('while a node is cut off that has no part in the move, none fails by the others', async () => {
  const plans: string[] = [];
  const moving = Promise.withResolvers<void>();
  // The first plan is that of the redeploy.
  const drilling = drill(app, 'node1', [], (line) => {
    if (line.startsWith('{"plan"') && plans.push(line) === 2) moving.resolve();
  });
  await Promise.race([moving.promise, drilling]);
  await lab.partition('node3');
  const { report, stderr, exitCode } = await drilling;
  expect(report.nodes.filter(({ node, failed }) => node !== 'node3' && failed > 0)).toEqual([]);
  if (report.phases.every(({ state }) => state === 'done')) {
    expect([0, 1]).toContain(exitCode);
    expect(stderr).toBe('');
    expect(await record(app.name)).toMatchObject({ master: 'node1', slave: 'node2' });
  } else {
    const { error } = JSON.parse(stderr) as { error: { message: string; hint?: string } };
    expect(error.message).toMatch(/node3|Consul|leader|lock|session/i);
    const now = await record(app.name);
    if (now?.master !== 'node1') expect(error.hint).toContain(`covey move ${app.name} --to node1`);
  }
  await lab.heal('node3');
  await allAreBack();
  await eventually(
    () => through('node3', { host: HOST, path: '/notes' }),
    ({ status, body }) => status === 200 && body === 'text=one\n',
  );
}, 600_000);
