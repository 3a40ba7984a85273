import { randomUUID } from 'node:crypto';
import { projectOf } from '../app/identity.ts';
import { deployFolder } from '../app/record.ts';
import { operateByItself } from './by-itself.ts';
import type { Deps } from './deps.ts';
import { lookAt } from './look.ts';
import { loadRecords } from './records.ts';

/**
 * Takes from this node what it still holds of an app whose master another node is by now: it was cut off or switched off
 * while that one took over from its replica, or a move could not clear it. Containers and live volumes go; data that the
 * app does not have now stays as a snapshot, `diverged`. Does nothing where the record names this node.
 * Errors: `locked` while an operation works on the app.
 */
export async function leave(deps: Deps, app: string, signal: AbortSignal): Promise<void> {
  const { node } = deps;
  const request = { app, kind: 'leave', requestId: randomUUID(), signal } as const;
  await operateByItself(deps, request, async (operation) => {
    const { readable } = await loadRecords(deps.kv, operation.signal);
    const record = readable.find(({ name }) => name === app)?.record;
    if (!record || record.master === node) return;
    const project = projectOf(app);
    const held = await lookAt(node, {
      operation,
      name: app,
      volumes: record.volumes,
      title: 'look what is left',
    });
    await operation.prepare(node, `leave it to ${record.master}`, {
      kind: 'clear',
      folder: record.slave === node ? deployFolder(deps.deployRoot, app, record) : '',
      project,
      name: app,
      everything: true,
      volumes: held.volumes,
      leftTo: record.master,
    });
  });
}
