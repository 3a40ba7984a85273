import type { DeployInput } from './deploy-input.ts';
import type { Steps } from './step-list.ts';

/**
 * While the old release runs the new master makes the containers, on what the step `from` has sent of the volumes. Not where it has
 * anything of the app already: that may be data, or run. Whether it is planned.
 */
export function addCreate(
  steps: Steps,
  { identity, folder, record, release, survey, update }: DeployInput,
  { volumes, from }: { volumes: readonly string[]; from: string },
): boolean {
  if (!survey.creates || survey.volumes.length > 0) return false;
  const all = release.volumes.map(({ full }) => full);
  steps.add(record.master, 'create the containers', {
    kind: 'create',
    folder,
    project: identity.project,
    volumes: [...volumes],
    snapshots: {},
    from,
    newVolumes: all.filter((full) => !volumes.includes(full)),
    scripted: update && release.hasUpdateScript,
  });
  return true;
}
