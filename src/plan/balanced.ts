import { furtherNodes, isBalancedWhole } from '../app/balanced.ts';
import type { Identity } from '../app/identity.ts';
import { type AppRecord, deploymentOf } from '../app/record.ts';
import type { Release } from '../app/release.ts';
import type { PastRelease } from '../app/releases.ts';
import { siteHosts } from '../app/site-hosts.ts';
import { upstreamsOf } from '../app/sites.ts';
import { addHold } from './cutover.ts';
import { addRetain, short } from './release-steps.ts';
import type { Survey } from './results.ts';
import type { Steps } from './step-list.ts';

/** What is known before a release goes to several nodes. */
export interface Balancing {
  identity: Identity;
  folder: string;
  root: string;
  /** The record that is there, and its generation. */
  existing: { name: string; record: AppRecord; index: number } | undefined;
  record: AppRecord;
  release: Release;
  /** The releases that are known of the app. */
  releases: readonly PastRelease[];
  /** What the master has, and the old one where that is another. */
  survey: Survey;
  oldSurvey?: Survey | undefined;
  /** What the nodes besides the masters hold that have services of the app, or are to; only of those that can take part. */
  further: Readonly<Record<string, Survey>>;
}

/** The nodes besides the masters, by what becomes of them. */
interface Roles {
  /** They get the release, one after the other. */
  next: string[];
  /** Those of them that run the old one. */
  before: string[];
  /** They run the old one and no more. */
  gone: string[];
  /** A new master that has services of the old release. */
  promoted: string | undefined;
  /** A master can be taken out, and nobody waits: another node goes on to answer for all sites, or the master does not run anyway. */
  isTakenOut: boolean;
  /** The master answers nothing while others do: they go on until it does. */
  isMasterFirst: boolean;
}

function rolesOf({ existing, record, further, survey, oldSurvey = survey }: Balancing): Roles {
  const old = existing?.record;
  const had = (old ? furtherNodes(old) : []).filter((node) => further[node] !== undefined);
  const wanted = furtherNodes(record).filter((node) => further[node] !== undefined && node !== old?.master);
  const next = wanted.filter((node) => node !== record.master);
  const before = next.filter((node) => had.includes(node));
  const runs = before.some((node) => further[node]?.running);
  const isMasterFirst = runs && !(oldSurvey.running && (oldSurvey.answers?.http ?? true));
  const isCovered =
    old !== undefined &&
    before.some((node) => further[node]?.running && further[node].answers?.https) &&
    isBalancedWhole(old) &&
    isBalancedWhole(record);
  return {
    next,
    before,
    gone: had.filter((node) => node !== record.master && !next.includes(node) && node !== old?.master),
    promoted: had.find((node) => node === record.master),
    isTakenOut: isCovered || (isMasterFirst && !oldSurvey.running),
    isMasterFirst,
  };
}

/**
 * Before the master stops: each further node has the release, and its images. Then they change to it one after the other, the master
 * last, which has the data; but first where they answer for it.
 */
export function addFurther(steps: Steps, balancing: Balancing): void {
  addBuilds(steps, balancing);
  if (!rolesOf(balancing).isMasterFirst) addRolling(steps, balancing);
}

function addBuilds(steps: Steps, balancing: Balancing): void {
  const { identity, folder, record, release, further, existing } = balancing;
  const { name, project, repoUrl: repo, branch } = identity;
  const hosts = siteHosts(name, record);
  const { commit } = release;
  const { next, before } = rolesOf(balancing);
  for (const node of next) {
    const has = steps.list.some(({ action, node: of }) => action.kind === 'fetch' && of === node);
    if (!has)
      steps.add(node, `fetch ${short(commit)} from ${record.master}`, {
        kind: 'fetch',
        folder,
        project,
        repo,
        branch,
        commit,
        from: record.master,
      });
    if (existing && hosts.length > 0 && !before.includes(node)) {
      const from = existing.record.master;
      steps.add(node, `take its certificates from ${from}`, { kind: 'certificates', node: from, hosts });
    }
    const services = servicesOf(record);
    addRetain(steps, balancing, node);
    const images = further[node]?.images ?? {};
    steps.add(node, 'build the images', { kind: 'build', folder, project, images, reuse: {}, services });
  }
}

