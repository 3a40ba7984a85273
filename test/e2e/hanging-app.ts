import { expect } from 'vitest';
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
export const STAYS = ['--master', 'node1', '--slave', 'node2'];
export const MOVES = ['--master', 'node2', '--slave', 'node1'];

/** A release of an app with data, so that the one before is stopped for it. */
const release = (name: string, change: (compose: string) => string = (it) => it) =>
  publish(REPO, { compose: change(composeFile(HOST)), release: name });

/** The app, which answers. */
export async function answeringApp(): Promise<PublishedApp> {
  const app = await release('one');
  await destroy(app.http);
  await deploy('node3', app.http, ...STAYS);
  await eventually(
    () => through('node1', { host: HOST, path: '/release' }),
    ({ status }) => status === 200,
  );
  return app;
}

/** A deploy of a release that fails, while people visit all nodes: none of them is turned away. What it said. */
export async function failsUnnoticed(
  { http }: PublishedApp,
  change: (compose: string) => string,
  place: readonly string[],
): Promise<string> {
  await release('two', change);
  const visitors = visiting(HOST, '/release');
  const { exitCode, stderr } = await covey('node3', 'deploy', http, 'master', ...place);
  const { failed, served } = await visitors.end();
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('Everything is as it was.');
  expect(failed).toEqual([]);
  for (const node of NODES) expect(served[node]).toBeGreaterThan(0);
  const { body } = await through('node3', { host: HOST, path: '/release' });
  expect(body.trim()).toBe('one');
  return stderr;
}

/** Its server listens, where nobody asks it. */
export const elsewhere = (compose: string) => compose.replace('$CONTAINER:8000', '$CONTAINER:8001');
export const IDLE = /did not answer on port 8001 within \d+ s, and does nothing/;
