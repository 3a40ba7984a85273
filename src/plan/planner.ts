import type { Identity } from '../app/identity.ts';
import { type AppRecord, deployFolder } from '../app/record.ts';
import type { Release } from '../app/release.ts';
import type { Action, Plan, Step, Survey } from './steps.ts';

/** A record, its key and its version in Consul. */
export interface Existing {
  name: string;
  record: AppRecord;
  /** Consul's ModifyIndex. */
  index: number;
}

export interface DeployInput {
  /** Node that runs the operation. */
  coordinator: string;
  identity: Identity;
  /** Folder of the new deployment, the same on every node. */
  folder: string;
  /** Root of all deployments. */
  root: string;
  existing: Existing | undefined;
  /** What is to be committed. */
  record: AppRecord;
  release: Release;
  /** What the master holds of the app now. */
  survey: Survey;
  update: boolean;
  /** Names of the live members. */
  live: readonly string[];
}

/** The steps that bring an app from its record to what is asked, after the release was fetched and inspected. */
export function planDeploy(input: DeployInput): Plan {
  const { identity, folder, existing, record, release, survey } = input;
  const { name, project } = identity;
  const here = { folder, project };
  const master = record.master;
  const slave = record.slave;
  const old = existing?.record;
  const oldFolder = old && deployFolder(input.root, name, old);
  const newVolumes = release.volumes
    .map((volume) => volume.full)
    .filter((full) => !survey.volumes.includes(full));

  const steps = newSteps(input.coordinator);
  if (slave) {
    steps.add(slave, `fetch ${short(release.commit)}`, {
      kind: 'fetch',
      ...here,
      repo: identity.repoUrl,
      branch: identity.branch,
      commit: release.commit,
    });
  }
  steps.add(master, 'build the images', { kind: 'build', ...here, images: survey.images });
  steps.add(master, 'check the routes', { kind: 'check', name, record: JSON.stringify(record) });
  if (old && oldFolder) {
    const kept = [...new Set([...old.volumes, ...record.volumes])];
    steps.add(master, 'stop', {
      kind: 'stop',
      folder: oldFolder,
      project,
      images: survey.images,
      running: survey.running,
    });
    if (kept.length > 0)
      steps.add(master, 'keep a snapshot of each volume', { kind: 'snapshot', volumes: kept });
  }
  if (input.update && release.hasUpdateScript) {
    steps.add(master, 'run update.sh', {
      kind: 'script',
      ...here,
      script: 'update.sh',
      args: ['-r', identity.repoUrl, '-b', identity.branch],
      newVolumes,
    });
  }
  steps.add(master, 'start', { kind: 'start', ...here, newVolumes });
  steps.add(master, 'wait until it is healthy', { kind: 'health', ...here });
  steps.add(master, 'register its checks', {
    kind: 'register',
    name,
    urls: release.urls,
    before: old ? urlsOf(old) : null,
  });
  steps.commit('record the release');

  const gone = (old?.volumes ?? []).filter((volume) => !record.volumes.includes(volume));
  if (old) {
    steps.add(master, 'remove what the old release left', {
      kind: 'clear',
      ...here,
      name,
      everything: false,
      volumes: gone,
    });
  }
  const oldSlave = old?.slave;
  if (oldSlave && oldSlave !== master && input.live.includes(oldSlave)) {
    const stays = oldSlave === slave;
    steps.add(oldSlave, stays ? 'remove the old release' : 'remove the replica', {
      kind: 'clear',
      folder: stays ? folder : '',
      project,
      name,
      everything: !stays,
      volumes: stays ? gone : (old?.volumes ?? []),
    });
  }
  return {
    app: name,
    operation: 'deploy',
    steps: steps.list,
    warnings: gone.map((volume) => `${volume} is no longer declared: it goes, a snapshot stays.`),
  };
}

export interface DestroyInput {
  coordinator: string;
  root: string;
  project: string;
  existing: Existing;
  live: readonly string[];
  /** What the master holds of the app now. */
  survey: Survey;
}

/** Stops the app, removes its record, then what it left on every live node. Snapshots stay. */
export function planDestroy(input: DestroyInput): Plan {
  const { project, existing } = input;
  const { name, record } = existing;
  const steps = newSteps(input.coordinator);
  steps.add(record.master, 'stop', {
    kind: 'stop',
    folder: deployFolder(input.root, name, record),
    project,
    images: input.survey.images,
    running: input.survey.running,
  });
  steps.add(record.master, 'deregister its checks', {
    kind: 'register',
    name,
    urls: null,
    before: urlsOf(record),
  });
  steps.commit('remove the record');
  for (const node of [...input.live].sort()) {
    steps.add(node, 'remove containers, volumes and folders', {
      kind: 'clear',
      folder: '',
      project,
      name,
      everything: true,
      volumes: record.volumes,
    });
  }
  const missing = [record.slave].filter((node) => node && !input.live.includes(node));
  return {
    app: name,
    operation: 'destroy',
    steps: steps.list,
    warnings: missing.map((node) => `${node} is not alive: what it holds of ${name} stays there.`),
  };
}

/** Steps in order; what comes after the commit is marked so. */
function newSteps(coordinator: string) {
  const list: Step[] = [];
  let committed = false;
  const add = (node: string, title: string, action: Action) => {
    const id = `${action.kind}@${node}`;
    if (list.some((step) => step.id === id)) throw new Error(`The plan has two steps ${id}.`);
    list.push({ id, node, title, afterCommit: committed, action });
  };
  return {
    list,
    add,
    commit: (title: string) => {
      add(coordinator, title, { kind: 'commit' });
      committed = true;
      add(coordinator, 'wait until every node serves it', { kind: 'acknowledge' });
    },
  };
}

function urlsOf(record: AppRecord): string[] {
  return record.urls.split(',').filter((url) => url !== '');
}

function short(commit: string): string {
  return commit.slice(0, 10);
}