function addRolling(steps: Steps, balancing: Balancing): void {
  const { identity, folder, record, release, further } = balancing;
  const { project } = identity;
  const { next, before } = rolesOf(balancing);
  const services = servicesOf(record);
  const ct = Object.fromEntries(Object.entries(record.ct).filter(([service]) => services.includes(service)));
  const sites = upstreamsOf({ caddyfile: record.caddyfile, ct });
  const local = release.volumes.filter(({ replicated }) => !replicated).map(({ full }) => full);
  for (const node of next) {
    const wasIn = before.includes(node);
    if (wasIn) addOut(steps, balancing, node);
    if (wasIn) addStopOf(steps, balancing, node);
    const newVolumes = local.filter((full) => !further[node]?.volumes.includes(full));
    steps.add(node, `start ${services.join(', ')}`, { kind: 'start', folder, project, newVolumes, services });
    steps.add(node, 'wait until it is healthy', { kind: 'health', folder, project, sites });
    if (wasIn) addIn(steps, balancing, node);
  }
}

/**
 * Before the old master is stopped: the others answer for it, and for a new one that has the services already; or, where not all of
 * its sites are on others that answer, requests wait.
 */
export function addCutover(
  steps: Steps,
  balancing: Balancing,
  cutover: Omit<Parameters<typeof addHold>[1], 'project' | 'next'>,
): void {
  const { existing } = balancing;
  const { promoted, isTakenOut } = rolesOf(balancing);
  if (isTakenOut && existing) addOut(steps, balancing, existing.record.master);
  if (isTakenOut && promoted !== undefined) addOut(steps, balancing, promoted);
  if (!isTakenOut)
    addHold(steps, { ...cutover, project: balancing.identity.project, next: balancing.record });
  if (promoted !== undefined) addStopOf(steps, balancing, promoted);
}

/** The master answers again, and the others change where they have waited for that; nodes that no longer have the services are left out before the record says so. */
export function addMasterIn(steps: Steps, balancing: Balancing): void {
  const { existing, record } = balancing;
  const { promoted, gone, isTakenOut, isMasterFirst } = rolesOf(balancing);
  if (isTakenOut && (promoted !== undefined || existing?.record.master === record.master))
    addIn(steps, balancing, record.master);
  if (isMasterFirst) addRolling(steps, balancing);
  for (const node of gone) addOut(steps, balancing, node);
}

/** After the commit: what the old release left on further nodes goes, and all of the app on those that are none any more. */
export function addFurtherClear(steps: Steps, balancing: Balancing): void {
  const { identity, folder, record } = balancing;
  const { name, project } = identity;
  const { before, gone } = rolesOf(balancing);
  for (const node of [...before, ...gone]) {
    if (steps.list.some(({ id }) => id === `clear@${node}`)) continue;
    const everything = gone.includes(node);
    const title = everything ? 'remove what is left of the app' : 'remove what the old release left';
    const stays = !everything || node === record.slave;
    const kept = stays ? folder : '';
    steps.add(node, title, {
      kind: 'clear',
      folder: kept,
      project,
      name,
      everything,
      volumes: [],
      leftTo: '',
    });
  }
}

/** What is said of nodes that take no part now: an old master, and those that cannot. */
export function balanceWarnings({ record, further, existing }: Balancing): string[] {
  const services = servicesOf(record).join(', ');
  return furtherNodes(record)
    .filter((node) => further[node] === undefined || node === existing?.record.master)
    .map(
      (node) =>
        `${node} takes no part now: it starts ${services} of this release by itself, as soon as it can.`,
    );
}

function servicesOf({ balanced }: AppRecord): string[] {
  return balanced?.services ?? [];
}

function addOut(steps: Steps, balancing: Balancing, node: string): void {
  const { identity, existing } = balancing;
  const { name, project } = identity;
  const index = existing?.index ?? 0;
  steps.add(
    node,
    'let the other nodes answer for it',
    { kind: 'balance', name, project, in: false, record: '', index },
    'out',
  );
}

function addIn(steps: Steps, balancing: Balancing, node: string): void {
  const { identity, existing } = balancing;
  const { name, project } = identity;
  const index = existing?.index ?? 0;
  const record = JSON.stringify(balancing.record);
  steps.add(node, 'let it answer again', { kind: 'balance', name, project, in: true, record, index }, 'in');
}

function addStopOf(steps: Steps, { existing, identity, root, further }: Balancing, node: string): void {
  if (existing === undefined) return;
  const { name, record } = existing;
  const { images = {}, running = false } = further[node] ?? {};
  const deployment = deploymentOf(root, name, identity.project, record);
  const services = servicesOf(record);
  steps.add(node, 'stop', { kind: 'stop', ...deployment, images, running, services });
}
