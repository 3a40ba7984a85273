import { afterAll, beforeAll, expect, it } from 'vitest';
import { covey, deploy, destroy, eventually, type PublishedApp, publish, record } from './support.ts';

let app: PublishedApp;

beforeAll(async () => {
  app = await publish('surface');
  await destroy(app.http);
});
afterAll(() => destroy(app.http));

const payload = (more: object) => JSON.stringify({ repo: app.http, branch: 'master', ...more });

it('an event is fired by a peer, followed to its end, and told of by another one', async () => {
  const fired = await covey('node3', 'event', 'deploy', payload({ master: 'node1' }), '--wait', '--json');
  expect([fired.exitCode, fired.stderr]).toEqual([0, '']);
  const states = fired.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; state: string });
  expect([states[0]?.state, states.at(-1)?.state]).toEqual(['fired', 'done']);
  const id = String(states[0]?.id);
  expect(await record(app.name)).toMatchObject({ master: 'node1', deploy_id: id, commit: app.commit });
  const listed = await covey('node2', 'event', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({
    enabled: true,
    events: expect.arrayContaining([expect.objectContaining({ id, state: 'done', apps: [app.name] })]),
  });
});

it('one whose operation is refused ends with its error, and one that is not right is not fired', async () => {
  const refused = await covey('node2', 'event', 'deploy', payload({ master: 'nobody' }), '--wait');
  expect(refused.exitCode).toBe(65);
  expect(refused.stderr).toContain('No node is named nobody (master).');
  const wrong = await covey('node2', 'event', 'deploy', payload({}));
  expect([wrong.exitCode, wrong.stdout]).toEqual([65, '']);
  expect(wrong.stderr).toContain('master: ');
});

it('a move keeps the commit that runs if it is asked to, and covey app tells all of it in one answer', async () => {
  const newer = await publish('surface', { release: 'two' });
  const moved = await covey('node3', 'move', app.name, '--to', 'node2', '--slave', 'node1', '--same-commit');
  expect([moved.exitCode, moved.stderr]).toEqual([0, '']);
  expect(await record(app.name)).toMatchObject({ master: 'node2', slave: 'node1', commit: app.commit });
  const told = await eventually(
    async () => JSON.parse((await covey('node1', 'app', app.name, '--json')).stdout),
    ({ problems }) => problems.length === 0,
  );
  expect(told).toMatchObject({
    app: { name: app.name, master: 'node2', slave: 'node1', error: '' },
    containers: [{ node: 'node2', service: 'web', state: 'running' }],
    lock: null,
    lastOperation: { operation: 'deploy', fromMaster: 'node1', toMaster: 'node2', outcome: 'done' },
    releasesKnown: true,
  });
  await deploy('node1', app.http, '--master', 'node2', '--slave', 'node1');
  expect(await record(app.name)).toMatchObject({ commit: newer.commit });
});
