import { servicesOn } from '../../app/balanced.ts';
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
  /** Has Caddy load its configuration anew, and with it certificates that have come. */
  reload: () => void;
  logger: Logger;
  times?: typeof TIMES;
}

/**
 * In milliseconds: to the first copy, when the master may still be getting a certificate, and at most from one to the next
 * and to the next after a failure. The second comes as long after the first as that has waited, and so on: twice as long each time.
 */
const TIMES = { first: 15_000, every: 60 * 60_000, retry: 5 * 60_000 };

/** What this node may come to serve, or serves already, and where its certificates are. */
interface Copy {
  app: string;
  master: string;
  hosts: string[];
  isServed: boolean;
}

/**
 * A slave has the certificates of its apps, so that none has to be issued when it takes over: it asks for them now and then. So does
 * who serves sites as one of several nodes, since the CA's questions go to the master.
 * They are a few kilobytes. Ends by the signal.
 */
export async function copyBySchedule(deps: CopiesDeps, signal: AbortSignal): Promise<void> {
  const { node, view, outdated, take, reload, logger, times = TIMES } = deps;
  /** By what is copied: another master, or other hosts, is another copy. */
  let next = new Map<string, { due: number; gap: number }>();
  const failures = new Map<string, string>();

  async function tasks(): Promise<Task[]> {
    const now = view();
    const copies = now === undefined ? [] : copiesOf(node, now);
    const keyed = copies.map((copy) => ({ copy, key: JSON.stringify([copy.app, copy.master, copy.hosts]) }));
    const begin = () => ({ due: Date.now() + times.first, gap: times.first });
    next = new Map(keyed.map(({ key }) => [key, next.get(key) ?? begin()]));
    return keyed.map(({ copy, key }) => ({
      key,
      due: next.get(key)?.due ?? 0,
      run: (stop) => once(copy, key, stop),
    }));
  }

  const later = (key: string, longest: number) => {
    const gap = next.get(key)?.gap ?? times.first;
    next.set(key, { due: Date.now() + Math.min(gap, longest), gap: Math.min(gap * 2, times.every) });
  };

  async function once({ app, master, hosts, isServed }: Copy, key: string, stop: AbortSignal): Promise<void> {
    try {
      const taken = await take(master, hosts, stop);
      const kept = taken.filter(({ outcome }) => outcome === 'kept').map(({ host }) => host);
      if (kept.length > 0) logger.info({ app, master, hosts: kept }, 'Copied certificates');
      failures.delete(app);
      later(key, times.every);
      // Else it would ask its CA for minutes before it looks.
      if (kept.length > 0 && isServed) reload();
    } catch (thrown) {
      if (stop.aborted) return;
      later(key, times.retry);
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
    if (!('record' in app) || app.record.master === node) return [];
    const isServed = servicesOn(node, app.record).length > 0;
    if (app.record.slave !== node && !isServed) return [];
    const hosts = siteHosts(app.name, app.record);
    return hosts.length === 0 ? [] : [{ app: app.name, master: app.record.master, hosts, isServed }];
  });
}
