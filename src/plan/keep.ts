import { deploymentOf } from '../app/record.ts';
import { upstreamsOf } from '../app/sites.ts';
import { addHold } from './cutover.ts';
import type { Known } from './cutover-actions.ts';
import type { Existing } from './deploy-input.ts';
import { runningOn } from './known.ts';
import { type Survey, snapshotResult } from './results.ts';
import type { Results } from './runner.ts';
import { newSteps, type Steps } from './step-list.ts';
import type { Plan } from './steps.ts';

/** What plans that leave an app's record as it is are made of. */
export interface OnMaster {
  coordinator: string;
  /** Root of all deployments. */
  root: string;
  project: string;
  existing: Existing;
  /** What the master holds of the app now. */
  survey: Survey;
  inMaintenance: boolean;
}

/** Keeps a snapshot of volumes of the app on its master, all in one go; where asked so with the app stopped. */
export function planSnapshot(input: OnMaster & { volumes: readonly string[]; stop: boolean }): Plan {
  const { existing, volumes } = input;
  const { name, record } = existing;
  const steps = newSteps(input.coordinator);
  const app = releaseSteps(steps, input);
  // An app that its operators have stopped stays so.
  const stops = input.stop && input.survey.running;
  if (stops) app.stop();
  steps.add(record.master, 'keep a snapshot of each volume', { kind: 'keep', volumes: [...volumes] });
  if (stops) app.start(runningOn(input.survey));
  steps.seal('note that it is done');
  return { app: name, operation: 'snapshot', steps: steps.list, warnings: [] };
}

/** A writable copy of a volume on the app's master. */
export function planClone({
  coordinator,
  existing,
  volume,
  to,
}: Pick<OnMaster, 'coordinator' | 'existing'> & { volume: string; to: string }): Plan {
  const steps = newSteps(coordinator);
  steps.add(existing.record.master, `copy ${volume} to ${to}`, { kind: 'clone', volume, to });
  steps.seal('note that it is done');
  return { app: existing.name, operation: 'clone', steps: steps.list, warnings: [] };
}

/** Stops the release that runs, and starts the same one again. */
export function releaseSteps(steps: Steps, { root, project, existing, survey, inMaintenance }: OnMaster) {
  const { name, record } = existing;
  const here = deploymentOf(root, name, project, record);
  const { folder } = here;
  const { images, running } = survey;
  return {
    stop: () => {
      addHold(steps, { project, old: record, next: record, survey, nextSurvey: survey, inMaintenance });
      steps.add(record.master, 'stop', { kind: 'stop', ...here, images, running });
    },
    /** `known`: what is to come up on the data that it had. */
    start: (known: Known = {}) => {
      steps.add(record.master, 'start', { kind: 'start', ...here, newVolumes: [] });
      const sites = upstreamsOf(record);
      steps.add(record.master, 'wait until it is healthy', { kind: 'health', folder, project, sites, known });
    },
  };
}

/** The snapshots that people want to know the names of: those of the app that they asked for, and states that were put aside. Not what is kept of a release. */
export function snapshotsMade(plan: Plan, results: Results): string[] {
  return plan.steps
    .filter(({ id, app, afterCommit }) => app === undefined && !afterCommit && id !== plan.sources?.data.from)
    .filter(({ action }) => action.kind === 'keep' || (action.kind === 'snapshot' && action.label))
    .flatMap(({ id }) => Object.values(snapshotResult.parse(results.get(id)).snapshots));
}
