import { randomUUID } from 'node:crypto';
import { servicesOn } from '../app/balanced.ts';
import { projectOf } from '../app/identity.ts';
import { deployFolder } from '../app/record.ts';
import type { Action } from '../plan/steps.ts';
import { operateByItself } from './by-itself.ts';
import type { Deps } from './deps.ts';
import { loadRecords } from './records.ts';

/**
 * Brings the services of an app that this node has besides its master to the release that is recorded: it was away when that came, or
 * was the master then. Meanwhile the other nodes answer for it. Does nothing where the record wants nothing of this node.
 * Errors: `locked` while an operation works on the app; those of the steps, and then it is tried again.
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
    const balance = { kind: 'balance', name: app, project, record: '', index } as const;
    const steps: [string, Action][] = [
      ['let the other nodes answer for it', { ...balance, in: false }],
      [`fetch the release from ${master}`, { kind: 'fetch', ...here, repo, branch, commit, from: master }],
      ['build the images', { kind: 'build', ...here, images: {}, reuse: {}, services }],
      [`start ${services.join(', ')}`, { kind: 'start', ...here, newVolumes: [], services }],
      ['wait until it is healthy', { kind: 'health', ...here, sites: [] }],
      [
        'remove what the old release left',
        { kind: 'clear', ...here, name: app, everything: false, volumes: [], leftTo: '' },
      ],
      ['let it answer again', { ...balance, in: true }],
    ];
    for (const [title, action] of steps) await operation.prepare(node, title, action);
  });
}
