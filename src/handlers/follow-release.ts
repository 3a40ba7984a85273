import { randomUUID } from 'node:crypto';
import { servicesOn } from '../app/balanced.ts';
import { projectOf } from '../app/identity.ts';
import { deployFolder } from '../app/record.ts';
import type { PastRelease } from '../app/releases.ts';
import { imageNames } from '../plan/release-steps.ts';
import type { Action } from '../plan/steps.ts';
import { operateByItself } from './by-itself.ts';
import type { Deps } from './deps.ts';
import { releasesOrNew } from './kept-releases.ts';
import { loadRecords } from './records.ts';

/**
 * Brings the services of an app that this node has besides its master to the release that is recorded: it was away when that came, or
 * was the master then. Where it has to make them anew, or cannot, the other nodes answer for it. Does nothing where the record wants
 * nothing of this node.
 * Errors: `locked` while an operation works on the app, `cancelled` where one has asked for its lock meanwhile; those of the steps, and
 * then it is tried again.
 */
export async function followRelease(deps: Deps, app: string, signal: AbortSignal): Promise<void> {
  const { node } = deps;
  const request = { app, kind: 'follow', requestId: randomUUID(), signal } as const;
  await operateByItself(deps, request, async (operation) => {
    const { readable } = await loadRecords(deps.kv, operation.signal);
    const found = readable.find(({ name }) => name === app);
    const services = found ? [...servicesOn(node, found.record)] : [];
    if (!found?.record.commit || services.length === 0) return;
    const { record, index } = found;
    const { repo_url: repo, branch, commit = '', master } = record;
    const project = projectOf(app);
    const folder = deployFolder(deps.deployRoot, app, record);
    const here = { folder, project };
    const releases = await releasesOrNew(deps.kv, app, {
      signal: operation.signal,
      warn: (warning) => deps.logger.warn({ app }, warning),
    });
    const images = imageSteps(project, releases);
    const balance = { kind: 'balance', name: app, project, record: '', index } as const;
    const out: Titled = ['let the other nodes answer for it', { ...balance, in: false }];
    const run = async (steps: readonly Titled[]) => {
      for (const [title, action] of steps) await operation.prepare(node, title, action);
    };
    try {
      await run([
        ...images.before,
        [`fetch the release from ${master}`, { kind: 'fetch', ...here, repo, branch, commit, from: master }],
        ['build the images', { kind: 'build', ...here, images: {}, reuse: {}, services }],
      ]);
    } catch (thrown) {
      // It may be long until it can, and what runs here is no release that visitors should get.
      if (!operation.signal.aborted) await run([out]).catch(() => undefined); // why it cannot says more
      throw thrown;
    }
    await run([
      out,
      [`start ${services.join(', ')}`, { kind: 'start', ...here, newVolumes: [], services }],
      ['wait until it is healthy', { kind: 'health', ...here, sites: [] }],
      [
        'remove what the old release left',
        { kind: 'clear', ...here, name: app, everything: false, volumes: [], leftTo: '' },
      ],
      ['let it answer again', { ...balance, in: true }],
      ...images.after,
    ]);
  });
}

type Titled = readonly [title: string, action: Action];

/** What sees to it that the images before go, as at a deploy: `addRetain`, `addPrune`. */
function imageSteps(project: string, releases: readonly PastRelease[]): Record<'before' | 'after', Titled[]> {
  // Without any it is not known which images are needed.
  if (releases.length === 0) return { before: [], after: [] };
  const names = imageNames(releases);
  const keep = releases.flatMap(({ images }) => Object.values(images.ids));
  return {
    before: [['keep its images for now', { kind: 'retain', project, images: {}, names }]],
    after: [['let go of images that no release needs', { kind: 'prune', project, keep }]],
  };
}
