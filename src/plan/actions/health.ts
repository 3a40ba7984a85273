import { setTimeout as pause } from 'node:timers/promises';
import { CLUSTER_NETWORK } from '../../app/describe.ts';
import type { Upstream } from '../../app/sites.ts';
import type { Container } from '../../docker/engine.ts';
import type { ActionDeps, ActionOptions, Performed } from './action.ts';
import { answers } from './answers.ts';
import { patienceOf, untilHanging } from './hanging.ts';
import { firstName } from './names.ts';
import { broke, hasEnded, tooLate, type Wait } from './not-up.ts';

/** Polls Docker this often, in milliseconds. */
const POLL = 100;

/** A service may end some times until another one that it needs is there. */
const PATIENCE = 5;

/** What ends at once has ended by then, in milliseconds. */
const AT_ONCE = 300;

/** Waits until all containers of a release are up. */
export function health(deps: ActionDeps): Performed<'health'> {
  return {
    run: async ({ waited, known = {}, ...action }, options) => {
      const { hold } = deps.cutover;
      const patience = patienceOf(hold, waited);
      const holdEnds = waited === undefined ? undefined : performance.now() + hold - waited;
      const isKnown = ({ service, imageId }: Container) =>
        known[service] === null || known[service] === imageId;
      await untilUp(deps, { ...action, isKnown, patience, holdEnds }, options);
    },
  };
}

/**
 * Waits until all containers of a project are up: healthy where they say so, answering where a site sends requests there, else
 * running without a restart, for a moment where they are known to run.
 * @param network on which Caddy reaches them; changed by tests
 * @throws CoveyError `failed` where one has ended, is not up in time, or hangs while requests wait
 */
export async function untilUp(
  { engine, health: { timeout, steady } }: Pick<ActionDeps, 'engine' | 'health'>,
  { project, sites, except = [], isKnown, patience, holdEnds = Number.POSITIVE_INFINITY }: Awaited,
  { signal, report }: Pick<ActionOptions, 'signal' | 'report'>,
  network = CLUSTER_NETWORK,
): Promise<void> {
  const begun = performance.now();
  const late = AbortSignal.timeout(timeout);
  const hangs = new AbortController();
  const ended = new AbortController();
  const bound = AbortSignal.any([late, hangs.signal]);
  const asking = AbortSignal.any([signal, bound]);
  const silent = new Set<string>();
  if (patience !== undefined) {
    const about = { project, except, patience, isSilent: () => silent.size > 0 };
    untilHanging(engine, about, AbortSignal.any([signal, ended.signal])).then(
      () => hangs.abort(),
      () => undefined, // it ends with the gate
    );
  }
  let told = '';
  try {
    for (;;) {
      signal.throwIfAborted();
      const all = await engine.containers({ project, signal });
      const containers = all.filter(({ id }) => !except.includes(id));
      const broken = containers.find((each) => isBroken(each, sites));
      if (broken) throw await broke(engine, broken, { isAsked: sitesOf(broken, sites).length > 0, signal });
      const steadyOf = (container: Container) =>
        isKnown?.(container) && container.restarts === 0 ? Math.min(steady, AT_ONCE) : steady;
      const about = { sites, network, steadyOf, silent, signal: asking };
      const waits = await Promise.all(containers.map((container) => waitsFor(container, about)));
      const waiting = waits.flatMap((wait) => wait ?? []);
      if (containers.length > 0 && waiting.length === 0) return;
      signal.throwIfAborted();
      const names = waiting.map(({ container }) => container).join(', ') || 'a first container';
      const unanswered = waiting.find(({ port }) => port !== undefined);
      if (bound.aborted) {
        const after = late.aborted ? timeout : performance.now() - begun;
        throw tooLate(names, unanswered, { after, isEarly: !late.aborted });
      }
      const now = `waiting for ${names}${performance.now() >= holdEnds ? OVER : ''}`;
      if (now !== told) report(-1, now);
      told = now;
      await pause(POLL, undefined, { signal });
    }
  } finally {
    ended.abort();
  }
}

/** What visitors get by now. */
const OVER = '; its requests have waited for as long as they may, and get the maintenance page';

/** What has to be up, and by which sites it is asked. */
interface Awaited {
  project: string;
  sites: readonly Upstream[];
  /** Ids of containers that do not count. */
  except?: readonly string[] | undefined;
  /** Whether the same has run before, so that it will now; absent: none has. */
  isKnown?: ((container: Container) => boolean) | undefined;
  /** Where requests wait: how long it may hang, in milliseconds, and when they get the maintenance page. */
  patience?: number | undefined;
  holdEnds?: number | undefined;
}

async function waitsFor(
  container: Container,
  about: {
    sites: readonly Upstream[];
    network: string;
    /** How long it has to run, in milliseconds. */
    steadyOf: (container: Container) => number;
    /** Ids of those that have been asked, and have not answered. */
    silent: Set<string>;
    signal: AbortSignal;
  },
): Promise<Wait | undefined> {
  const { id, name, state, health: said, networks, startedAt, exitCode } = container;
  const wait = { container: name };
  const own = sitesOf(container, about.sites);
  if (state === 'exited' && exitCode === 0) return undefined; // a task that did its work
  if (state !== 'running') return wait;
  if (said !== 'none') return said === 'healthy' ? undefined : wait;
  if (own.length === 0)
    return Date.now() - startedAt.getTime() >= about.steadyOf(container) ? undefined : wait;
  const address = networks[about.network];
  about.silent.add(id);
  for (const { port, http } of own) {
    const isUp = address !== undefined && (await answers({ address, port, http }, about.signal));
    if (!isUp) return { ...wait, port };
  }
  about.silent.delete(id);
  return undefined;
}

/** Those that send requests to the container. */
function sitesOf(container: Container, sites: readonly Upstream[]): Upstream[] {
  return sites.filter((site) => site.container === firstName(container));
}

function isBroken(container: Container, sites: readonly Upstream[]): boolean {
  const { state, exitCode, restarts } = container;
  // What has done its work is no server.
  if (hasEnded(container)) return exitCode !== 0 || state === 'dead' || sitesOf(container, sites).length > 0;
  return restarts > PATIENCE;
}
