import { isDeepStrictEqual } from 'node:util';
import { SWARM_PREFIX } from '../app/keys.ts';
import type { AppRecord } from '../app/record.ts';
import { asCoveyError, type CoveyError } from '../errors.ts';
import {
  type CaddyApp,
  type CaddySettings,
  renderCaddy,
  renderCaddyApp,
  renderCaddyPart,
} from '../render/caddy.ts';
import { type HaproxyApp, renderHaproxy, renderHaproxyApp } from '../render/haproxy/config.ts';
import { renderDomainMap } from '../render/haproxy/domains.ts';
import { type HaproxySettings, haproxyDefaults } from '../render/haproxy/settings.ts';
import { appParts, caddyApp, haproxyApp } from './app-parts.ts';
import type { CaddyControl } from './caddy/caddy.ts';
import { type Asides, asideBefore, asideIn } from './cutover/asides.ts';
import { fallbackRoutes } from './cutover/fallback.ts';
import { opened, turning } from './cutover/turning.ts';
import type { GoodParts, GoodPartsStore } from './good-parts.ts';
import type { HaproxyControl } from './haproxy/haproxy.ts';
import { memo } from './memo.ts';
import { refuseClashes } from './refuse-clashes.ts';
import type { Quarantined } from './served.ts';
import { orLast, type Part, settle, type Taker } from './settle.ts';
import {
  appsFirst,
  type HaproxyPart,
  type PlacedSwarm,
  placeSwarm,
  splitParts,
  withoutRefused,
} from './swarm.ts';
import { type Parts, type Texts, textsOf, textsOfApp } from './texts.ts';
import type { View } from './view.ts';

export interface ApplierDeps {
  node: string;
  caddy: CaddyControl;
  haproxy: HaproxyControl;
  settings: CaddySettings;
  /** Default: a node as `docker-compose.yml` makes it. */
  haproxySettings?: HaproxySettings;
  /** What the proxies took last, also before this peer was started. */
  goodParts: GoodPartsStore;
  /** Absent: no requests are led aside. */
  asides?: Asides;
}

/** Makes views live on this node. */
export interface Applier {
  /**
   * Renders the view and applies it; an app or swarm key that is refused keeps its last good part and is named in the result.
   * @param outdated aborts when there is a newer view: this one then waits for no proxy's turn. Default: the signal
   * @throws CoveyError `unavailable` when a proxy does not answer, `cancelled` when it was outdated
   */
  apply(view: View, signal: AbortSignal, outdated?: AbortSignal): Promise<Quarantined[]>;
  /**
   * Judges one app's parts alone, by the node's own proxies; nothing live changes.
   * @throws CoveyError `invalid` with the proxy's own words
   */
  check(name: string, record: AppRecord, view: View, signal: AbortSignal): Promise<void>;
  /**
   * The files as the view asks for them, and as the proxies took them last; with `app`, which may be `swarm/<key>`, only
   * what that one brings. Whose part cannot be written is in them with its last good part, and named as refused.
   */
  show(view: View, app?: string): Promise<{ wanted: Texts; live: Texts; refused: Quarantined[] }>;
  /** The next apply loads everything anew: a proxy was started again. */
  forget(): void;
}

