import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/command.ts';
import { pack } from '../../../src/docker/archive.ts';
import { deploymentsOf } from '../../../src/docker/folder.ts';
import { makeGit } from '../../../src/docker/git.ts';
import { CoveyError } from '../../../src/errors.ts';
import { faultsIn } from '../../../src/faults.ts';
import { type ReleaseDeps, release } from '../../../src/handlers/release.ts';
import { runStep, undoStep } from '../../../src/handlers/steps.ts';
import { createNodes } from '../../../src/peer/nodes.ts';
import { createReleaseTaker } from '../../../src/peer/releases.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import { openFences } from '../../../src/plan/fences.ts';
import type { Action, Step } from '../../../src/plan/steps.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import { connect } from '../../../src/rpc/connection.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import { peerMethods } from '../../../src/rpc/proto.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

const APP = 'foo_master.12345';
const FOLDER = `${APP}-0b9f`;
const git = makeGit({ allowFile: true });

let certificates: Awaited<ReturnType<typeof createCertificates>>;
let giver: TlsMaterial;
let taker: TlsMaterial;
let coordinator: TlsMaterial;
let operator: TlsMaterial;
beforeAll(async () => {
  certificates = await createCertificates();
  giver = await certificates.of('giver');
  taker = await certificates.of('taker');
  coordinator = await certificates.of('coordinator');
  operator = await certificates.of('alice', 'operator');
});
afterAll(() => certificates.remove());

const cleanup = createCleanup();
afterEach(() => cleanup.run());

let folder: string;
let commit: string;
/** Deploy roots of the two nodes. */
let given: string;
let taken: string;

const inWork = async (...args: string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return (await run('git', [...identity, ...args], { cwd: join(folder, 'work') })).stdout.trim();
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'covey-releases-'));
  cleanup.add(() => rm(folder, { recursive: true }));
  given = join(folder, 'given');
  taken = join(folder, 'taken');
  await mkdir(taken);
  const work = join(folder, 'work');
  await run('git', ['init', '-q', '-b', 'master', work]);
  await mkdir(join(work, 'bin'));
  await writeFile(join(work, 'bin', 'run.sh'), 'echo hello\n');
  await chmod(join(work, 'bin', 'run.sh'), 0o755);
  await writeFile(join(work, 'docker-compose.yml'), 'services: {}\n');
  await symlink('bin/run.sh', join(work, 'inside'));
  await symlink('/no/such/place', join(work, 'outside'));
  await inWork('add', '.');
  await inWork('commit', '-qm', 'one');
  commit = await git.checkout(`file://${work}`, 'master', null, join(given, FOLDER));
  await mkdir(join(given, FOLDER, 'empty'));
});

const fetch = (more: Partial<Extract<Action, { kind: 'fetch' }>> = {}): Step => ({
  id: 'fetch@taker',
  node: 'taker',
  title: 'fetch',
  afterCommit: false,
  action: {
    kind: 'fetch',
    folder: join(taken, FOLDER),
    project: 'foo12345',
    repo: 'https://git.invalid/foo',
    branch: 'master',
    commit,
    from: 'giver',
    ...more,
  },
});

/** Two peers over TLS, and a third that asks the taker to do steps. */
async function cluster(
  gives: Partial<ReleaseDeps> = {},
  give: Handlers['Peer']['Release'] = release({
    deployments: (app) => deploymentsOf(given, app),
    pack,
    ...gives,
  }),
) {
  const giving = await startServer(giver, { Peer: { Release: give } });
  cleanup.add(() => giving.stop(0));
  const reached = createChannels({ tls: taker });
  cleanup.add(() => reached.close());
  const address = async (node: string) => (node === 'nobody' ? undefined : '127.0.0.1');
  const actions = createActions({
    git,
    deployRoot: taken,
    takeRelease: createReleaseTaker({ channels: reached, port: giving.port, address }),
  } as unknown as ActionDeps);
  const fences = await openFences(join(folder, 'state'));
  const steps = { actions, fences, faults: faultsIn(join(folder, 'state')) };
  const taking = await startServer(taker, {
    Peer: { RunStep: runStep(steps), UndoStep: undoStep(steps) },
  });
  cleanup.add(() => taking.stop(0));
  const channels = createChannels({ tls: coordinator });
  cleanup.add(() => channels.close());
  const nodes = createNodes({ channels, port: taking.port, address });
  const performer = nodes.performer({ app: APP, id: 'o', fence: 1 });
  const options = (signal: AbortSignal) => ({ signal, report: () => undefined, results: new Map() });
  return {
    port: giving.port,
    take: (step = fetch(), signal = new AbortController().signal) => performer.run(step, options(signal)),
    undo: (step = fetch()) => performer.undo(step, undefined, options(new AbortController().signal)),
  };
}

