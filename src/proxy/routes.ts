import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Applier } from './applier.ts';
import type { BalanceState } from './balance.ts';
import { createBalanceStates } from './balance-states.ts';
import type { LastKnown } from './follow.ts';
import { latest } from './latest.ts';
import { createRevisions } from './revisions.ts';
import type { Served } from './served.ts';
import { createStandIns } from './stand-in-states.ts';
import type { StandIn } from './stand-ins.ts';
import type { Sources, View } from './view.ts';
import { createViewer } from './viewer.ts';

/** Keeps the node's proxies in step with what the records say. */
export interface Routes {
  /** Takes new sources; the newest wins. */
  update(sources: Sources): void;
  /** Applies the present view again: a proxy was started. */
  again(): void;
  /** Says what this node knows better than an app's record, and resolves once it is served. @throws the signal's reason */
  balance(app: string, state: BalanceState | undefined, signal: AbortSignal): Promise<void>;
  /** Says what stands in for containers of an app, and resolves once that is served. @throws the signal's reason */
  standIn: StandIn;
  /** The newest view; undefined before the first. */
  view(): View | undefined;
  /** Aborts when the present view is replaced. */
  outdated(): AbortSignal;
  progress(): Progress;
}

/** How far the proxies have come. */
interface Progress {
  /** Whether any view has been applied since the start. */
  hasApplied: boolean;
  /** Since when the newest view waits, in unix ms; each that is applied meanwhile begins it anew. Undefined: it does not. */
  behindSince: number | undefined;
}

/** Waits between two tries while a proxy does not answer, in milliseconds. */
const RETRY = { first: 200, longest: 5_000 };

export function createRoutes(deps: {
  node: string;
  applier: Pick<Applier, 'apply' | 'forget'>;
  served: Served;
  lastKnown: LastKnown;
  logger: Logger;
  signal: AbortSignal;
  /** There are other records, or they are served now. */
  onChange?: () => void;
}): Routes {
  const { applier, served, lastKnown, logger, signal, onChange } = deps;
  const viewOf = createViewer();
  const states = createBalanceStates(deps.node);
  const standIns = createStandIns(deps.node);
  const revisions = createRevisions();
  let current: View | undefined;
  let outdated = new AbortController();
  let reported = '';
  let progress: Progress = { hasApplied: false, behindSince: undefined };

  const attempt = async (view: View, ended: AbortSignal): Promise<boolean> => {
    try {
      const quarantines = await applier.apply(view, signal, ended);
      served.applied(view, quarantines);
      revisions.applied(view);
      progress = { hasApplied: true, behindSince: view === current ? undefined : Date.now() };
      onChange?.();
      const told = JSON.stringify(quarantines);
      if (told !== reported)
        for (const { app, part, error } of quarantines) logger.error({ app, part }, error);
      reported = told;
      return true;
    } catch (thrown) {
      if (!ended.aborted) logger.warn(`The routes are not applied yet: ${asCoveyError(thrown).message}`);
      return false;
    }
  };

  const work = latest<View>(async (view) => {
    const ended = AbortSignal.any([signal, outdated.signal]);
    for (let wait = RETRY.first; !ended.aborted; wait = Math.min(wait * 2, RETRY.longest)) {
      if (await attempt(view, ended)) return;
      await pause(wait, undefined, { signal: ended }).catch(() => undefined); // an abort ends the loop above
    }
  });

  const push = (base: View) => {
    const view = states.added(standIns.added(base));
    revisions.mark(view);
    current = view;
    progress = { ...progress, behindSince: progress.behindSince ?? Date.now() };
    const before = outdated;
    outdated = new AbortController();
    before.abort();
    onChange?.();
    work.push(view);
  };

  /** Resolves once this node serves what it knows now. */
  const changed = async (until: AbortSignal): Promise<void> => {
    revisions.begin();
    if (current) push(current);
    await revisions.served(until);
  };

  return {
    update: (sources) => {
      lastKnown
        .save(sources)
        .catch((thrown) =>
          logger.error(`What is known cannot be kept on disk: ${asCoveyError(thrown).message}`),
        );
      push(viewOf(sources));
    },
    again: () => {
      applier.forget();
      if (current) push(current);
    },
    balance: async (app, state, until) => {
      states.set(app, state);
      await changed(until);
    },
    standIn: async (app, those, until) => {
      standIns.set(app, those);
      await changed(until);
    },
    view: () => current,
    outdated: () => outdated.signal,
    progress: () => progress,
  };
}