export function createApplier(deps: ApplierDeps): Applier {
  const { node, caddy, haproxy, settings, haproxySettings = haproxyDefaults, goodParts, asides } = deps;
  let good: GoodParts | undefined;
  let loaded: string | undefined;
  let taken: { parts: GoodParts; members: View['members'] } | undefined;
  /** What HAProxy did not take of apps, at the last apply. */
  let refusedRoutes: ReadonlyMap<string, HaproxyApp> = new Map();
  const textSettings = { node, caddy: settings, haproxy: haproxySettings };

  // With thousands of apps, what takes time is to read and write the parts of those that have not changed.
  const caddyText = memo((app: CaddyApp) => renderCaddyPart(app, settings));
  const haproxyText = memo((app: HaproxyApp) => renderHaproxyApp(app, node, haproxySettings));
  const partsOf = appParts({ node, settings, caddyText, haproxyText });

  const domainMap = (parts: ReadonlyMap<string, HaproxyPart>) =>
    renderDomainMap({ ...splitParts(parts), ...(good === undefined ? {} : { held: good.hosts }) });

  const caddyTaker = (signal: AbortSignal, outdated: AbortSignal): Taker<CaddyApp> => {
    const render = (apps: ReadonlyMap<string, CaddyApp>) =>
      renderCaddy({ node, apps: [...apps.values()], settings, part: caddyText });
    return {
      judge: (apps) => caddy.validate(render(apps), signal),
      apply: async (apps, refused) => {
        const text = render(apps);
        if (text === loaded) return;
        await caddy.load(text, signal, refused ? signal : outdated);
        loaded = text;
      },
    };
  };

  const haproxyTaker = (
    { members }: Pick<View, 'members'>,
    signal: AbortSignal,
    outdated: AbortSignal,
  ): Taker<HaproxyPart> => {
    const render = (parts: ReadonlyMap<string, HaproxyPart>) =>
      renderHaproxy({ node, members, ...splitParts(parts), settings: haproxySettings, part: haproxyText });
    const judge = async (parts: ReadonlyMap<string, HaproxyPart>) => {
      refuseClashes(parts);
      await haproxy.validate(render(parts), signal);
    };
    return {
      judge,
      apply: async (parts, refused) => {
        await judge(parts);
        const map = new Map(domainMap(parts).entries);
        await haproxy.apply({ config: render(parts), map }, signal, refused ? signal : outdated);
      },
    };
  };

  /** What is wanted of apps and swarm keys. A key gives way to what an app has, not to what one claims that is refused. */
  const place = async (
    view: View,
    written: ReadonlyMap<string, Part<HaproxyApp>>,
    last: ReadonlyMap<string, HaproxyPart>,
    { judge }: Taker<HaproxyPart>,
  ): Promise<{ wanted: Map<string, Part<HaproxyPart>>; swarm: PlacedSwarm }> => {
    let apps = written;
    let swarm = placeSwarm(view, apps, last);
    const loses = ({ key }: { key: string }) => swarm.faults.has(`${SWARM_PREFIX}${key}`);
    if (view.swarm?.some((each) => 'value' in each && loses(each))) {
      const good = new Map(splitParts(last).apps.map((app) => [app.name, app]));
      const { quarantined } = await settle(apps, good, isDeepStrictEqual, { judge, apply: judge });
      apps = new Map([...apps, ...[...quarantined].map(([app, error]) => [app, { error }] as const)]);
      swarm = placeSwarm(view, apps, last);
    }
    return { wanted: new Map<string, Part<HaproxyPart>>([...apps, ...swarm.parts]), swarm };
  };

  return {
    forget: () => {
      loaded = undefined;
    },
    check: async (name, record, view, signal) => {
      const maintenance = false;
      await caddy.validate(renderCaddyApp(caddyApp(name, record, maintenance, node), settings), signal);
      good ??= await goodParts.load();
      const parts = new Map(good.haproxy).set(name, haproxyApp(name, record, maintenance));
      await haproxyTaker(view, signal, signal).judge(appsFirst(parts));
    },
    show: async (view, app) => {
      const last = good ?? (await goodParts.load());
      const parts = partsOf(view, last);
      const swarm = placeSwarm(view, withoutRefused(parts.haproxy, refusedRoutes), last.haproxy);
      const wanted = {
        caddy: orLast(parts.caddy, last.caddy),
        haproxy: orLast(new Map<string, Part<HaproxyPart>>([...parts.haproxy, ...swarm.parts]), swarm.good),
        hosts: last.hosts,
      };
      const write = (parts: Parts) =>
        app === undefined
          ? textsOf(parts, view.members, textSettings)
          : textsOfApp(app, parts, view.members, textSettings);
      const refused = [
        ...refusedOf('caddy', parts.caddy),
        ...refusedOf('haproxy', parts.haproxy),
        ...refusedOf('swarm', swarm.parts),
      ].filter(({ app, part }) => !parts.heldBack.has(`${app} ${part}`));
      return {
        wanted: write(wanted),
        live:
          app === undefined && taken !== undefined
            ? textsOf(taken.parts, taken.members, textSettings)
            : write(last),
        refused: refused.filter((each) => app === undefined || each.app === app),
      };
    },
    apply: async (view, signal, outdated = signal) => {
      const quarantined: Quarantined[] = view.apps.flatMap((app) =>
        'error' in app ? [{ app: app.name, part: 'record', error: app.error }] : [],
      );
      good ??= await goodParts.load();
      const parts = partsOf(view, good);
      const takesCaddy = caddyTaker(signal, outdated);
      const taker = haproxyTaker(view, signal, outdated);
      // HAProxy sends nobody any more to a site that goes.
      const { caddy: sites } = good;
      // With the members of before: what is new there needs a reload, and nothing has to wait for its turn.
      const before = haproxyTaker({ members: taken?.members ?? view.members }, signal, outdated);
      const isKnown = (node: string) => taken?.members.some(({ name }) => name === node) ?? true;
      const leaves = (app: string, to: string) => isKnown(to) && sites.has(app) && !parts.caddy.has(app);
      const turned = turning(parts.haproxy, good.haproxy, leaves);
      const unturned = turned && (await settle(turned, good.haproxy, isDeepStrictEqual, before)).quarantined;
      for (const [app, error] of unturned ?? []) {
        parts.haproxy.set(app, { error });
        parts.caddy.set(app, { error });
        parts.heldBack.add(`${app} caddy`);
      }
      const settledCaddy = await settle(parts.caddy, sites, isDeepStrictEqual, takesCaddy).catch(behind);
      if ('live' in settledCaddy) good = { ...good, caddy: settledCaddy.live };
      // For a moment Caddy's old servers have the sites yet that go, and what comes to those is to be passed on.
      const aside = asideIn(good.haproxy);
      if (aside.some((name) => sites.has(name) && !good?.caddy.has(name))) await caddy.idle();
      const lastRoutes = fallbackRoutes(parts.haproxy, good.haproxy, view.holds);
      const { wanted, swarm } = await place(view, parts.haproxy, lastRoutes, taker);
      await asides?.set(asideBefore(node, good.haproxy, orLast(wanted, good.haproxy)));
      const settledHaproxy = await settle(wanted, swarm.good, isDeepStrictEqual, taker);
      good = { ...good, haproxy: settledHaproxy.live, hosts: domainMap(settledHaproxy.live).owners };
      await asides?.set(asideIn(good.haproxy));
      await asides?.clear(splitParts(good.haproxy).apps);
      const opening = opened(good.haproxy);
      if (opening) taker.judge(opening).catch(() => undefined); // it is judged again when its time comes
      refusedRoutes = new Map(
        [...parts.haproxy].flatMap(([app, part]) =>
          'value' in part && settledHaproxy.quarantined.has(app) ? [[app, part.value]] : [],
        ),
      );
      taken = { parts: good, members: view.members };
      await goodParts.save(good);
      if (!('live' in settledCaddy)) throw settledCaddy;

      // A record that cannot be read has no parts: it is told once, as what it is.
      const unreadable = new Set(quarantined.map(({ app }) => app));
      for (const [part, settled] of [
        ['caddy', settledCaddy],
        ['haproxy', settledHaproxy],
      ] as const) {
        for (const [app, error] of settled.quarantined)
          if (!unreadable.has(app) && !parts.heldBack.has(`${app} ${part}`))
            quarantined.push({ app, part: swarm.faults.has(app) ? 'swarm' : part, error });
      }
      return quarantined;
    },
  };
}

/** A Caddy that does not answer, or takes nothing at all, keeps no route of other nodes' apps from HAProxy. */
function behind(thrown: unknown): CoveyError {
  const error = asCoveyError(thrown);
  if (error.code === 'cancelled') throw error;
  return error;
}

function refusedOf(part: Quarantined['part'], parts: ReadonlyMap<string, Part<unknown>>): Quarantined[] {
  return [...parts].flatMap(([app, each]) => ('error' in each ? [{ app, part, error: each.error }] : []));
}
