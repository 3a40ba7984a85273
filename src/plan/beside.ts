import type { AppRecord } from '../app/record.ts';
import { upstreamsOf } from '../app/sites.ts';
import { canStandIn } from '../app/stand-ins.ts';
import type { DeployInput, Existing } from './deploy-input.ts';
import { registerAction, type Steps } from './step-list.ts';

type Input = Pick<DeployInput, 'identity' | 'folder' | 'record' | 'release' | 'survey' | 'inMaintenance'>;

/**
 * Whether the release can be started while the one before runs on: where the app stays, and neither has data that both would write to.
 * Then nobody waits at all, nor is anything stopped for a release that does not come up.
 */
export function startsBeside(input: Input, old: AppRecord | undefined): old is AppRecord {
  const { record, release, survey } = input;
  if (old === undefined || old.master !== record.master || input.inMaintenance) return false;
  if (
    [old, record].some(
      ({ volumes, balanced, haproxy }) => volumes.length > 0 || balanced || Object.keys(haproxy).length > 0,
    )
  )
    return false;
  return release.beside && isReplaceable(survey.containers, old) && canStandIn(record);
}

/** There is one container, by the name that routes know. */
function isReplaceable(containers: Input['survey']['containers'], { ct }: AppRecord): boolean {
  return (
    containers.length === 1 && containers.every(({ service, name, spare }) => spare && ct[service] === name)
  );
}

/** Starts the release beside the one before, up to what comes before the commit. Gives the step that tells its images. */
export function addBeside(steps: Steps, input: Input, { record: before, index }: Existing): string {
  const { identity, folder, record, release, survey } = input;
  const { name, project } = identity;
  const { master, ct } = record;
  const here = { folder, project };
  const old = survey.containers.map(({ id }) => id);
  const had = new Set(survey.containers.map(({ service }) => service));
  const scale = Object.fromEntries(
    Object.keys(release.containers).map((each) => [each, had.has(each) ? 2 : 1]),
  );
  steps.add(master, 'start it beside the release before', { kind: 'beside', ...here, old, scale });
  const sites = upstreamsOf(record);
  steps.add(master, 'wait until it is healthy', { kind: 'health', ...here, sites, except: old });
  const images = steps.add(master, 'keep its images', {
    kind: 'retain',
    project,
    images: survey.images,
    except: old,
  });
  steps.add(master, 'register its checks', registerAction(name, record, before));
  steps.add(master, 'have requests go to it once it is recorded', {
    kind: 'stand-in',
    name,
    project,
    old,
    ct,
    index,
  });
  return images;
}

/** After the commit. */
export function addRetire(steps: Steps, { identity, record, survey }: Input, { index }: Existing): void {
  const { name, project } = identity;
  const { master, ct } = record;
  const old = survey.containers.map(({ id }) => id);
  steps.add(master, 'end the release before, once it has answered', {
    kind: 'retire',
    name,
    project,
    old,
    ct,
    index,
  });
}
