import { parseDeployDate } from '../app/dates.ts';
import { type AppRecord, deployFolder } from '../app/record.ts';
import type { PastRelease } from '../app/releases.ts';
import { replicateEvery } from '../app/schedules.ts';
import { formatDuration } from '../durations.ts';
import { addCutover, addFurther, addFurtherClear, addMasterIn, balanceWarnings } from './balanced.ts';
import { addBeside, addRetire, besideOf, besideWarnings } from './beside.ts';
import type { Choice } from './choose.ts';
import { addClear, goneVolumes } from './clear.ts';
import type { DeployInput, Existing } from './deploy-input.ts';
import { addPrune, addReadiness, addSlave, addStart, short } from './release-steps.ts';
import { newSteps, type Steps } from './step-list.ts';
import type { Plan } from './steps.ts';

export interface RollbackInput
  extends Pick<
    DeployInput,
    | 'coordinator'
    | 'identity'
    | 'folder'
    | 'root'
    | 'record'
    | 'release'
    | 'survey'
    | 'inMaintenance'
    | 'further'
    | 'releases'
    | 'live'
    | 'now'
  > {
  existing: Existing;
  target: PastRelease;
  /** Volumes and the snapshots that they are put back to; none: the data stays. */
  choices: readonly Choice[];
  codeOnly: boolean;
  /** The images of the release, by name, if its master has them all; else they are built. */
  images: Readonly<Record<string, string>> | null;
}

/**
 * The steps that bring an app back to an earlier release where it runs, and its volumes to what they held when that one
 * ended. What they hold now is kept first, as a release too: so the same again goes forth.
 */
export function planRollback(input: RollbackInput): Plan {
  const { identity, folder, existing, record, release, survey, images: reuse } = input;
  const { name, project } = identity;
  const here = { folder, project };
  const { master, slave } = record;
  const old = existing.record;

  const steps = newSteps(input.coordinator);
  // An app must not wait for a machine that it does not need to run: the warnings say what the slave will lack.
  const there = slave !== null && input.live.includes(slave) ? slave : null;
  addSlave(steps, { identity, folder, master, slave: there, commit: release.commit });
  const found = swapOf(input);
  const beside = typeof found === 'object' ? found : undefined;
  const services = beside?.isPart ? { services: [...beside.services] } : {};
  const how = reuse ? 'give the images of that release their names back' : 'build the images';
  steps.add(master, how, { kind: 'build', ...here, images: survey.images, reuse: { ...reuse }, ...services });
  steps.add(master, 'check the routes', { kind: 'check', name, record: JSON.stringify(record) });
  addFurther(steps, input);
  const { images, kept } = beside ? addBeside(steps, input, beside) : addReplacement(steps, input);
  steps.commit('record the release');
  if (beside) addRetire(steps, input, beside);
  addNewest(steps, input);
  addClear(steps, input, old);
  addFurtherClear(steps, input);
  addPrune(steps, input);
  addReadiness(steps, input);
  return {
    app: name,
    operation: 'rollback',
    steps: steps.list,
    warnings: [...warningsOf(input), ...balanceWarnings(input), ...besideWarnings(input, found)],
    target: input.target.record.deploy_id ?? '',
    current: old.deploy_id ?? '',
    sources: { images, data: { from: kept, snapshots: {} } },
  };
}

/** Where the release can be started beside what runs, since data and what runs on stay: what. Else why not. */
function swapOf(input: RollbackInput): ReturnType<typeof besideOf> {
  const { choices, existing, survey, images, release } = input;
  if (choices.length > 0) return 'its data goes back too';
  const staying = survey.containers.filter(({ service }) => release.swap?.kept.includes(service));
  const now = survey.images;
  const others = staying.filter(({ image }) => (images?.[image] ?? now[image]) !== now[image]);
  if (others.length === 0) return besideOf(input, existing);
  return `that release had another image of ${others.map(({ service }) => service).join(', ')}`;
}

/** Stops what runs, and starts the release in its place, on its data. */
function addReplacement(steps: Steps, input: RollbackInput): { images: string; kept: string } {
  const { identity, folder, existing, record, release, survey, inMaintenance } = input;
  const { name, project } = identity;
  const old = existing.record;
  const restored = restoredVolumes(input);
  const newVolumes = release.volumes
    .map((volume) => volume.full)
    .filter((full) => !survey.volumes.includes(full) && !restored.includes(full));
  const { images: named, running } = survey;
  const oldFolder = deployFolder(input.root, name, old);
  addCutover(steps, input, { old, survey, nextSurvey: survey, inMaintenance });
  steps.add(record.master, 'stop', { kind: 'stop', folder: oldFolder, project, images: named, running });
  const kept = addData(steps, input);
  const images = addStart(steps, { identity, folder, record, newVolumes, survey, before: old });
  addMasterIn(steps, input);
  return { images, kept };
}

