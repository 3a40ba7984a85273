import { setTimeout as pause } from 'node:timers/promises';
import { CLUSTER_NETWORK } from '../../app/describe.ts';
import { upstreamName } from '../../app/stand-ins.ts';
import { connectionsTo } from '../../docker/connections.ts';
import { asCoveyError } from '../../errors.ts';
import type { ActionDeps, ActionOptions, Performed } from './action.ts';
import { untilUp } from './health.ts';
import { namesOf, requestsFor, withoutStreams } from './streams.ts';

type QuietDeps = Pick<ActionDeps, 'engine' | 'caddyContainer' | 'proxiesIdle' | 'caddyRequests' | 'cutover'>;

/** From one look to the next, in milliseconds. */
const POLL = 50;

/**
 * So long nothing may be under way, in milliseconds. Where requests are led aside: what Caddy had taken a moment before may have to be
 * let in by a site first, and is counted then. Else what comes over a connection that was just being closed is still served.
 */
const QUIET = { aside: 200, closing: 300 };

/**
 * Waits for the requests that the app is answering. Requests are held by then, so nothing new comes; who takes longer than the
 * bound is cut off by the stop.
 * @param network on which Caddy reaches the containers; changed by tests
 */
export function drain(deps: ActionDeps, network = CLUSTER_NETWORK): Performed<'drain'> {
  return {
    run: async ({ project, flush }, options) => {
      const ended = new AbortController();
      if (flush) flushMeanwhile(deps.store, options, ended.signal);
      try {
        await untilAnswered(deps, { project, network }, options);
      } finally {
        ended.abort();
      }
    },
    undo: async (action, _result, options) => {
      try {
        // The very containers ran before.
        await untilUp(deps, { ...action, isKnown: () => true }, options, network);
      } catch (thrown) {
        options.signal.throwIfAborted();
        options.report(-1, asCoveyError(thrown).message); // those who wait must get an answer, whatever it is
      }
    },
  };
}

/** Nobody waits for its end: the stop comes when it can, and the less is left by then the better. */
function flushMeanwhile(
  store: ActionDeps['store'],
  { signal, report }: Pick<ActionOptions, 'signal' | 'report'>,
  ended: AbortSignal,
): void {
  const stopped = AbortSignal.any([signal, ended]);
  store.flush({ signal: stopped }).catch((thrown: unknown) => {
    if (!stopped.aborted) report(-1, asCoveyError(thrown).message);
  });
}

/** What is to come to its end: all that containers of the project are asked. */
interface Asked {
  project: string;
  network?: string;
}

/**
 * Waits, no longer than `cutover.drain`, until Caddy has nothing under way to containers of the project, but for streams: they would go on for
 * hours, and open again by themselves when they end. No requests come to them any more, and Caddy's configuration is the one that asks for them.
 */
async function untilAnswered(
  { engine, caddyRequests, cutover }: QuietDeps,
  { project, network = CLUSTER_NETWORK }: Asked,
  options: Pick<ActionOptions, 'signal' | 'report'>,
): Promise<void> {
  let hosts: string[] | undefined;
  const underWay = async (signal: AbortSignal) => {
    hosts ??= (await engine.containers({ project, signal })).flatMap((each) => namesOf(each, network));
    return requestsFor(hosts, await caddyRequests(signal));
  };
  await untilNone(underWay, { within: cutover.drain, quiet: QUIET.aside }, options);
}

/**
 * The same where Caddy has another configuration by now, for those of the ids in `only`, or for all: until it has no connection to
 * them either. Connections that it keeps it closes with the configuration before.
 */
export async function untilQuiet(
  { engine, caddyContainer, proxiesIdle, caddyRequests, cutover }: QuietDeps,
  { project, only, network = CLUSTER_NETWORK }: Asked & { only?: readonly string[] },
  options: Pick<ActionOptions, 'signal' | 'report'>,
): Promise<void> {
  const underWay = async (signal: AbortSignal): Promise<number> => {
    const all = await engine.containers({ project, signal });
    const containers = all.filter(({ id }) => only?.includes(id) ?? true);
    const addresses = containers.flatMap(({ networks }) => networks[network] ?? []);
    // There is no file for IPv6 where the kernel has none.
    const argv = ['cat', '/proc/net/tcp', '/proc/net/tcp6'];
    const { stdout } = await engine.exec(caddyContainer, argv, { signal });
    const connections = connectionsTo(stdout, addresses);
    if (connections === 0) return 0;
    const requests = await caddyRequests(signal).catch(() => []); // then it waits for streams as well
    return withoutStreams(connections, requests, containers.flatMap(hostsOf));
  };
  // The servers of the configuration before still send to the app what reaches them.
  await untilNone(underWay, { within: cutover.drain, quiet: QUIET.closing, idle: proxiesIdle }, options);
}

/**
 * @param underWay what there is now
 * @param about how long it may take, for how long there has to be nothing, in milliseconds; `idle`: until this has resolved there may be more
 */
async function untilNone(
  underWay: (signal: AbortSignal) => Promise<number>,
  { within: bound, quiet, idle }: { within: number; quiet: number; idle?: () => Promise<void> },
  { signal, report }: Pick<ActionOptions, 'signal' | 'report'>,
): Promise<void> {
  if (bound === 0) return;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(bound)]);
  let told = 0;
  try {
    let isIdle = idle === undefined;
    if (idle)
      within(idle(), bounded).then(
        () => {
          isIdle = true;
        },
        () => undefined, // the bound ends what follows too
      );
    let quietSince: number | undefined;
    for (;;) {
      const looked = performance.now();
      const isLast = isIdle;
      const count = await underWay(bounded);
      quietSince = count === 0 ? (quietSince ?? looked) : undefined;
      if (isLast && quietSince !== undefined && looked - quietSince >= quiet) return;
      if (count > 0 && count !== told) report(-1, `${count} under way`);
      told = count;
      await pause(POLL, undefined, { signal: bounded });
    }
  } catch (thrown) {
    signal.throwIfAborted();
    // The time is over, or nobody can look: what is stopped next has to be stopped all the same.
    if (!bounded.aborted) report(-1, asCoveyError(thrown).message);
    else if (told > 0) report(-1, `${told} under way, and the time for them is over`);
  }
}

/** By which Caddy may ask for it. */
function hostsOf({ id, name }: { id: string; name: string }): string[] {
  return [name, upstreamName(id)];
}

/** The work, or the end of the signal. */
async function within(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
