import { furtherNodes } from '../app/balanced.ts';
import { deploymentOf } from '../app/record.ts';
import type { PastRelease } from '../app/releases.ts';
import type { Existing } from './deploy-input.ts';
import type { Survey } from './results.ts';
import { newSteps, registerAction } from './step-list.ts';
import type { Plan } from './steps.ts';

export interface DestroyInput {
  coordinator: string;
  root: string;
  project: string;
  existing: Existing;
  live: readonly string[];
  /** The releases that are known of the app. */
  releases: readonly PastRelease[];
  /** What the master holds of the app now; null: the master is lost, and has no part in it. */
  survey: Survey | null;
}

/** Stops the app, removes its record, then what it left on every live node. Snapshots stay. */
export function planDestroy(input: DestroyInput): Plan {
  const { project, existing, survey } = input;
  const { name, record } = existing;
  const steps = newSteps(input.coordinator);
  if (survey !== null) {
    const { images, running } = survey;
    const place = deploymentOf(input.root, name, project, record);
    steps.add(record.master, 'stop', { kind: 'stop', ...place, images, running });
    steps.add(record.master, 'deregister its checks', registerAction(name, undefined, record));
  }
  steps.commit('remove the record');
  for (const node of [...input.live].sort()) {
    steps.add(node, 'remove containers, volumes and folders', {
      kind: 'clear',
      folder: '',
      project,
      name,
      everything: true,
      volumes: record.volumes,
      leftTo: '',
    });
  }
  const builds = [
    ...furtherNodes(record),
    ...(record.takeover && record.slave !== null ? [record.slave] : []),
  ];
  const nodes = new Set([record.master, ...builds, ...input.releases.map(({ images }) => images.node)]);
  for (const node of [...nodes].filter((each) => input.live.includes(each)).sort())
    steps.add(node, 'let go of the images of its releases', { kind: 'prune', project, keep: [] });
  const missing = [record.master, record.slave].filter((node) => node && !input.live.includes(node));
  return {
    app: name,
    operation: 'destroy',
    steps: steps.list,
    warnings: missing.map((node) => `${node} is not alive: what it holds of ${name} stays there.`),
  };
}
