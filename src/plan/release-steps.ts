import type { Identity } from '../app/identity.ts';
import type { AppRecord } from '../app/record.ts';
import { keptAfter, type PastRelease } from '../app/releases.ts';
import { upstreamsOf } from '../app/sites.ts';
import type { Known } from './cutover-actions.ts';
import type { Survey } from './results.ts';
import { registerAction, type Steps } from './step-list.ts';

/** Steps that deploys and rollbacks have in common. */

/** The slave gets the commit. Not from git: the master has it, and the slave need not reach the repository. */
export function addSlave(
  steps: Steps,
  about: { identity: Identity; folder: string; master: string; slave: string | null; commit: string },
): void {
  const { identity, folder, master, slave, commit } = about;
  if (!slave) return;
  steps.add(slave, `fetch ${short(commit)} from ${master}`, {
    kind: 'fetch',
    folder,
    project: identity.project,
    repo: identity.repoUrl,
    branch: identity.branch,
    commit,
    from: master,
  });
}

/**
 * A node that is not the master is to build the images: those that it has of the release before get a name that `prune` finds them by,
 * since the new ones take theirs.
 */
export function addRetain(
  steps: Steps,
  { identity, releases }: { identity: Identity; releases: readonly PastRelease[] },
  node: string,
  which?: string,
): void {
  const names = imageNames(releases);
  // A new app has none.
  if (names.length === 0) return;
  const { project } = identity;
  steps.add(node, 'keep its images for now', { kind: 'retain', project, images: {}, names }, which);
}

/** What images of the app are called: those of the release that runs. */
export function imageNames(releases: readonly PastRelease[]): string[] {
  return Object.keys(releases.at(-1)?.images.ids ?? {});
}

/** A slave that may take over by itself has the images by then: a build may take long, and need what is out of reach. */
export function addReadiness(
  steps: Steps,
  about: Images & { folder: string; record: AppRecord; live: readonly string[] },
): void {
  const { identity, folder, record, live } = about;
  const { slave, takeover } = record;
  if (!takeover || slave === null || !live.includes(slave)) return;
  const { project } = identity;
  const build = { kind: 'build', folder, project, images: {}, reuse: {} } as const;
  addRetain(steps, about, slave, 'ready');
  steps.add(slave, 'build the images, in case it takes over', build, 'ready');
  addPruneOn(steps, about, slave, 'ready');
}

/** Starts a release whose predecessor is stopped. Gives the step that tells its images. */
export function addStart(
  steps: Steps,
  about: {
    identity: Identity;
    folder: string;
    record: AppRecord;
    newVolumes: string[];
    survey: Survey;
    /** Whose checks are registered there now. */
    before: AppRecord | undefined;
    /** What of it ran before; absent: nothing. */
    known?: Known;
  },
): string {
  const { folder, record, newVolumes, survey, known = {} } = about;
  const { name, project } = about.identity;
  const { master } = record;
  steps.add(master, 'start', { kind: 'start', folder, project, newVolumes });
  // While it comes up. Those of a release that was deployed before images were kept have no name of their own yet.
  const images = steps.add(master, 'keep its images', { kind: 'retain', project, images: survey.images });
  const sites = upstreamsOf(record);
  steps.add(master, 'wait until it is healthy', { kind: 'health', folder, project, sites, known });
  steps.add(master, 'register its checks', registerAction(name, record, about.before));
  return images;
}

/** What is known of the images of an app. */
interface Images {
  identity: Identity;
  releases: readonly PastRelease[];
  /** Of the master. */
  survey: Survey;
}

/** Images of releases that nobody can go back to any more lose the name that keeps them, wherever they are. */
export function addPrune(
  steps: Steps,
  about: Images & {
    record: AppRecord;
    /** By name, the nodes besides the masters that have services of the app, or had. */
    further: Readonly<Record<string, unknown>>;
    live: readonly string[];
  },
): void {
  const { record, releases, further, live } = about;
  const nodes = new Set([
    ...releases.map(({ images }) => images.node),
    record.master,
    ...Object.keys(further),
  ]);
  for (const node of [...nodes].filter((each) => live.includes(each))) addPruneOn(steps, about, node);
}

function addPruneOn(
  steps: Steps,
  { identity, releases, survey }: Images,
  node: string,
  which?: string,
): void {
  // A new app has none.
  if (releases.length === 0) return;
  const past = keptAfter(releases).flatMap(({ images }) => Object.values(images.ids));
  const keep = [...new Set([...past, ...Object.values(survey.images)])];
  const prune = { kind: 'prune', project: identity.project, keep } as const;
  steps.add(node, 'let go of images that no release needs', prune, which);
}

export function short(commit: string): string {
  return commit.slice(0, 10);
}
