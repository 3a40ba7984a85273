import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { run } from '../../../src/command.ts';
import { pack } from '../../../src/docker/archive.ts';
import { deploymentsOf } from '../../../src/docker/folder.ts';
import { makeGit } from '../../../src/docker/git.ts';
import { faultsIn } from '../../../src/faults.ts';
import { type ReleaseDeps, release } from '../../../src/handlers/release.ts';
import { runStep, undoStep } from '../../../src/handlers/steps.ts';
import { createNodes } from '../../../src/peer/nodes.ts';
import { createReleaseTaker } from '../../../src/peer/releases.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import { openFences } from '../../../src/plan/fences.ts';
import type { Action, Step } from '../../../src/plan/steps.ts';
import { createTurns } from '../../../src/plan/turns.ts';
import { createChannels } from '../../../src/rpc/channels.ts';
import type { Handlers } from '../../../src/rpc/handler.ts';
import type { TlsMaterial } from '../../../src/rpc/tls.ts';
import { createCertificates, createCleanup, startServer } from './support.ts';

export const APP = 'foo_master.12345';
export const FOLDER = `${APP}-0b9f`;
export const git = makeGit({ allowFile: true });

let certificates: Awaited<ReturnType<typeof createCertificates>>;
let giver: TlsMaterial;
export let taker: TlsMaterial;
let coordinator: TlsMaterial;
export let operator: TlsMaterial;

export const cleanup = createCleanup();

export let folder: string;
export let commit: string;
/** Deploy roots of the two nodes. */
export let given: string;
export let taken: string;

export const inWork = async (...args: string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return (await run('git', [...identity, ...args], { cwd: join(folder, 'work') })).stdout.trim();
};

export const fetch = (more: Partial<Extract<Action, { kind: 'fetch' }>> = {}): Step => ({
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
export async function cluster(
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
  const steps = {
    actions,
    fences,
    faults: faultsIn(join(folder, 'state')),
    turns: createTurns(),
    watch: () => undefined,
  };
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

/** For a file of tests: certificates for all, and before each a release that the one node has, and room for it on the other. */
export function useRelease(): void {
  beforeAll(async () => {
    certificates = await createCertificates();
    giver = await certificates.of('giver');
    taker = await certificates.of('taker');
    coordinator = await certificates.of('coordinator');
    operator = await certificates.of('alice', 'operator');
  });
  afterAll(() => certificates.remove());
  afterEach(() => cleanup.run());
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
}
