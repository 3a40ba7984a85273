import { setTimeout as pause } from 'node:timers/promises';
import { CLUSTER_NETWORK } from '../../app/describe.ts';
import type { Upstream } from '../../app/sites.ts';
import type { Container } from '../../docker/engine.ts';
import { CoveyError } from '../../errors.ts';
import type { ActionDeps, ActionOptions, Performed } from './action.ts';
import { answers } from './answers.ts';
import { firstName } from './names.ts';

/** Polls Docker this often, in milliseconds. */
const POLL = 100;

/** A service may end some times until another one that it needs is there. */
const PATIENCE = 5;

/** Waits until all containers of a release are up. */
export function health(deps: ActionDeps): Performed<'health'> {
  return { run: async (action, options) => untilUp(deps, action, options) };
}

/**
 * Waits until all containers of a project are up: healthy where they say so, answering where a site sends requests there, else
 * running without a restart.
 * @param network on which Caddy reaches them; changed by tests
 * @throws CoveyError `failed` where one has ended, or is not up in time
 */
export async function untilUp(
  { engine, health: { timeout, steady } }: Pick<ActionDeps, 'engine' | 'health'>,
  { project, sites, except = [] }: Awaited,
  { signal, report }: Pick<ActionOptions, 'signal' | 'report'>,
  network = CLUSTER_NETWORK,
): Promise<void> {
  const bound = AbortSignal.timeout(timeout);
  const asking = AbortSignal.any([signal, bound]);
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const all = await engine.containers({ project, signal });
    const containers = all.filter(({ id }) => !except.includes(id));
    const broken = containers.find(isBroken);
    if (broken) throw await broke(engine, broken, signal);
    const waits = await Promise.all(
      containers.map((container) => waitsFor(container, { sites, network, steady, signal: asking })),
    );
    const waiting = waits.flatMap((wait) => wait ?? []);
    if (containers.length > 0 && waiting.length === 0) return;
    signal.throwIfAborted();
    const names = waiting.map(({ container }) => container).join(', ') || 'a first container';
    if (bound.aborted)
      throw tooLate(
        names,
        waiting.find(({ port }) => port !== undefined),
        timeout,
      );
    if (names !== told) report(-1, `waiting for ${names}`);
    told = names;
    await pause(POLL, undefined, { signal });
  }
}

/** What has to be up, and by which sites it is asked. */
interface Awaited {
  project: string;
  sites: readonly Upstream[];
  /** Ids of containers that do not count. */
  except?: readonly string[] | undefined;
}

/** What is not up yet; with the port, where it runs and does not answer there. */
interface Wait {
  container: string;
  port?: number;
}

async function waitsFor(
  container: Container,
  about: { sites: readonly Upstream[]; network: string; steady: number; signal: AbortSignal },
): Promise<Wait | undefined> {
  const { name, state, health: said, networks, startedAt, exitCode } = container;
  const wait = { container: name };
  if (state === 'exited' && exitCode === 0) return undefined; // a task that did its work
  if (state !== 'running') return wait;
  if (said !== 'none') return said === 'healthy' ? undefined : wait;
  const own = about.sites.filter((site) => site.container === firstName(container));
  if (own.length === 0) return Date.now() - startedAt.getTime() >= about.steady ? undefined : wait;
  const address = networks[about.network];
  for (const { port, http } of own) {
    const isUp = address !== undefined && (await answers({ address, port, http }, about.signal));
    if (!isUp) return { ...wait, port };
  }
  return undefined;
}

function isBroken(container: Container): boolean {
  if (container.state === 'exited' || container.state === 'dead') return container.exitCode !== 0;
  return container.restarts > PATIENCE;
}

async function broke(
  engine: ActionDeps['engine'],
  { id, name, state, exitCode, restarts }: Container,
  signal: AbortSignal,
): Promise<CoveyError> {
  const said = await engine.logs(id, { lines: 10, signal });
  const how =
    state === 'exited' || state === 'dead'
      ? `exited with ${exitCode}`
      : `ends again and again (Docker restarted it ${restarts} times)`;
  return new CoveyError('failed', `${name} ${how}. It said last: ${said.trim() || 'nothing'}`, {
    hint: 'Correct the release and deploy again.',
  });
}

function tooLate(names: string, silent: Wait | undefined, timeout: number): CoveyError {
  if (silent !== undefined) {
    const { container, port } = silent;
    return new CoveyError(
      'failed',
      `${container} did not answer on port ${port} within ${timeout / 1000} s.`,
      {
        hint: 'Its site sends requests there. Look at its log, at the port in CADDYFILE, and whether it listens on all of its addresses.',
      },
    );
  }
  return new CoveyError('failed', `${names} did not become healthy within ${timeout / 1000} s.`, {
    hint: 'Look at its healthcheck and its log.',
  });
}