describe('a release that another node has', () => {
  it('arrives as it is there, is kept when it is there already, and its undo removes it', async () => {
    const { take, undo } = await cluster();
    expect(await take()).toEqual({ commit });
    const dir = join(taken, FOLDER);
    expect(await readdir(taken)).toEqual([FOLDER]);
    expect((await readdir(dir)).sort()).toEqual(
      ['.env', '.git', 'bin', 'docker-compose.yml', 'empty', 'inside', 'outside'].sort(),
    );
    expect((await stat(join(dir, 'bin', 'run.sh'))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(dir, 'inside'), 'utf8')).toBe('echo hello\n');
    expect(await readlink(join(dir, 'outside'))).toBe('/no/such/place');
    expect(await readdir(join(dir, 'empty'))).toEqual([]);
    expect(await git.commitOf(dir)).toBe(commit);
    expect(await readFile(join(dir, '.env'), 'utf8')).toContain('COMPOSE_PROJECT_NAME=foo12345');
    const changed = await run('git', ['status', '--porcelain'], { cwd: dir });
    expect(changed.stdout.split('\n').filter((line) => line !== '')).toEqual(['?? .env']);

    await writeFile(join(dir, 'mine'), '');
    expect(await take()).toEqual({ commit });
    expect(await readdir(dir)).toContain('mine');

    for (let i = 0; i < 2; i++) await undo();
    expect(await readdir(taken)).toEqual([]);
  });

  it('of many megabytes arrives whole', async () => {
    const big = Buffer.alloc(40_000_000);
    for (let i = 0; i < big.length; i += 4096) big.writeUInt32LE(i, i);
    await writeFile(join(given, FOLDER, 'big'), big);
    const { take } = await cluster();
    await take();
    expect(big.equals(await readFile(join(taken, FOLDER, 'big')))).toBe(true);
  });

  it('replaces one of another commit', async () => {
    await inWork('commit', '-q', '--allow-empty', '-m', 'two');
    await git.checkout(`file://${join(folder, 'work')}`, 'master', null, join(taken, FOLDER));
    const { take } = await cluster();
    await take();
    expect(await git.commitOf(join(taken, FOLDER))).toBe(commit);
    expect(await readdir(taken)).toEqual([FOLDER]);
  });
});

describe('nothing is left of', () => {
  const expectNothing = async () => expect(await readdir(taken)).toEqual([]);

  it('one that is at another commit', async () => {
    const other = '0123456789012345678901234567890123456789';
    const { take } = await cluster();
    await expect(take(fetch({ commit: other }))).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining(`giver has the commit ${commit}`),
    });
    await expect(take(fetch({ commit: '' }))).rejects.toThrow(/^A release from \S+ needs a commit\.$/);
    await expectNothing();
  });

  it('one that the other node does not have, or a node that is not there', async () => {
    const { take } = await cluster();
    await rm(join(given, FOLDER), { recursive: true });
    await expect(take()).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(FOLDER),
    });
    await expect(take(fetch({ from: 'nobody' }))).rejects.toMatchObject({ code: 'not-found' });
    await expectNothing();
  });

  it('one whose tar fails half-way', async () => {
    const { take } = await cluster({
      async *pack(dir, signal) {
        yield* pack(dir, signal);
        throw new CoveyError('failed', 'tar --create exited with 1: file changed as we read it');
      },
    });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('file changed'),
    });
    await expectNothing();
  });

  it('one whose end is not told, though tar takes it for whole', async () => {
    const { take } = await cluster({}, async function* () {
      for await (const data of pack(join(given, FOLDER), new AbortController().signal)) yield { data };
    });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('was cut'),
    });
    await expectNothing();
  });

  it('one that its caller gives up, on either side', async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { take } = await cluster({
      async *pack(dir, signal) {
        const whole = pack(dir, signal);
        yield (await whole.next()).value as Uint8Array;
        begun.resolve();
        try {
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        } finally {
          await whole.return();
          ended.resolve();
        }
      },
    });
    const controller = new AbortController();
    const taking = take(fetch(), controller.signal);
    await begun.promise;
    controller.abort(new CoveyError('cancelled', 'enough'));
    await expect(taking).rejects.toThrow('enough');
    await ended.promise;
    // The caller is told before the taker has cleaned up.
    await expect.poll(() => readdir(taken)).toEqual([]);
  });

  it('one with a path that leads out', async () => {
    const evil = join(folder, 'evil.tar');
    await run('tar', ['-cPf', evil, '--transform=s,^,../,', 'docker-compose.yml'], {
      cwd: join(folder, 'work'),
    });
    const { take } = await cluster({
      async *pack() {
        yield await readFile(evil);
      },
    });
    await expect(take()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining("contains '..'"),
    });
    await expectNothing();
    expect((await readdir(folder)).sort()).toEqual(['evil.tar', 'given', 'state', 'taken', 'work']);
  });
});

describe('a node gives', () => {
  async function ask(tls: TlsMaterial, request: { app: string; folder: string }) {
    const { port } = await cluster();
    const connection = connect({ host: '127.0.0.1', port, name: 'giver' }, { tls });
    cleanup.add(() => connection.close());
    let bytes = 0;
    for await (const { data } of connection.stream(peerMethods.Release, request)) bytes += data.length;
    return bytes;
  }

  it('its releases to peers alone', async () => {
    const request = { app: APP, folder: FOLDER };
    expect(await ask(taker, request)).toBeGreaterThan(0);
    await expect(ask(operator, request)).rejects.toMatchObject({ code: 'denied' });
  });

  it.each([
    ['of another app', 'bar_master.12345', FOLDER],
    ['of no app', '', FOLDER],
    ['of all apps', APP, ''],
    ['outside', APP, '..'],
    ['by a path', APP, `../given/${FOLDER}`],
    ['by a path of the app', '../given/foo_master.12345', basename(FOLDER)],
    ['through a link', APP, `${APP}-link`],
    ['half-made', APP, `.${FOLDER}.cloning-0a1b2c3d`],
  ])('nothing %s', async (_what, app, name) => {
    await mkdir(join(given, `.${FOLDER}.cloning-0a1b2c3d`));
    await symlink('/etc', join(given, `${APP}-link`));
    await expect(ask(taker, { app, folder: name })).rejects.toMatchObject({ code: 'not-found' });
  });
});
