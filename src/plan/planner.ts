import { furtherNodes } from '../app/balanced.ts';
import type { Identity } from '../app/identity.ts';
import { type AppRecord, deploymentOf } from '../app/record.ts';
import type { Release } from '../app/release.ts';
import type { PastRelease } from '../app/releases.ts';
import { MOST_ROUNDS } from '../volumes/transfer/rounds.ts';
import {
  addCutover,
  addFurther,
  addFurtherClear,
  addMasterIn,
  type Balancing,
  balanceWarnings,
} from './balanced.ts';
import { addCertificates } from './certificates.ts';
import type { FenceAction } from './fence-action.ts';
import { addPrune, addReadiness, addSlave, addStart } from './release-steps.ts';
import type { Survey } from './results.ts';
import { newSteps, registerAction, type Steps } from './step-list.ts';
import type { Plan, ReleaseSources } from './steps.ts';
import { snapshotsOf, takeoverWarnings } from './takeover.ts';

/** A record, its key and its version in Consul. */
export interface Existing {
  name: string;
  record: AppRecord;
  /** Consul's ModifyIndex. */
  index: number;
}

export interface DeployInput extends Pick<Balancing, 'further'> {
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
  /** What the new master holds of the app now. */
  survey: Survey;
  /** What the old master holds, where it is another one. */
  oldSurvey: Survey | undefined;
  update: boolean;
  inMaintenance: boolean;
  /** The releases that are known of the app. */
  releases: readonly PastRelease[];
  /** Names of the live members. */
  live: readonly string[];
  /** The old master is lost, and the new one takes over from the replicas that its survey has found. */
  fromReplica: boolean;
  /** It does so by itself: what takes the old master's lease from it. */
  fence?: FenceAction | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The steps that bring an app from its record to what is asked, after the release was fetched and inspected. */
export function planDeploy(input: DeployInput): Plan {
  const { identity, folder, record, release, survey } = input;
  const { name, project } = identity;
  const here = { folder, project };
  const { master, slave } = record;
  const old = input.existing?.record;
  const moves = old !== undefined && old.master !== master;
  const moved = moves ? old.volumes.filter((volume) => record.volumes.includes(volume)) : [];
  const newVolumes = release.volumes
    .map((volume) => volume.full)
    .filter((full) => !survey.volumes.includes(full) && !moved.includes(full));

  const steps = newSteps(input.coordinator);
  addSlave(steps, { identity, folder, master, slave, commit: release.commit });
  steps.add(master, 'build the images', {
    kind: 'build',
    ...here,
    images: survey.images,
    reuse: {},
    ...(input.fence && { missing: true }),
  });
  steps.add(master, 'check the routes', { kind: 'check', name, record: JSON.stringify(record) });
  addFurther(steps, input);
  let data: ReleaseSources['data'] = { from: '', snapshots: {} };
  // Nothing of the app may run here before.
  if (input.fence) steps.add(master, `take the lease of ${input.fence.holder}`, input.fence);
  if (old && input.fromReplica) data = addTakeover(steps, input, moved);
  else if (old) data = addStop(steps, input, old, moved);
  if (input.update && release.hasUpdateScript) {
    steps.add(master, 'run update.sh', {
      kind: 'script',
      ...here,
      script: 'update.sh',
      args: ['-r', identity.repoUrl, '-b', identity.branch],
      newVolumes,
    });
  }
  const images = addStart(steps, {
    identity,
    folder,
    record,
    newVolumes,
    survey,
    before: moves ? undefined : old,
  });
  addMasterIn(steps, input);
  steps.commit('record the release');
  if (old) addClear(steps, input, old);
  addFurtherClear(steps, input);
  addPrune(steps, input);
  addReadiness(steps, input);
  const takeover = old && input.fromReplica ? takeoverOf(input, old, moved) : [];
  return {
    app: name,
    operation: 'deploy',
    steps: steps.list,
    warnings: [...takeover, ...warningsOf(input, old), ...balanceWarnings(input)],
    sources: { images, data },
  };
}

/** The old master is out of reach: nothing is stopped, and the volumes are what was replicated last. */
function addTakeover(
  steps: Steps,
  { record, survey }: DeployInput,
  moved: readonly string[],
): ReleaseSources['data'] {
  if (moved.length === 0) return { from: '', snapshots: {} };
  const present = survey.volumes.filter((volume) => moved.includes(volume));
  const snapshots = snapshotsOf(survey.replicas, moved);
  steps.add(record.master, 'put the replicas in place', {
    kind: 'adopt',
    volumes: [...moved],
    snapshots,
    from: '',
    present,
  });
  return { from: '', snapshots };
}

function takeoverOf(input: DeployInput, old: AppRecord, moved: readonly string[]): string[] {
  const { record, survey, now } = input;
  return takeoverWarnings({
    oldMaster: old.master,
    oldSlave: old.slave,
    master: record.master,
    replicas: survey.replicas,
    volumes: moved,
    now,
  });
}

/** Stops the old release where it runs. Its data stays there, or goes to the new master: most of it before the stop. */
function addStop(
  steps: Steps,
  input: DeployInput,
  old: AppRecord,
  moved: readonly string[],
): ReleaseSources['data'] {
  let kept = '';
  const { identity, record, survey, oldSurvey = survey } = input;
  const { name, project } = identity;
  const from = old.master;
  const to = record.master;
  const stop = {
    kind: 'stop',
    ...deploymentOf(input.root, name, project, old),
    images: oldSurvey.images,
    running: oldSurvey.running,
  } as const;
  const { inMaintenance } = input;
  const hold = () => addCutover(steps, input, { old, survey: oldSurvey, nextSurvey: survey, inMaintenance });
  if (from === to) {
    hold();
    steps.add(from, 'stop', stop);
    const all = [...new Set([...old.volumes, ...record.volumes])];
    if (all.length > 0)
      kept = steps.add(from, 'keep a snapshot of each volume', { kind: 'snapshot', volumes: all, project });
    return { from: kept, snapshots: {} };
  }
  const volumes = [...moved];
  const send = { kind: 'send', volumes, to, rounds: 1 } as const;
  if (moved.length > 0) {
    const first = { ...send, rounds: MOST_ROUNDS };
    steps.add(from, `send a first copy to ${to}, while it runs`, first, 'first');
  }
  addCertificates(steps, { name, record, from });
  hold();
  steps.add(from, 'stop', stop);
  if (moved.length > 0) {
    kept = steps.add(from, `send the rest to ${to}`, send);
    const present = survey.volumes.filter((volume) => moved.includes(volume));
    const adopt = { kind: 'adopt', volumes, snapshots: {}, from: kept, present } as const;
    steps.add(to, 'put the volumes in place', adopt);
  }
  steps.add(from, 'deregister its checks', registerAction(name, undefined, old));
  return { from: kept, snapshots: {} };
}

/** After the commit each node that had a role keeps what its role now needs. */
export function addClear(
  steps: Steps,
  input: Pick<DeployInput, 'identity' | 'folder' | 'record' | 'live'>,
  old: AppRecord,
): void {
  const { identity, folder, record, live } = input;
  const { name, project } = identity;
  const had = [...new Set([record.master, old.master, ...(old.slave ? [old.slave] : [])])];
  for (const node of had.filter((each) => live.includes(each))) {
    const stays = [record.master, record.slave, ...furtherNodes(record)].includes(node);
    const wasMaster = node === old.master && node !== record.master;
    // What a node has live, and may no longer have: a slave has snapshots only.
    const everything = wasMaster || !stays;
    steps.add(node, stays ? 'remove what the old release left' : 'remove what is left of the app', {
      kind: 'clear',
      folder: stays ? folder : '',
      project,
      name,
      everything,
      volumes: everything ? old.volumes : goneVolumes(record, old),
      leftTo: '',
    });
  }
}

function warningsOf(input: DeployInput, old: AppRecord | undefined): string[] {
  if (!old) return [];
  const { record, live, oldSurvey, release } = input;
  const away = old.slave && old.slave !== record.master && !live.includes(old.slave) ? [old.slave] : [];
  const local = release.volumes.filter((volume) => !volume.replicated).map((volume) => volume.full);
  const left = input.fromReplica
    ? local
    : (oldSurvey?.volumes.filter((volume) => !old.volumes.includes(volume)) ?? []);
  return [
    ...goneVolumes(record, old).map(
      (volume) => `${volume} is no longer declared: it goes, a snapshot stays.`,
    ),
    ...left.map(
      (volume) =>
        `${volume} is not replicated: it is removed from ${old.master}, and ${record.master} gets an empty one.`,
    ),
    ...away.map((node) => `${node} is not alive: what it holds of the app stays there.`),
  ];
}

/** Those that the new record no longer names. */
export function goneVolumes(record: AppRecord, old: AppRecord): string[] {
  return old.volumes.filter((volume) => !record.volumes.includes(volume));
}
