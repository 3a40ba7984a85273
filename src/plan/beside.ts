import type { AppRecord } from '../app/record.ts';
import { upstreamsOf } from '../app/sites.ts';
import { canStandIn } from '../app/stand-ins.ts';
import type { DeployInput, Existing } from './deploy-input.ts';
import type { Survey } from './results.ts';
import { registerAction, type Steps } from './step-list.ts';

type Input = Pick<DeployInput, 'identity' | 'folder' | 'record' | 'release' | 'survey' | 'inMaintenance'>;

/** What of a release comes up beside what runs, and what that is. */
export interface Beside {
  before: Existing;
  /** The services that are started. */
  services: readonly string[];
  /** Ids of the containers in whose place they come. */
  old: string[];
  /** Service -> container, by the name that routes know, of the services that are started. */
  ct: Record<string, string>;
  /** Whether others of the app run on. */
  isPart: boolean;
}

/**
 * What can be started while the release before runs on: where the app stays, what is replaced has no data, and all else is to be as it
 * is. Then nobody waits at all, nor is anything stopped for a release that does not come up. Else why all has to be stopped first;
 * undefined where that is no question.
 */
export function besideOf(input: Input, existing: Existing | undefined): Beside | string | undefined {
  const { record, release, survey } = input;
  const { swap } = release;
  if (!existing || existing.record.master !== record.master || input.inMaintenance || !swap) return undefined;
  const { record: old } = existing;
  const { services, kept, changed } = swap;
  const list = (names: readonly string[]) => names.join(', ');
  if (changed.length > 0) return `${list(changed)} would not stay the same for sure`;
  if ([old, record].some(({ balanced }) => balanced)) return 'it runs on several nodes';
  if ([old, record].some(({ haproxy }) => Object.keys(haproxy).length > 0)) return 'it has HAPROXY';
  if (!hasSameVolumes(old, input)) return 'its volumes are not the same';
  const staying = survey.containers.filter(({ service }) => kept.includes(service));
  const replaced = survey.containers.filter(({ service }) => !kept.includes(service));
  const away = kept.filter((service) => !staying.some((each) => each.service === service));
  const unfit = staying.filter((each) => !each.lasting || !isCalled(each, record));
  const lacking = [...away, ...unfit.map(({ service }) => service)];
  if (lacking.length > 0) return `${list(lacking)} does not run as it should`;
  if (replaced.length === 0 || !isReplaceable(replaced, old))
    return 'what it replaces does not run as it should';
  const ct = Object.fromEntries(Object.entries(record.ct).filter(([service]) => services.includes(service)));
  if (!canStandIn({ caddyfile: record.caddyfile, ct })) return 'a site asks its container not by plain HTTP';
  const ids = replaced.map(({ id }) => id);
  return { before: existing, services, old: ids, ct, isPart: kept.length > 0 };
}

/** Who has asked for it by a label is told why it is not so. */
export function besideWarnings(
  { release: { swap } }: Pick<Input, 'release'>,
  beside: ReturnType<typeof besideOf>,
): string[] {
  if (!swap?.asked || typeof beside !== 'string') return [];
  const services = swap.services.join(', ');
  return [
    `All of it is stopped for the deploy, though ${services} could be replaced while it runs: ${beside}.`,
  ];
}

/** None is to be made, and none goes. */
function hasSameVolumes(old: AppRecord, { record, release, survey }: Input): boolean {
  const [before, after] = [old, record].map(({ volumes }) => volumes.toSorted().join(' '));
  return before === after && release.volumes.every(({ full }) => survey.volumes.includes(full));
}

type Containers = Survey['containers'];

/** There is one of each service, by the name that routes know. */
function isReplaceable(containers: Containers, old: AppRecord): boolean {
  const services = new Set(containers.map(({ service }) => service));
  return services.size === containers.length && containers.every((each) => each.spare && isCalled(each, old));
}

const isCalled = ({ service, name }: Pick<Containers[number], 'service' | 'name'>, { ct }: AppRecord) =>
  (ct[service] ?? name) === name;

/** Starts it, up to what comes before the commit. Gives the steps that tell its images, and what its volumes held. */
export function addBeside(steps: Steps, input: Input, beside: Beside): { images: string; kept: string } {
  const { identity, folder, record, survey } = input;
  const { old, ct, before } = beside;
  const { name, project } = identity;
  const { master, volumes } = record;
  const here = { folder, project };
  const keep = { kind: 'keep', volumes } as const;
  const kept = volumes.length > 0 ? steps.add(master, 'keep a snapshot of each volume', keep) : '';
  const had = new Set(survey.containers.map(({ service }) => service));
  const counts = beside.services.map((service) => [service, had.has(service) ? 2 : 1]);
  const scale = Object.fromEntries(counts);
  const there = survey.containers.map(({ id }) => id);
  const what = beside.isPart ? beside.services.join(', ') : 'it';
  steps.add(master, `start ${what} beside the release before`, {
    kind: 'beside',
    ...here,
    old: there,
    scale,
  });
  // What runs on may have been restarted often enough in its time to be taken for broken.
  const sites = upstreamsOf(record);
  steps.add(master, 'wait until it is healthy', { kind: 'health', ...here, sites, except: there });
  const images = steps.add(master, 'keep its images', {
    kind: 'retain',
    project,
    images: survey.images,
    except: old,
  });
  steps.add(master, 'register its checks', registerAction(name, record, before.record));
  const { index } = before;
  const standIn = { kind: 'stand-in', name, project, old, ct, index } as const;
  steps.add(master, 'have requests go to it once it is recorded', standIn);
  return { images, kept };
}

/** After the commit. */
export function addRetire(steps: Steps, { identity, record }: Input, { old, ct, before }: Beside): void {
  const { name, project } = identity;
  const retire = { kind: 'retire', name, project, old, ct, index: before.index } as const;
  steps.add(record.master, 'end the release before, once it has answered', retire);
}
