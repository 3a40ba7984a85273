import type { AppRecord } from '../app/record.ts';
import { addFurther, addFurtherClear, addMasterIn, balanceWarnings } from './balanced.ts';
import { addBeside, addRetire, type Beside, besideOf, besideWarnings } from './beside.ts';
import { addClear, goneVolumes } from './clear.ts';
import type { DeployInput } from './deploy-input.ts';
import { knownOf } from './known.ts';
import { addPrune, addReadiness, addSlave, addStart } from './release-steps.ts';
import { newSteps, type Steps } from './step-list.ts';
import type { Plan, ReleaseSources } from './steps.ts';
import { addStop } from './stop-old.ts';
import { snapshotsOf, takeoverWarnings } from './takeover.ts';

/** The steps that bring an app from its record to what is asked, after the release was fetched and inspected. */
export function planDeploy(input: DeployInput): Plan {
  const { identity, folder, record, release, survey } = input;
  const { name, project } = identity;
  const here = { folder, project };
  const { master, slave } = record;
  const old = input.existing?.record;

  const found = besideOf(input, input.existing);
  const beside = typeof found === 'object' && !runsScript(input) ? found : undefined;
  const why = typeof found === 'object' ? 'update.sh runs' : found;
  const steps = newSteps(input.coordinator);
  addSlave(steps, { identity, folder, master, slave, commit: release.commit });
  steps.add(master, 'build the images', {
    kind: 'build',
    ...here,
    images: survey.images,
    reuse: {},
    ...(input.fence && { missing: true }),
    ...(beside?.isPart && { services: [...beside.services] }),
  });
  steps.add(master, 'check the routes', { kind: 'check', name, record: JSON.stringify(record) });
  addFurther(steps, input);
  const sources = beside ? addSwap(steps, input, beside) : addReplacement(steps, input);
  steps.commit('record the release');
  if (beside) addRetire(steps, input, beside);
  if (old) addClear(steps, input, old);
  addFurtherClear(steps, input);
  addPrune(steps, input);
  addReadiness(steps, input);
  const takeover = old && input.fromReplica ? takeoverOf(input, old) : [];
  return {
    app: name,
    operation: 'deploy',
    steps: steps.list,
    warnings: [
      ...takeover,
      ...warningsOf(input, old),
      ...balanceWarnings(input),
      ...besideWarnings(input, beside ?? why),
    ],
    sources,
  };
}

const runsScript = ({ update, release }: DeployInput): boolean => update && release.hasUpdateScript;

const noData: ReleaseSources['data'] = { from: '', snapshots: {} };

/** Starts the release beside what runs. */
function addSwap(steps: Steps, input: DeployInput, beside: Beside): ReleaseSources {
  const { images, kept } = addBeside(steps, input, beside);
  return { images, data: { ...noData, from: kept } };
}

/** Stops what runs, and starts the release in its place. */
function addReplacement(steps: Steps, input: DeployInput): ReleaseSources {
  const { identity, folder, record, release, survey } = input;
  const old = input.existing?.record;
  const moves = old !== undefined && old.master !== record.master;
  const moved = moves ? movedVolumes(old, record) : [];
  const newVolumes = release.volumes
    .map((volume) => volume.full)
    .filter((full) => !survey.volumes.includes(full) && !moved.includes(full));
  let data = noData;
  // Nothing of the app may run here before.
  if (input.fence) steps.add(record.master, `take the lease of ${input.fence.holder}`, input.fence);
  if (old && input.fromReplica) data = addTakeover(steps, input, moved);
  else if (old) data = addStop(steps, input, old, moved);
  if (runsScript(input)) {
    steps.add(record.master, 'run update.sh', {
      kind: 'script',
      folder,
      project: identity.project,
      script: 'update.sh',
      args: ['-r', identity.repoUrl, '-b', identity.branch],
      newVolumes,
    });
  }
  const before = moves ? undefined : old;
  // What update.sh does to the data nobody knows.
  const known = runsScript(input) ? {} : knownOf(input, newVolumes);
  const images = addStart(steps, { identity, folder, record, newVolumes, survey, before, known });
  addMasterIn(steps, input);
  return { images, data };
}

/** Those that go with the app to another master. */
function movedVolumes(old: AppRecord, record: AppRecord): string[] {
  return old.volumes.filter((volume) => record.volumes.includes(volume));
}

/** The old master is out of reach: nothing is stopped, and the volumes are what was replicated last. */
function addTakeover(
  steps: Steps,
  { record, survey }: DeployInput,
  moved: readonly string[],
): ReleaseSources['data'] {
  if (moved.length === 0) return noData;
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

function takeoverOf(input: DeployInput, old: AppRecord): string[] {
  const { record, survey, now } = input;
  return takeoverWarnings({
    oldMaster: old.master,
    oldSlave: old.slave,
    master: record.master,
    replicas: survey.replicas,
    volumes: old.master === record.master ? [] : movedVolumes(old, record),
    now,
  });
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
