import { afterAll, beforeAll, expect, it } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { allAreBack } from '../e2e/drilling.ts';
import { arm, disarm } from '../e2e/faulty.ts';
import { expectAt, sign } from '../e2e/placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  type PublishedApp,
  publish,
} from '../e2e/support.ts';

const HOST = 'uncommitted.lab';
let app: PublishedApp;

beforeAll(async () => {
  app = await publish('uncommitted', { compose: composeFile(HOST) });
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
  await sign('node3', HOST, 'one');
});
afterAll(async () => {
  await lab.heal('node2');
  await disarm('node3');
  await allAreBack();
  await destroy(app.http);
});

const MOVE = ['--master', 'node2', '--slave', 'node1', '--wait'];
const running = async (node: string) =>
  (await must(node, 'docker', 'ps', '--format', '{{.Names}}'))
    .split('\n')
    .filter((name) => name.includes(app.project)).length;

it('a new master that is cut off before the commit stops what it has started, and the old one goes on', async () => {
  const point = await arm('node3', 'end:start@node2', 'wait');
  const moving = covey('node3', 'deploy', app.http, 'master', ...MOVE);
  await point.reached();
  expect(await running('node2')).toBe(1);
  await lab.partition('node2');
  await eventually(
    () => running('node2'),
    (count) => count === 0,
    30_000,
  );
  await point.release();
  expect((await moving).exitCode).not.toBe(0);
  // Its containers and its data wait there for the undo.
  await eventually(
    () => running('node1'),
    (count) => count === 1,
    60_000,
  );
  await lab.heal('node2');
  await eventually(
    () => covey('node2', 'health'),
    ({ exitCode }) => exitCode === 0,
    120_000,
  );
  await expectAt(app, HOST, { master: 'node1', slave: 'node2', notes: ['one'] });
});
