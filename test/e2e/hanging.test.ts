import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  NODES,
  type PublishedApp,
  publish,
  through,
} from './support.ts';
import { visiting } from './visiting.ts';

const REPO = 'hanging';
const HOST = `${REPO}.lab`;
const STAYS = ['--master', 'node1', '--slave', 'node2'];
const MOVES = ['--master', 'node2', '--slave', 'node1'];
let app: PublishedApp;

/** A release of an app with data, so that the one before is stopped for it. */
const release = (name: string, change: (compose: string) => string = (it) => it) =>
  publish(REPO, { compose: change(composeFile(HOST)), release: name });

beforeAll(async () => {
  app = await release('one');
  await destroy(app.http);
  await deploy('node3', app.http, ...STAYS);
  await eventually(
    () => through('node1', { host: HOST, path: '/release' }),
    ({ status }) => status === 200,
  );
});
afterAll(() => destroy(app.http));

describe('a release with data that does not come up', () => {
  it.each([
    ['runs and does not answer', STAYS, /did not answer on port 8001 within \d+ s, and does nothing/],
    ['does so after a move', MOVES, /did not answer on port 8001 within \d+ s, and does nothing/],
  ])('since it %s is undone while visitors wait', async (_, place, why) => {
    await release('two', (compose) => compose.replace('$CONTAINER:8000', '$CONTAINER:8001'));
    const visitors = visiting(HOST, '/release');
    const { exitCode, stderr } = await covey('node3', 'deploy', app.http, 'master', ...place);
    const { failed, served } = await visitors.end();
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(why);
    expect(stderr).toContain('Everything is as it was.');
    expect(failed).toEqual([]);
    for (const node of NODES) expect(served[node]).toBeGreaterThan(0);
    const { body } = await through('node3', { host: HOST, path: '/release' });
    expect(body.trim()).toBe('one');
  });

  it('since it has done all that it does is undone at once', async () => {
    await release('three', (compose) =>
      compose.replace('restart: unless-stopped', 'restart: "no"\n    command: "true"'),
    );
    const visitors = visiting(HOST, '/release');
    const { exitCode, stderr } = await covey('node3', 'deploy', app.http, 'master', ...STAYS);
    expect((await visitors.end()).failed).toEqual([]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('exited with 0');
  });
});
