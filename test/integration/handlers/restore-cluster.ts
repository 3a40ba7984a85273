import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach } from 'vitest';
import { JOURNAL_PREFIX } from '../../../src/app/keys.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { CloneRequest__Output } from '../../../src/generated/covey/v1/CloneRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import type { RestoreRequest__Output } from '../../../src/generated/covey/v1/RestoreRequest.ts';
import type { SnapshotRequest__Output } from '../../../src/generated/covey/v1/SnapshotRequest.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { restore } from '../../../src/handlers/restore.ts';
import { clone, snapshot } from '../../../src/handlers/snapshot.ts';
import { snapshotsHere } from '../../../src/handlers/snapshots.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import { consul, kv, useConsul } from '../../support/one-consul.ts';
import { store, useStore } from '../../support/one-store.ts';
import { mortal } from './mortal.ts';

export const APP = 'shop_master.ddb14';
export const DB = 'shopmasterddb14_db';
const call = { signal: new AbortController().signal, caller: { name: 'alice', role: 'operator' } } as const;
export const file = (volume = DB) => path.join(store.volumePath(volume), 'row');
export const write = (text: string) => writeFile(file(), text);
export const read = (volume?: string) => readFile(file(volume), 'utf8');
export const inSnapshot = (name: string) => readFile(path.join(store.snapshotPath(name), 'row'), 'utf8');
export const journal = () => kv.get(`${JOURNAL_PREFIX}${APP}`);

/** Master n1 with a real store, on which the app writes `started` whenever it starts; n3 coordinates and dies where told. */
export function cluster({ dies = '', fails = '', slave = 'alive', meanwhile = async () => {} } = {}) {
  let state = 'running';
  const coordinator = mortal(kv, dies);
  const did: string[] = [];
  const sent: string[] = [];
  const others: string[] = [];
  const container = () =>
    ({
      id: 'c',
      name: 'web',
      state,
      health: 'none',
      startedAt: new Date(0),
      image: 'web',
      imageId: 'i',
      service: 'web',
      dependsOn: [] as string[],
      mounts: [] as Container['mounts'],
    }) as Container;
  const end = () => {
    state = 'exited';
  };
  const engine = {
    containers: async ({ volume }: { volume?: string } = {}) =>
      volume === undefined ? [container()] : others.map((name) => ({ name, state: 'running' })),
    volumes: async () => store.list(),
    ending: async () => [],
    stopContainer: async () => end(),
    removeContainer: async () => end(),
    tagImage: async () => undefined,
  };
  const up = async () => {
    state = 'running';
  };
  const handOff: ActionDeps['handOff'] = async (volume, to, { snapshot: name = '' }) => {
    sent.push(`${name} to ${to}`);
    return { snapshot: name, bytes: volume.length };
  };
  const actions = createActions({
    engine,
    compose: { up },
    store,
    handOff,
    health: { timeout: 1_000, steady: 2_000 },
    cutover: { hold: 30_000, drain: 5_000 },
    dockerConfig: '',
  } as unknown as ActionDeps);
  const options = (signal: AbortSignal) => ({
    signal,
    report: () => undefined,
    mandate: { app: APP, fence: 1, operation: 'o' },
  });
  const performer: Performer = {
    run: async ({ id, action }, { signal }) => {
      did.push(id);
      const result = await actions.run(action, options(signal));
      if (id === 'start@n1') await write(`${await read()}+started`);
      if (id === fails) throw new CoveyError('failed', 'web exited with 3');
      return result;
    },
    undo: async ({ id, action }, result, { signal }) => {
      coordinator.assertAlive();
      did.push(`undo ${id}`);
      await actions.undo(action, result, options(signal));
    },
  };
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv: coordinator.kv,
    acquire: createLocks(consul.client).acquire,
    members: async () => [
      { name: 'n1', address: '', state: 'alive' },
      { name: 'n2', address: '', state: slave },
      { name: 'n3', address: '', state: 'alive' },
    ],
    nodes: {
      performer: () => performer,
      snapshots: (_: string, about: { project: string; volumes: string[] }) =>
        snapshotsHere({ store, engine: { hasImage: async () => true } })(
          { images: [], ...about } as unknown as Parameters<ReturnType<typeof snapshotsHere>>[0],
          call,
        ),
    },
    deployRoot: '/deploy',
    bounds: { undo: 10_000, acknowledge: 1_000, observe: 1_000 },
    observer: { operation: () => undefined },
    faults: {
      reach: async (point: string) => {
        if (point === 'end:restore@n1') await meanwhile();
        await coordinator.reach(point);
      },
    },
  } as unknown as Deps;
  const asked = { app: APP, volumes: [], at: '', snapshots: [], to: '', wait: false, planOnly: false };
  return {
    did,
    sent,
    others,
    state: () => state,
    restore: (more: Partial<RestoreRequest__Output> = {}) =>
      Array.fromAsync(restore(deps)({ ...asked, ...more }, call)),
    snapshot: (more: Partial<SnapshotRequest__Output> = {}) =>
      Array.fromAsync(snapshot(deps)({ ...asked, stop: false, ...more }, call)),
    clone: (more: Partial<CloneRequest__Output> = {}) =>
      Array.fromAsync(clone(deps)({ ...asked, volume: 'db', ...more }, call)),
    /** Another peer ends what was left. */
    recover: async () => {
      coordinator.life.dead = false;
      const request = {
        app: APP,
        kind: 'recover',
        requestId: 'next',
        by: 'n3',
        wait: false,
        looksOnly: false,
      } as const;
      await operate(
        deps,
        { ...request, givesUpMaster: false, signal: call.signal, emit: () => undefined },
        async () => undefined,
      );
    },
    /** The master's peer came back, found nothing that runs, and started it. */
    boot: up,
  };
}

export const outcomeOf = (messages: Progress[]) => messages.at(-1)?.outcome;
export const newest = async () => (await store.newest(DB))?.name;

/** For a file of tests: a Consul and a disk for all, and before each a store and an app with a volume. */
export function useCluster(): void {
  useConsul();
  useStore();
  beforeEach(async () => {
    const record = {
      repo_url: 'https://h/shop',
      branch: 'master',
      master: 'n1',
      slave: 'n2',
      deploy_id: 'id',
    };
    await kv.put(`app/${APP}`, JSON.stringify({ ...record, volumes: [DB] }));
  });
}
