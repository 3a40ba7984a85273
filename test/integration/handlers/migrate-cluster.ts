import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Kv } from '../../../src/consul/kv.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { MigrateRequest__Output } from '../../../src/generated/covey/v1/MigrateRequest.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { migrate } from '../../../src/handlers/migrate.ts';
import { operate } from '../../../src/handlers/operation.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import { snapshotSubvolume } from '../../../src/volumes/btrfs.ts';
import { openStore, type Store } from '../../../src/volumes/store.ts';
import type { TestConsul } from '../../support/consul.ts';
import { mortal } from './mortal.ts';

export const PROD = 'shop_prod.ddb14';
export const QUALIF = 'shop_qualif.ddb14';
export const MAINTENANCE = `maintenance/${QUALIF}`;
export const data = { prod: 'shopprodddb14_data', qualif: 'shopqualifddb14_data' };
export const config = { prod: 'shopprodddb14_config', qualif: 'shopqualifddb14_config' };
const call = { signal: new AbortController().signal, caller: { name: 'alice', role: 'operator' } } as const;

export const row = (store: Store, volume: string) =>
  readFile(path.join(store.volumePath(volume), 'row'), 'utf8');
export const kept = (store: Store, name: string) =>
  readFile(path.join(store.snapshotPath(name), 'row'), 'utf8');

/** An app by its name, as a request has it. */
export const name = (app: string) => ({ name: app, repo: '', branch: '' });

const ended = { foreign: [], maintenance: undefined, journal: undefined, locks: [undefined, undefined] };
/** What both apps have, with nothing left of an operation. */
export const before = { ...ended, prod: ['prod', 'prod'], qualif: ['qualif', 'qualif'] };
export const after = { ...before, qualif: ['prod', 'qualif'] };

/** Stores of n1 (master of prod), n2 (master of qualif) and n4 (slave of qualif); each volume says whose it is. */
export async function stage(kv: Kv, disk: string, folder: string) {
  const root = path.join(disk, folder);
  const stores = new Map<string, Store>();
  for (const node of ['n1', 'n2', 'n4']) {
    await mkdir(path.join(root, node), { recursive: true });
    stores.set(node, await openStore(path.join(root, node)));
  }
  const of = (node: string) => stores.get(node) as Store;
  const fill = async (node: string, volume: string, text: string) => {
    await of(node).create(volume);
    await writeFile(path.join(of(node).volumePath(volume), 'row'), text);
  };
  for (const volumes of [data, config]) {
    await fill('n1', volumes.prod, 'prod');
    await fill('n2', volumes.qualif, 'qualif');
  }
  const record = { repo_url: 'https://h/shop', deploy_id: 'id' };
  const prod = { ...record, branch: 'prod', master: 'n1', volumes: [data.prod, config.prod] };
  const volumes = [data.qualif, config.qualif];
  const qualif = { ...record, branch: 'qualif', master: 'n2', slave: 'n4', volumes };
  await kv.put(`app/${PROD}`, JSON.stringify(prod));
  await kv.put(`app/${QUALIF}`, JSON.stringify(qualif));
  const deployRoot = path.join(root, 'deploy');
  const release = path.join(deployRoot, `${QUALIF}-id`);
  await mkdir(release, { recursive: true });
  await writeFile(path.join(release, 'post_migrate.sh'), 'printf "<%s>" "$@" > said\n');
  await writeFile(path.join(release, 'update.sh'), 'cat said > both; printf "<%s>" "$@" >> both\n');
  return { of, deployRoot, said: () => readFile(path.join(release, 'both'), 'utf8') };
}

type Stage = Awaited<ReturnType<typeof stage>>;

interface Options {
  /** The point at which the coordinator dies. */
  dies?: string;
  /** Step that fails when it has been done. */
  fails?: string;
  dead?: string[];
  /** Done at each point. */
  meanwhile?: (point: string) => Promise<void>;
}

/** What `docker compose config` says of both apps; only qualif keeps its config to itself. */
function composeConfig(project: string) {
  if (!project.startsWith('shop')) return { services: { web: {} } };
  const driver = 'ours';
  const label = { 'com.github.mlfmonde.cluster.nonmigrable': 'TRUE' };
  const labels = project.includes('qualif') ? label : {};
  return { services: { web: {} }, volumes: { data: { driver }, config: { driver, labels } } };
}

