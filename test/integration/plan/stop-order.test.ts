import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { makeCompose } from '../../../src/docker/compose.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import { stopContainers } from '../../../src/plan/actions/containers.ts';
import { dockerTools, TINY_IMAGE } from '../docker/support.ts';

const engine = makeEngine();
const signal = AbortSignal.timeout(300_000);
let compose: ReturnType<typeof makeCompose>;
let dir: string;
let project: string;

beforeAll(async () => {
  compose = makeCompose(await dockerTools());
}, 300_000);
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'covey-stop-'));
  project = `coveytest${randomBytes(3).toString('hex')}`;
});
afterEach(async () => {
  await compose.down(dir, project);
  await rm(dir, { recursive: true });
}, 120_000);

/** On SIGTERM it goes on for a second, which what it needs has to see. */
const service = (needs = '') => `
    image: ${TINY_IMAGE}
    init: false
    command: ['sh', '-c', 'trap "sleep 1; exit 0" TERM; while :; do sleep 0.1; done']
    stop_grace_period: 30s
    ${needs}`;

/** When each container was stopped, in milliseconds. */
async function finishedAt(): Promise<Record<string, number>> {
  const containers = await engine.containers({ project, signal });
  const times = containers.map(async ({ service: of, id }) => {
    const { stdout } = await run('docker', ['inspect', '--format', '{{.State.FinishedAt}}', id], { signal });
    return [of, Date.parse(stdout.trim())] as const;
  });
  return Object.fromEntries(await Promise.all(times));
}

it('containers stop before what they need, and those that need nothing of each other at once', async () => {
  const file = `services:
  db:${service()}
  cache:${service()}
  app:${service('depends_on: [db, cache]')}
  mail:${service()}
  zweb:${service('depends_on: {app: {condition: service_started}}')}
`;
  await writeFile(path.join(dir, 'compose.yml'), file);
  await compose.up(dir, project, { signal });
  const app = (await engine.containers({ project, signal })).find((each) => each.service === 'app');
  expect(app).toMatchObject({ dependsOn: expect.arrayContaining(['db', 'cache']), oneOff: false });
  const begun: { name: string; at: number }[] = [];
  const report = (_: number, name: string) => void begun.push({ name, at: Date.now() });
  const started = Date.now();
  await stopContainers(engine, project, { signal, report });
  const took = Date.now() - started;
  const ended = await finishedAt();
  const beginOf = (of: string) => begun.find(({ name }) => name.includes(`-${of}-`))?.at ?? 0;
  expect(beginOf('app')).toBeGreaterThanOrEqual(ended.zweb ?? Infinity);
  for (const needed of ['db', 'cache']) expect(beginOf(needed)).toBeGreaterThanOrEqual(ended.app ?? Infinity);
  // Each takes a second, and they overlap.
  expect(beginOf('mail')).toBeLessThan(ended.zweb ?? 0);
  expect(Math.max(beginOf('db'), beginOf('cache'))).toBeLessThan(Math.min(ended.db ?? 0, ended.cache ?? 0));
  expect(took).toBeGreaterThan(2_900);
}, 120_000);
