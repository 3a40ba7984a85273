import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeCompose } from '../../../src/docker/compose.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Action } from '../../../src/plan/steps.ts';
import { dockerTools, TINY_IMAGE } from '../docker/support.ts';

const engine = makeEngine();
const signal = AbortSignal.timeout(300_000);
const options = { signal, report: () => undefined, mandate: { app: 'foo', fence: 1, operation: 'o' } };
let compose: ReturnType<typeof makeCompose>;
let folder: string;
let project: string;

beforeAll(async () => {
  compose = makeCompose(await dockerTools());
}, 300_000);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-undone-'));
  project = `coveytest${randomBytes(3).toString('hex')}`;
  // It does not listen to SIGTERM, as many a shell does not.
  const file = `services:
  web:
    image: ${TINY_IMAGE}
    command: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done']
    restart: unless-stopped
    stop_grace_period: 4s
`;
  await writeFile(path.join(folder, 'compose.yml'), file);
  await compose.up(folder, project, { signal });
});
afterEach(async () => {
  await compose.down(folder, project);
  await rm(folder, { recursive: true });
}, 120_000);

const container = async () => (await engine.containers({ project, signal }))[0];
const actions = () => createActions({ compose, engine, dockerConfig: '' } as unknown as ActionDeps);
const action = (): Action => ({ kind: 'stop', folder, project, images: {}, running: true });
const ending = () => engine.ending(project, { signal });

/** It still runs when its grace would be over. */
async function goesOn(begun: Date | undefined): Promise<void> {
  expect(await container()).toMatchObject({ state: 'running' });
  expect((await container())?.startedAt).not.toEqual(begun);
  expect(await ending()).toEqual([]);
}

it('a stop that is given up in its middle is undone when it is over', async () => {
  const before = await container();
  const { run: stop, undo } = actions();
  const caller = new AbortController();
  const stopping = stop(action(), { ...options, signal: caller.signal });
  await expect.poll(ending, { timeout: 10_000 }).toEqual([before?.id]);
  caller.abort(new Error('given up'));
  await stopping.catch(() => undefined); // it had begun its last stop: whether it ends well is not what this is about
  expect((await container())?.state).toBe('exited');
  await undo(action(), undefined, options);
  await goesOn(before?.startedAt);
}, 120_000);

it('so is one that a peer did not live to see the end of', async () => {
  const before = await container();
  const stopping = run('docker', ['stop', before?.id ?? ''], { signal });
  await expect.poll(ending, { timeout: 10_000 }).toEqual([before?.id]);
  await actions().undo(action(), undefined, options);
  await stopping;
  await goesOn(before?.startedAt);
}, 120_000);

it('who was asked to read its settings anew, or has had its grace and runs on, is not waited for', async () => {
  const { id = '', startedAt } = (await container()) ?? {};
  await run('docker', ['kill', '--signal', 'HUP', id], { signal });
  await run('docker', ['start', id], { signal });
  expect(await ending()).toEqual([]);
  await run('docker', ['restart', id], { signal });
  await expect.poll(ending, { timeout: 20_000 }).toEqual([]);
  expect((await container())?.startedAt).not.toEqual(startedAt);
}, 120_000);