/** A cluster over real stores and a real Consul, of which n3 coordinates, and dies where told. */
export function cluster(consul: TestConsul, kv: Kv, { of, deployRoot }: Stage, options: Options = {}) {
  const { dies = '', fails = '', dead = [], meanwhile = async () => {} } = options;
  const states = new Map([
    ['shopprodddb14', 'running'],
    ['shopqualifddb14', 'running'],
  ]);
  const coordinator = mortal(kv, dies);
  const did: string[] = [];
  const actionsOf = (node: string) => {
    const containers = async ({ project = '' }: { project?: string; volume?: string }) => {
      const state = states.get(project);
      const web = {
        name: 'web',
        health: 'none',
        startedAt: new Date(0),
        image: 'web',
        imageId: 'i',
        state,
        service: 'web',
        dependsOn: [] as string[],
        mounts: [] as Container['mounts'],
      };
      return state === undefined ? [] : ([{ ...web, id: project }] as Container[]);
    };
    const end = async (project: string) => void states.set(project, 'exited');
    const engine = {
      containers,
      volumes: async () => of(node).list(),
      ending: async () => [],
      stopContainer: end,
      removeContainer: end,
      tagImage: async () => undefined,
    };
    const compose = {
      up: async (_: string, project: string) => void states.set(project, 'running'),
      config: async (_: string, project: string) => composeConfig(project),
    };
    const handOff: ActionDeps['handOff'] = async (volume, to, { snapshot, passing, mandate }) => {
      const name = snapshot ?? (await of(node).snapshot(volume));
      did.push(`${volume} to ${to} for ${mandate.app}${passing ? ', passing' : ''}`);
      await snapshotSubvolume(of(node).snapshotPath(name), of(to).snapshotPath(name), { readonly: true });
      return { snapshot: name, bytes: 1 };
    };
    const isPinned = () => false;
    const given = {
      engine,
      compose,
      store: of(node),
      handOff,
      isPinned,
      health: { timeout: 1_000, steady: 2_000 },
    };
    return createActions({
      ...given,
      cutover: { hold: 30_000 },
      driver: 'ours',
      dockerConfig: '',
    } as unknown as ActionDeps);
  };
  const performer = ({ app, fence }: { app: string; fence: number }): Performer => {
    const how = (signal: AbortSignal) => ({
      signal,
      report: () => undefined,
      mandate: { app, fence, operation: 'o' },
    });
    return {
      run: async ({ id, node, action }, { signal }) => {
        did.push(`${id} under ${app}`);
        const result = await actionsOf(node).run(action, how(signal));
        if (id === fails) throw new CoveyError('failed', 'web exited with 3');
        return result;
      },
      undo: async ({ id, node, action }, result, { signal }) => {
        coordinator.assertAlive();
        if (dead.includes(node)) throw new CoveyError('unavailable', `${node} is dead`);
        did.push(`undo ${id}`);
        await actionsOf(node).undo(action, result, how(signal));
      },
    };
  };
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv: coordinator.kv,
    acquire: createLocks(consul.client).acquire,
    members: async () =>
      ['n1', 'n2', 'n3', 'n4'].map((name) => ({ name, state: dead.includes(name) ? 'failed' : 'alive' })),
    nodes: { performer, awaitGeneration: async () => '' },
    deployRoot,
    bounds: { undo: 10_000, acknowledge: 1_000, observe: 1_000 },
    observer: { operation: () => undefined },
    faults: {
      reach: async (point: string) => {
        await meanwhile(point);
        await coordinator.reach(point);
      },
    },
  } as unknown as Deps;
  const asked = { source: name(PROD), target: name(QUALIF), noUpdate: false, wait: false, planOnly: false };
  return {
    did,
    states,
    migrate: (more: Partial<MigrateRequest__Output> = {}) =>
      Array.fromAsync(migrate(deps)({ ...asked, requestId: '', ...more }, call)),
    /** Another peer ends what was left; or a takeover does so before it begins. */
    recover: async ({ givesUpMaster = false } = {}) => {
      coordinator.life.dead = false;
      const kind = givesUpMaster ? 'deploy' : 'recover';
      const quietly = { by: 'n3', wait: false, looksOnly: false, emit: () => undefined, signal: call.signal };
      const request = { app: QUALIF, kind, requestId: 'next', givesUpMaster, ...quietly } as const;
      await operate(deps, request, async () => undefined);
    },
  };
}
