import { CLUSTER_NETWORK } from '../app/describe.ts';
import { SWARM_PREFIX } from '../app/keys.ts';
import type { AppRecord } from '../app/record.ts';
import type { Config } from '../config/schema.ts';
import type { Kv } from '../consul/kv.ts';
import type { Members } from '../consul/members.ts';
import type { Container, Engine } from '../docker/engine.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { type Applier, createApplier } from '../proxy/applier.ts';
import { askCheck } from '../proxy/ask-check.ts';
import { type BalanceControl, haproxyBalance } from '../proxy/balance.ts';
import { type CaddyDetour, type CaddyRequests, createCaddy } from '../proxy/caddy/caddy.ts';
import { asidesIn } from '../proxy/cutover/asides.ts';
import { followSources, lastKnownIn } from '../proxy/follow.ts';
import { goodPartsIn } from '../proxy/good-parts.ts';
import { serveNames } from '../proxy/haproxy/dns.ts';
import { createHaproxy } from '../proxy/haproxy/haproxy.ts';
import { addressesOf } from '../proxy/haproxy/names.ts';
import { commandSocket } from '../proxy/haproxy/runtime.ts';
import { createRoutes, type Routes } from '../proxy/routes.ts';
import { saveSoon } from '../proxy/save-soon.ts';
import type { Quarantined, Served } from '../proxy/served.ts';
import type { StandIn } from '../proxy/stand-ins.ts';
import { type View, viewOf } from '../proxy/view.ts';
import { caddySettings, haproxySettings, pathsOf } from './proxy-settings.ts';

/** Where HAProxy asks for the names of containers. */
const NAMES = { host: '127.0.0.1', port: 7753 };

/** The node's proxies, kept in step with the records. */
export interface Proxies {
  /** What this node knew when it last ran. */
  remembered: View | undefined;
  /** The newest view, or the last known one from disk; undefined on a node that has never seen the records. */
  view(): View | undefined;
  /** Aborts when the newest view is replaced. */
  outdated(): AbortSignal;
  progress: Routes['progress'];
  /** The first view from Consul; when the signal ends the waiting, the last known one. */
  known(signal: AbortSignal): Promise<View | undefined>;
  check(name: string, record: AppRecord, signal: AbortSignal): Promise<void>;
  /** As `Applier.show` of the newest view, with all that was refused. @throws CoveyError `not-found` for an unknown app */
  show(app: string | undefined): ReturnType<Applier['show']>;
  /** Resolves once Caddy lets go of the configuration before. */
  idle(): Promise<void>;
  requests: CaddyRequests['requests'];
  balance: BalanceControl;
  standIn: StandIn;
  /** Has the proxies load everything anew. */
  reload(): void;
  detour: CaddyDetour['detour'];
  close(): Promise<void>;
}

