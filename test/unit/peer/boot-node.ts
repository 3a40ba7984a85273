import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { type BootDeps, converge } from '../../../src/peer/boot.ts';
import { newEntry } from '../../../src/plan/journal.ts';
import type { Action, Plan } from '../../../src/plan/steps.ts';
import type { View, ViewedApp } from '../../../src/proxy/view.ts';

export const app = (name: string, master: string, more: Partial<AppRecord> = {}): ViewedApp => ({
  name,
  index: 1,
  record: parseRecord(
    name,
    JSON.stringify({ repo_url: `https://h/${name}`, branch: 'm', master, deploy_id: 'id', ...more }),
  ),
});
export const broken = (name: string): ViewedApp => ({ name, index: 1, error: 'no JSON' });
export const view = (...apps: ViewedApp[]): View => ({ apps, maintenance: new Set(), members: [] });

export const container = (name: string, project: string, more: Partial<Container> = {}): Container => ({
  id: `id of ${name}`,
  name,
  project,
  service: 'web',
  workingDir: `/deploy/${project}-id`,
  dependsOn: [],
  oneOff: false,
  state: 'running',
  health: 'none',
  networks: {},
  hostNetwork: false,
  aliases: {},
  startedAt: new Date(),
  restarts: 0,
  restartable: false,
  alwaysRestarted: false,
  exitCode: 0,
  image: 'i',
  imageId: 'sha256:i',
  number: 1,
  mounts: [],
  ...more,
});

/** What a coordinator left that had begun to restore on the node. */
export function journal(node: string, committed: boolean): string {
  const action: Action = { kind: 'restore', project: 'a', snapshots: {}, kept: {}, from: '', present: [] };
  const steps = [{ id: `restore@${node}`, node, title: 'restore', afterCommit: false, action }];
  const plan: Plan = { app: 'a', operation: 'restore', steps, warnings: [] };
  const entry = newEntry({ requestId: 'r', coordinator: node, plan, prepared: [] });
  return JSON.stringify({ ...entry, begun: steps.map(({ id }) => id), committed });
}

export interface Node {
  containers?: Container[];
  locked?: string[];
  consulIsAway?: boolean;
  failing?: string[];
  /** What it knew when it last ran. */
  remembered?: View;
  /** What is in the journals of apps. */
  journals?: Record<string, string>;
  /** Volumes in its store. */
  present?: string[];
  /** Those of them that stand for what was to come. */
  provisional?: string[];
  /** Short names of those that the services of each release use. */
  used?: string[];
}

/** Converges node n1, and tells what was done, in order. */
export async function did(wanted: View, node: Node) {
  const {
    containers = [],
    locked = [],
    consulIsAway,
    failing = [],
    remembered,
    journals = {},
    present = [],
    provisional = [],
    used = [],
  } = node;
  const done: string[] = [];
  const errors: { app: string; msg: string }[] = [];
  const act = async (what: string) => {
    if (failing.includes(what)) throw new CoveyError('failed', `${what} does not work`);
    done.push(what);
  };
  const deps: BootDeps = {
    node: 'n1',
    deployRoot: '/deploy',
    engine: {
      containers: async ({ project } = {}) =>
        containers.filter((each) => project === undefined || each.project === project),
      stopContainer: (id) => act(`stop ${id.replace('id of ', '')}`),
    } as Partial<BootDeps['engine']> as BootDeps['engine'],
    compose: {
      up: (folder, project, options) =>
        act(`up ${folder} ${project}${options?.underscores ? ' with underscores' : ''}`),
      config: async () => ({ services: {}, volumes: Object.fromEntries(used.map((name) => [name, {}])) }),
    } as Partial<BootDeps['compose']> as BootDeps['compose'],
    store: { list: async () => present, provisional: async () => provisional },
    kv: {
      get: async (key) => {
        if (consulIsAway) throw new CoveyError('unavailable', 'no leader');
        const value = journals[key];
        return value === undefined ? undefined : { key, value, modifyIndex: 1, createIndex: 1 };
      },
    },
    locks: {
      holder: async (key) => {
        if (consulIsAway) throw new CoveyError('unavailable', 'no leader');
        return locked.includes(key) ? ({ node: 'n2' } as LockHolder) : undefined;
      },
    },
    lease: { covers: () => false, forbids: () => false },
    logger: createLogger(
      { level: 'error' },
      { write: (line) => errors.push(JSON.parse(line) as { app: string; msg: string }) },
    ),
    signal: new AbortController().signal,
  };
  const waiting = await converge(deps, wanted, remembered);
  return { done, errors, waiting };
}
