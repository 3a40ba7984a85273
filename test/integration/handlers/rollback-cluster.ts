import { identify } from '../../../src/app/identity.ts';
import type { Release } from '../../../src/app/release.ts';
import { createLocks } from '../../../src/consul/lock.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { snapshotsHere } from '../../../src/handlers/snapshots.ts';
import { createLogger } from '../../../src/logger.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import type { Action } from '../../../src/plan/steps.ts';
import { consul, kv } from '../../support/one-consul.ts';
import { store } from '../../support/one-store.ts';
import { mortal } from './mortal.ts';

export const REPO = 'https://git.example.com/hosting/shop';
const identity = identify(REPO, 'master');
export const { name } = identity;
const { project } = identity;
export const call = {
  signal: new AbortController().signal,
  caller: { name: 'alice', role: 'operator' },
} as const;

/** Master n1 with a real store; n3 coordinates, and fails or dies where told. What Docker and git do is made up. */
export function cluster() {
  const coordinator = mortal(kv);
  const world = {
    head: 'a',
    images: new Set<string>(),
    running: '',
    fails: '',
    lacks: '',
  };
  const volumesOf: Record<string, string[]> = { a: ['db', 'old'], b: ['db', 'new'] };
  const full = (short: string) => `${project}_${short}`;
  const released = (commit: string): Release => ({
    commit,
    containers: {},
    volumes: (volumesOf[commit] ?? []).map((short) => {
      return { short, full: full(short), driver: 'ours', replicated: true, labels: {} };
    }),
    caddyfile: '',
    urls: [],
    domains: [],
    haproxy: {},
    hasUpdateScript: false,
    hasPostMigrateScript: false,
    checkUrls: [],
    serviceJson: '',
    built: [],
    unchanged: [],
  });
  const engine = {
    containers: async ({ volume }: { volume?: string } = {}) => {
      if (volume !== undefined || world.running === '') return [];
      const image = {
        image: 'shop-web',
        imageId: `sha256:${world.running}`,
        service: 'web',
        dependsOn: [] as string[],
        mounts: [] as Container['mounts'],
      };
      const state = { id: 'c', name: 'web', state: 'running', health: 'none', startedAt: new Date(0) };
      return [{ ...image, ...state } as Container];
    },
    volumes: async () => store.list(),
    removeVolume: async () => undefined,
    ending: async () => [],
    stopContainer: async () => undefined,
    removeContainer: async () => undefined,
    tagImage: async (id: string, name: string) => {
      world.images.add(id);
      if (name === 'shop-web') built = id.replace('sha256:', '');
    },
    hasImage: async (id: string) => world.images.has(id),
    imageNames: async () =>
      [...world.images].map((id) => `covey-kept/${project}:${id.replace('sha256:', '')}`),
    untagImage: async (name: string) => world.images.delete(`sha256:${name.split(':')[1]}`),
    loggingDriver: async () => 'journald',
  };
  /** The image that has the name in the compose file. */
  let built = '';
  let builds = 0;
  let inspected = '';
  const actions = createActions({
    engine,
    compose: {
      config: async () => ({ services: {} }),
      pull: async () => undefined,
      build: async () => {
        built = `${inspected}-built-${++builds}`;
      },
      up: async () => {
        world.running = built;
        for (const { full: volume } of released(built.slice(0, 1)).volumes) await store.create(volume);
      },
    },
    store,
    registration: { registered: async () => [] },
    handOff: async (_: string, __: string, { snapshot = '' }) => ({ snapshot, bytes: 1 }),
    health: { timeout: 1_000, steady: 2_000 },
    cutover: { hold: 30_000, drain: 5_000 },
    deployRoot: store.root,
  } as unknown as ActionDeps);
  const options = {
    signal: call.signal,
    report: () => undefined,
    mandate: { app: name, fence: 1, operation: 'o' },
  };
  const done = async (action: Action): Promise<unknown> => {
    if (action.kind === 'fetch') return { commit: action.commit || world.head };
    if (action.kind === 'inspect') {
      inspected = action.commit;
      return released(action.commit);
    }
    if (action.kind === 'check' || action.kind === 'register') return undefined;
    return actions.run(action, options);
  };
  const performer: Performer = {
    run: async ({ id, action }) => {
      const result = await done(action);
      if (id === world.fails) throw new CoveyError('failed', 'web exited with 3');
      return result;
    },
    undo: async ({ action }, result) => {
      coordinator.assertAlive();
      if (action.kind === 'fetch' || action.kind === 'register') return;
      await actions.undo(action, result, options);
    },
  };
  const deps = {
    node: 'n3',
    logger: createLogger({ level: 'silent' }),
    kv: coordinator.kv,
    acquire: createLocks(consul.client).acquire,
    members: async () => ['n1', 'n2', 'n3'].map((name) => ({ name, address: '', state: 'alive' })),
    nodes: {
      performer: () => performer,
      awaitGeneration: async () => '',
      snapshots: async (node: string, about: { project: string; volumes: string[]; images?: string[] }) => {
        const asked = { images: [], ...about } as unknown as Parameters<ReturnType<typeof snapshotsHere>>[0];
        const held = await snapshotsHere({ store, engine })(asked, call);
        const lacks = (name: string) => node === 'n1' && world.lacks !== '' && name.startsWith(world.lacks);
        return { ...held, snapshots: (held.snapshots ?? []).filter((name) => !lacks(name)) };
      },
    },
    deployRoot: store.root,
    bounds: { undo: 10_000, acknowledge: 1_000, observe: 1_000 },
    observer: { operation: () => undefined },
    faults: { reach: coordinator.reach },
  } as unknown as Deps;
  return { world, life: coordinator.life, deps, full };
}
