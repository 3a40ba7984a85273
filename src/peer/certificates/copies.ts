import { siteHosts } from '../../app/site-hosts.ts';
import { asCoveyError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { ActionDeps } from '../../plan/actions/action.ts';
import type { View } from '../../proxy/view.ts';
import { runPeriodically, type Task } from '../periodic.ts';

export interface CopiesDeps {
  node: string;
  view: () => View | undefined;
  /** Aborts when the view is replaced. */
  outdated: () => AbortSignal;
  take: ActionDeps['takeCertificates'];
  logger: Logger;
  times?: typeof TIMES;
}

/**
 * In milliseconds: from one copy to the next, to the first one after a record has changed, when its master may still be
 * getting a certificate, and to the next after a failure.
 */
const TIMES = { every: 60 * 60_000, first: 60_000, retry: 5 * 60_000 };

/** What this node may come to serve, and where its certificates are. */
interface Copy {
  app: string;
  master: string;
  hosts: string[];
}

/**
 * A slave has the certificates of its apps, so that none has to be issued when it takes over: it asks for them now and then.
 * They are a few kilobytes. Ends by the signal.
 */
export async function copyBySchedule(deps: CopiesDeps, signal: AbortSignal): Promise<void> {
  const { node, view, outdated, take, logger, times = TIMES } = deps;
  /** By what is copied: another master, or other hosts, is another copy. */
  let due = new Map<string, number>();
  const failures = new Map<string, string>();

  async function tasks(): Promise<Task[]> {
    const now = view();
    const copies = now === undefined ? [] : copiesOf(node, now);
    const keyed = copies.map((copy) => ({ copy, key: JSON.stringify([copy.app, copy.master, copy.hosts]) }));
    due = new Map(keyed.map(({ key }) => [key, due.get(key) ?? Date.now() + times.first]));
    return keyed.map(({ copy, key }) => ({
      key,
      due: due.get(key) ?? 0,
      run: (stop) => once(copy, key, stop),
    }));
  }

  async function once({ app, master, hosts }: Copy, key: string, stop: AbortSignal): Promise<void> {
    try {
      const taken = await take(master, hosts, stop);
      const kept = taken.filter(({ outcome }) => outcome === 'kept').map(({ host }) => host);
      if (kept.length > 0) logger.info({ app, master, hosts: kept }, 'Copied certificates');
      failures.delete(app);
      due.set(key, Date.now() + times.every);
    } catch (thrown) {
      if (stop.aborted) return;
      due.set(key, Date.now() + times.retry);
      const { message } = asCoveyError(thrown);
      if (failures.get(app) !== message)
        logger.warn({ app, master }, `Certificates are not copied: ${message}`);
      failures.set(app, message);
    }
  }

  await runPeriodically({ tasks, outdated, atOnce: 1 }, signal);
}

/** What a node has to copy by the records. */
export function copiesOf(node: string, view: View): Copy[] {
  return view.apps.flatMap((app) => {
    if (!('record' in app) || app.record.slave !== node || app.record.master === node) return [];
    const hosts = siteHosts(app.name, app.record);
    return hosts.length === 0 ? [] : [{ app: app.name, master: app.record.master, hosts }];
  });
}