/** The volumes that are put back. */
function restoredVolumes({ choices }: RollbackInput): string[] {
  return choices.map(({ volume }) => volume);
}

/** Keeps what all volumes hold, then puts the snapshots in their place. Gives the step that has kept it. */
function addData(steps: Steps, input: RollbackInput): string {
  const { existing, record, identity, survey, choices } = input;
  const restored = restoredVolumes(input);
  const { master } = record;
  const { project } = identity;
  const all = [...new Set([...existing.record.volumes, ...record.volumes])];
  if (all.length === 0) return '';
  const from = steps.add(master, 'keep a snapshot of each volume', {
    kind: 'snapshot',
    volumes: all,
    project,
  });
  if (choices.length > 0) {
    steps.add(master, 'put the data of that release in place', {
      kind: 'restore',
      project,
      snapshots: Object.fromEntries(choices.map(({ volume, snapshot }) => [volume, snapshot.name])),
      kept: {},
      from,
      present: restored.filter((volume) => survey.volumes.includes(volume)),
    });
  }
  return from;
}

/** A takeover and the next restore start from the newest by name: that is now what was put in place. */
function addNewest(steps: Steps, input: RollbackInput): void {
  const { record, choices, live } = input;
  if (choices.length === 0) return;
  const { master, slave } = record;
  const snapshots = choices.map(({ snapshot }) => snapshot.name);
  const from = steps.add(master, 'make it the newest snapshot', { kind: 'promote', snapshots });
  const volumes = restoredVolumes(input).filter((volume) => replicateEvery(record, volume) > 0);
  if (slave === null || !live.includes(slave) || volumes.length === 0) return;
  steps.add(master, `send it to ${slave}`, { kind: 'send', volumes, to: slave, rounds: 1, from });
}

function warningsOf(input: RollbackInput): string[] {
  const { identity, existing, record, target, choices, codeOnly, survey, images, live, now } = input;
  const { name } = identity;
  const { master, slave } = record;
  const isBack = (volume: string) => choices.some((choice) => choice.volume === volume);
  const staying = record.volumes.filter((volume) => survey.volumes.includes(volume) && !isBack(volume));
  const away = slave !== null && !live.includes(slave);
  const empty = record.volumes.filter((volume) => !survey.volumes.includes(volume) && !isBack(volume));
  return [
    `${name} goes from ${what(existing.record)} back to ${what(target.record)}.`,
    ...choices.map((choice) => loss(choice, survey.volumes.includes(choice.volume), name, now)),
    ...(codeOnly ? ['The data stays as it is: the older release has to be able to read it.'] : []),
    ...(codeOnly
      ? []
      : staying.map((volume) => `${volume} was not kept with that release: its data stays as it is.`)),
    ...empty.map((volume) => startsEmpty(volume, input)),
    ...goneVolumes(record, existing.record).map(
      (volume) => `${volume} is not declared by that release: it goes, a snapshot stays.`,
    ),
    ...(images
      ? []
      : [`${master} no longer has the images of that release: they are built anew, and may differ.`]),
    ...(away && choices.length > 0
      ? [`${slave} is not alive: until it is back, its newest replicas are of what is given up now.`]
      : []),
    ...(away ? [`${slave} is not alive: the release can't be brought there.`] : []),
  ];
}

function startsEmpty(volume: string, { target, codeOnly, identity }: RollbackInput): string {
  const kept = target.ended?.snapshots[volume];
  const begins = `${volume} is not there: the release begins with an empty one`;
  if (!codeOnly || kept === undefined) return `${begins}.`;
  return `${begins}. covey restore ${identity.name} --snapshot ${kept} then puts its data back.`;
}

function what({ commit, deploy_date }: AppRecord): string {
  const at = parseDeployDate(deploy_date);
  const day = at === null ? '' : ` (deployed ${new Date(at).toISOString().slice(0, 19)}Z)`;
  return `${commit === undefined ? 'an unknown commit' : short(commit)}${day}`;
}

function loss({ volume, snapshot }: Choice, isThere: boolean, app: string, now: number): string {
  const at = snapshot.at === null ? null : snapshot.at / 1000;
  const age = at === null ? 'of unknown age' : `${formatDuration(now - at)} old`;
  const back = `${volume} goes back to ${snapshot.name}, ${age}`;
  if (!isThere) return `${back}.`;
  const since = at === null ? 'What it holds now' : `What was written since ${new Date(at).toISOString()}`;
  return `${back}. ${since} is given up, and kept as a snapshot: covey rollback ${app} then brings it back.`;
}