export async function startProxies(deps: {
  config: Config;
  engine: Engine;
  kv: Kv;
  members: Members;
  served: Served;
  logger: Logger;
  signal: AbortSignal;
  /** All containers of the machine, when one has changed. */
  onContainers: (containers: readonly Container[]) => void;
  /** There are other records, or they are served now. */
  onRecords: (view: View | undefined) => void;
}): Promise<Proxies> {
  const { config, engine, kv, members, served, logger, signal } = deps;
  const execIn = (container: string) => (argv: readonly string[], execSignal: AbortSignal, input?: string) =>
    engine.exec(container, argv, { signal: execSignal, ...(input === undefined ? {} : { input }) });
  const paths = pathsOf(config);
  const goodParts = goodPartsIn(config.state, logger);
  const savingParts = saveSoon(goodParts.save, ({ message }) =>
    logger.error(`What the proxies took is not kept on disk yet: ${message}`),
  );
  const caddy = createCaddy({
    paths: { ...paths.caddy, links: { http: paths.haproxy.caddyHttp, https: paths.haproxy.caddyHttps } },
    exec: execIn(config.caddyContainer),
    onLost: ({ message }) => {
      logger.error(`What Caddy served is lost, and is loaded again: ${message}`);
      routes.again();
    },
  });
  const asides = asidesIn(config.run);
  const applier = createApplier({
    node: config.node,
    caddy,
    haproxy: createHaproxy({
      paths: { config: paths.config, map: paths.haproxy.domainMap, serverState: paths.haproxy.serverState },
      exec: execIn(config.haproxyContainer),
      runtime: commandSocket(paths.haproxy.socket),
      master: commandSocket(paths.master),
    }),
    settings: caddySettings(config),
    haproxySettings: haproxySettings(config),
    goodParts: { ...goodParts, save: savingParts.save },
    asides: {
      ...asides,
      // What is left there leads nobody anywhere: no app has to wait for its end.
      clear: (apps) => asides.clear(apps).catch(({ message }) => logger.warn(message)),
    },
  });
  const lastKnown = lastKnownIn(config.state);
  const savingKnown = saveSoon(lastKnown.save, ({ message }) =>
    logger.error(`What is known is not kept on disk yet: ${message}`),
  );
  const routes = createRoutes({
    node: config.node,
    applier,
    served,
    lastKnown: { ...lastKnown, save: savingKnown.save },
    logger,
    signal,
    onChange: () => deps.onRecords(view()),
  });
  const stored = await lastKnown.load();
  const remembered = stored && viewOf(stored);
  const view = () => routes.view() ?? remembered;
  deps.onRecords(view());

  const first = Promise.withResolvers<void>();
  const following = followSources({ kv, members, logger }, signal, (sources) => {
    routes.update(sources);
    first.resolve();
  });
  following.catch((thrown) => logger.error(`The records are not followed: ${asCoveyError(thrown).message}`));

  let addresses: ReadonlyMap<string, string> | undefined;
  const watching = watchContainers(
    { engine, names: [config.haproxyContainer, config.caddyContainer], logger, signal },
    (containers) => {
      addresses = addressesOf(containers, CLUSTER_NETWORK);
      deps.onContainers(containers);
    },
    () => routes.again(),
  );
  const names = await serveNames(NAMES, (name) => {
    const address = addresses?.get(name);
    return address === undefined ? (addresses ? 'none' : 'unknown') : { address };
  });

  return {
    remembered,
    view,
    outdated: routes.outdated,
    progress: routes.progress,
    reload: routes.again,
    detour: caddy.detour,
    known: async (until) => {
      const ended = Promise.withResolvers<void>();
      until.addEventListener('abort', () => ended.resolve(), { once: true });
      await Promise.race([first.promise, ended.promise]);
      return view();
    },
    check: async (name, record, checkSignal) => {
      const now = view();
      if (!now)
        throw new CoveyError('unavailable', 'This node has not read the records from Consul yet.', {
          hint: 'It does as soon as Consul answers: see `consul members`.',
        });
      await applier.check(name, record, now, checkSignal);
    },
    show: async (app) => {
      const now = view();
      if (!now)
        throw new CoveyError('unavailable', 'This node has not read the records from Consul yet.', {
          hint: 'It does as soon as Consul answers: see `consul members`.',
        });
      if (app !== undefined) assertThere(app, now);
      const shown = await applier.show(now, app);
      return { ...shown, refused: allRefused(now, shown.refused, served.quarantines(), app) };
    },
    idle: () => caddy.idle(),
    requests: caddy.requests,
    standIn: routes.standIn,
    balance: {
      set: routes.balance,
      answers: async (app, scheme, until) => {
        const found = view()?.apps.find(({ name }) => name === app);
        const balance = found && 'record' in found ? haproxyBalance(found.record) : undefined;
        if (balance === undefined) return false;
        return askCheck(paths.haproxy.caddyHttp, app, { checks: balance.checks, scheme }, until);
      },
    },
    close: async () => {
      await Promise.allSettled([following, watching]);
      await names.close();
      await caddy.idle();
      await savingParts.flush();
      await savingKnown.flush();
    },
  };
}

/** Errors: `not-found`. Exported for its test. */
export function assertThere(app: string, { apps, swarm = [] }: View): void {
  if (apps.some(({ name }) => name === app)) return;
  if (swarm.some(({ key }) => `${SWARM_PREFIX}${key}` === app)) return;
  if (app.startsWith(SWARM_PREFIX)) throw new CoveyError('not-found', `There is no key ${app} in Consul.`);
  throw new CoveyError('not-found', `There is no app ${app}.`, { hint: 'covey apps lists them.' });
}

/** What the parts themselves show, and what the proxies said; a record that cannot be read is told once. */
function allRefused(
  { apps }: View,
  found: readonly Quarantined[],
  quarantines: readonly Quarantined[],
  app: string | undefined,
): Quarantined[] {
  const unreadable = apps.flatMap((each): Quarantined[] =>
    'error' in each ? [{ app: each.name, part: 'record', error: each.error }] : [],
  );
  const all = [...unreadable, ...found, ...quarantines].filter(
    (each) => app === undefined || each.app === app,
  );
  return all.filter(
    (each, index) =>
      all.findIndex(
        (other) => other.app === each.app && (other.part === each.part || other.part === 'record'),
      ) === index,
  );
}

/** Tells all containers whenever one changes, and when a proxy was started. */
async function watchContainers(
  deps: { engine: Engine; names: readonly string[]; logger: Logger; signal: AbortSignal },
  onContainers: (containers: readonly Container[]) => void,
  onProxyStart: () => void,
): Promise<void> {
  const { engine, names, logger, signal } = deps;
  const started = new Map<string, number>();
  try {
    const onError = (error: CoveyError) => logger.warn(`Docker is not followed: ${error.message}`);
    for await (const containers of engine.watchContainers({ signal, onError })) {
      onContainers(containers);
      for (const container of containers.filter(
        ({ name, state }) => names.includes(name) && state === 'running',
      )) {
        const at = container.startedAt.getTime();
        const before = started.get(container.name);
        started.set(container.name, at);
        if (before !== undefined && before !== at) onProxyStart();
      }
    }
  } catch (thrown) {
    if (!signal.aborted) logger.error(`The containers are not followed: ${asCoveyError(thrown).message}`);
  }
}
