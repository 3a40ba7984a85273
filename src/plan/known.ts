import type { Known } from './cutover-actions.ts';
import type { DeployInput } from './deploy-input.ts';
import type { Survey } from './results.ts';

/** What runs on a node, with the images that it has. */
export function runningOn({ containers }: Pick<Survey, 'containers'>): Known {
  return Object.fromEntries(
    containers.flatMap(({ service, imageId }) => (imageId === undefined ? [] : [[service, imageId]])),
  );
}

/**
 * The services of a release that are known to run, since the very same ran before, on the same data: all of them where the commit stays,
 * else those that compose makes as before where the app stays. They are known by their image, since a tag may name another one by now; of
 * the same commit what is built counts with any, since each node builds its own. Beside a volume that begins empty no commit is the same.
 */
export function knownOf(
  input: Pick<DeployInput, 'existing' | 'record' | 'release' | 'survey' | 'oldSurvey' | 'fromReplica'>,
  newVolumes: readonly string[],
): Known {
  const { existing, record, release, survey, oldSurvey = survey, fromReplica } = input;
  if (!existing || fromReplica) return {};
  const { commit, master } = existing.record;
  const isSame = commit === release.commit && newVolumes.length === 0;
  const unchanged = master === record.master ? release.unchanged : [];
  const known = Object.entries(runningOn(oldSurvey))
    .filter(([service]) => isSame || unchanged.includes(service))
    .map(([service, image]) => [service, isSame && release.built.includes(service) ? null : image]);
  return Object.fromEntries(known);
}
