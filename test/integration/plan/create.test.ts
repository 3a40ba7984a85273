import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { type Compose, makeCompose } from '../../../src/docker/compose.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Action } from '../../../src/plan/steps.ts';
import { store, useStore } from '../../support/one-store.ts';
import { dockerTools, TINY_IMAGE } from '../docker/support.ts';

useStore();

const engine = makeEngine();
const signal = AbortSignal.timeout(300_000);
const options = { signal, report: () => undefined, mandate: { app: 'foo', fence: 1, operation: 'o' } };
let compose: Compose;
let folder: string;
let project: string;

beforeAll(async () => {
  compose = makeCompose(await dockerTools());
}, 300_000);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'covey-create-'));
  project = `coveytest${randomBytes(3).toString('hex')}`;
});
afterEach(async () => {
  await compose.down(folder, project, { removeVolumes: true });
  await run('docker', ['image', 'rm', '--force', `${project}-web`]);
  await rm(folder, { recursive: true });
}, 120_000);

/**
 * A release of two services whose image has files where the volumes come. In the place of our driver, which a Docker Engine never
 * forgets again, Docker's own mounts the live volumes of the store.
 */
async function release(): Promise<void> {
  const volume = (name: string) =>
    `  ${name}:\n    driver_opts: {type: none, o: bind, device: ${store.volumePath(`${project}_${name}`)}}\n`;
  const file = `services:
  db:
    image: ${TINY_IMAGE}
    command: ['sleep', '600']
    init: true
  web:
    build: .
    command: ['sleep', '600']
    init: true
    depends_on: [db]
    volumes: ['data:/data', 'empty:/empty', 'cache:/cache']
volumes:
${volume('data')}${volume('empty')}  cache:
`;
  await writeFile(path.join(folder, 'compose.yml'), file);
  await writeFile(path.join(folder, 'seed'), 'of the image');
  const copies = ['data', 'empty', 'cache'].map((name) => `COPY seed /${name}/seed\n`).join('');
  await writeFile(path.join(folder, 'Dockerfile'), `FROM ${TINY_IMAGE}\n${copies}`);
  await compose.build(folder, project, { signal });
}

/** What two sends have brought of both volumes: `data` was written to before each, `empty` only before the second. */
async function received() {
  const first: Record<string, string> = {};
  const last: Record<string, string> = {};
  for (const [name, rows] of [
    ['data', ['first', 'last']],
    ['empty', [null, 'last']],
  ] as const) {
    const volume = `${project}_${name}`;
    await store.create(volume);
    for (const [index, text] of rows.entries()) {
      if (text !== null) await writeFile(path.join(store.volumePath(volume), 'row'), text);
      (index === 0 ? first : last)[volume] = await store.snapshot(volume);
    }
    await store.remove(volume);
  }
  return { first, last, volumes: Object.keys(first) };
}

async function prepared() {
  await release();
  const { first, last, volumes } = await received();
  const allowed: string[] = [];
  const mounts = { allow: () => void allowed.push('allow'), revoke: () => void allowed.push('revoke') };
  const actions = createActions({
    compose,
    engine,
    store,
    mounts,
    dockerConfig: '',
  } as unknown as ActionDeps);
  const here = { folder, project };
  const newVolumes = [`${project}_cache`];
  const snapshots = { snapshots: first, from: '' };
  const create: Action = { kind: 'create', ...here, volumes, ...snapshots, newVolumes, scripted: false };
  const adopt: Action = { kind: 'adopt', project, volumes, snapshots: last, from: '', present: [] };
  const start: Action = { kind: 'start', ...here, newVolumes };
  return { actions, create, adopt, start, allowed, volumes };
}

const containers = async () =>
  (await engine.containers({ project, signal })).map(({ id, service, state }) => ({ id, service, state }));
const read = (name: string, file: string) =>
  readFile(path.join(store.volumePath(`${project}_${name}`), file), 'utf8');
const kinds = async () => (await store.snapshots()).map(({ kind }) => kind);
const known = () => engine.volumes({ project, signal });

it('what is created before is what starts, on the data that came after it', async () => {
  const { actions, create, adopt, start, allowed, volumes } = await prepared();
  await actions.run(create, options);
  expect(allowed).toEqual(['allow', 'revoke']);
  const created = await containers();
  expect(created.map(({ service, state }) => [service, state])).toEqual([
    ['db', 'created'],
    ['web', 'created'],
  ]);
  expect(await store.provisional()).toEqual(volumes);
  // Docker has filled the one that was empty.
  expect([await read('data', 'row'), await read('empty', 'seed')]).toEqual(['first', 'of the image']);

  expect(await actions.run(adopt, options)).toEqual({ kept: {} });
  await actions.run(start, options);
  expect(await containers()).toEqual(created.map((each) => ({ ...each, state: 'running' })));
  expect(await store.provisional()).toEqual([]);
  const { id = '' } = created.find(({ service }) => service === 'web') ?? {};
  const seen = await engine.exec(id, ['cat', '/data/row', '/empty/row', '/cache/seed'], { signal });
  expect(seen.stdout).toBe('lastlastof the image');
  await expect(read('empty', 'seed')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await kinds()).toEqual(['plain', 'plain', 'plain', 'plain']);
}, 120_000);

it.each([
  ['was created', ['create']],
  ['was put in place', ['create', 'adopt']],
  ['was started', ['create', 'adopt', 'start']],
])(
  'what %s is undone to nothing but the snapshots that came',
  async (_, begun) => {
    const { actions, ...steps } = await prepared();
    const chain = begun.map((kind) => steps[kind as 'create' | 'adopt' | 'start']);
    for (const each of chain) await actions.run(each, options);
    for (let i = 0; i < 2; i++) {
      for (const each of chain.toReversed()) await actions.undo(each, undefined, options);
      expect([await containers(), await known(), await store.list()]).toEqual([[], [], []]);
    }
    expect(await kinds()).toEqual(['plain', 'plain', 'plain', 'plain']);
  },
  120_000,
);
