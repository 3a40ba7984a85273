import { isDeepStrictEqual } from 'node:util';
import type { AppRecord } from '../app/record.ts';
import { asCoveyError } from '../errors.ts';
import {
  type CaddyApp,
  type CaddySettings,
  renderCaddy,
  renderCaddyApp,
  renderCaddyPart,
} from '../render/caddy.ts';
import {
  type HaproxyApp,
  type HaproxySettings,
  haproxyDefaults,
  renderHaproxy,
  renderHaproxyApp,
} from '../render/haproxy/config.ts';
import { readHaproxy } from '../render/haproxy/definition.ts';
import { hostsOf, renderDomainMap } from '../render/haproxy/domains.ts';
import type { CaddyControl } from './caddy.ts';
import type { GoodParts, GoodPartsStore } from './good-parts.ts';
import type { HaproxyControl } from './haproxy.ts';
import type { Quarantined } from './served.ts';
import { type Part, settle, type Taker } from './settle.ts';
import { type HaproxyPart, placeSwarm, splitParts } from './swarm.ts';
import type { View, ViewedApp } from './view.ts';

export interface ApplierDeps {
  node: string;
  caddy: CaddyControl;
  haproxy: HaproxyControl;
  settings: CaddySettings;
  /** Default: a node as `docker-compose.yml` makes it. */
  haproxySettings?: HaproxySettings;
  /** What the proxies took last, also before this peer was started. */
  goodParts: GoodPartsStore;
}

/** Makes views live on this node. */
export interface Applier {
  /**
   * Renders the view and applies it; an app or swarm key that is refused keeps its last good part and is named in the result.
   * @throws CoveyError `unavailable` when a proxy does not answer
   */
  apply(view: View, signal: AbortSignal): Promise<Quarantined[]>;
  /**
   * Judges one app's parts alone, by the node's own proxies; nothing live changes.
   * @throws CoveyError `invalid` with the proxy's own words
   */
  check(name: string, record: AppRecord, view: View, signal: AbortSignal): Promise<void>;
  /** The next apply loads everything anew: a proxy was started again. */
  forget(): void;
}

export function createApplier(deps: ApplierDeps): Applier {
  const { node, caddy, haproxy, settings, haproxySettings = haproxyDefaults, goodParts } = deps;
  let good: GoodParts | undefined;
  let loaded: string | undefined;

  const caddyTaker = (signal: AbortSignal): Taker<CaddyApp> => {
    const render = (apps: ReadonlyMap<string, CaddyApp>) =>
      renderCaddy({ node, apps: [...apps.values()], settings });
    return {
      judge: (apps) => caddy.validate(render(apps), signal),
      apply: async (apps) => {
        const text = render(apps);
        if (text === loaded) return;
        await caddy.load(text, signal);
        loaded = text;
      },
    };
  };

  const haproxyTaker = ({ members }: View, signal: AbortSignal): Taker<HaproxyPart> => {
    const render = (parts: ReadonlyMap<string, HaproxyPart>) =>
      renderHaproxy({ node, members, ...splitParts(parts), settings: haproxySettings });
    const judge = (parts: ReadonlyMap<string, HaproxyPart>) => haproxy.validate(render(parts), signal);
    return {
      judge,
      apply: async (parts) => {
        await judge(parts);
        const map = new Map(renderDomainMap(splitParts(parts)).entries);
        await haproxy.apply({ config: render(parts), map }, signal);
      },
    };
  };

  return {
    forget: () => {
      loaded = undefined;
    },
    check: async (name, record, view, signal) => {
      const maintenance = false;
      await caddy.validate(renderCaddyApp(caddyApp(name, record, maintenance), settings), signal);
      good ??= await goodParts.load();
      const apps = new Map(good.haproxy).set(name, haproxyApp(name, record, maintenance));
      await haproxyTaker(view, signal).judge(apps);
    },
    apply: async (view, signal) => {
      const quarantined: Quarantined[] = view.apps.flatMap((app) =>
        'error' in app ? [{ app: app.name, part: 'record', error: app.error }] : [],
      );
      const maintenance = (name: string) => view.maintenance.has(name);

      const caddyParts = partsOf(view.apps, (name, record) => {
        const app = caddyApp(name, record, maintenance(name));
        renderCaddyPart(app, settings);
        return app;
      });
      const mine = new Map(
        [...caddyParts].filter(([, part]) => !('value' in part) || part.value.master === node),
      );
      good ??= await goodParts.load();
      const settledCaddy = await settle(mine, good.caddy, isDeepStrictEqual, caddyTaker(signal));
      good = { ...good, caddy: settledCaddy.live };

      const haproxyParts = partsOf(view.apps, (name, record) => {
        const app = haproxyApp(name, record, maintenance(name));
        renderHaproxyApp(app, node);
        hostsOf(name, app.domains);
        return app;
      });
      const swarm = placeSwarm(view, haproxyParts, good.haproxy);
      const taker = haproxyTaker(view, signal);
      const wanted = new Map<string, Part<HaproxyPart>>([...haproxyParts, ...swarm.parts]);
      const settledHaproxy = await settle(wanted, swarm.good, isDeepStrictEqual, taker);
      good = { ...good, haproxy: settledHaproxy.live };
      await goodParts.save(good);

      // A record that cannot be read has no parts: it is told once, as what it is.
      const unreadable = new Set(quarantined.map(({ app }) => app));
      for (const [part, settled] of [
        ['caddy', settledCaddy],
        ['haproxy', settledHaproxy],
      ] as const) {
        for (const [app, error] of settled.quarantined)
          if (!unreadable.has(app))
            quarantined.push({ app, part: swarm.faults.has(app) ? 'swarm' : part, error });
      }
      return quarantined;
    },
  };
}

/** Each app's part, or why it has none. A record that cannot be read keeps what it had. */
function partsOf<T>(
  apps: readonly ViewedApp[],
  make: (name: string, record: AppRecord) => T,
): Map<string, Part<T>> {
  const parts = new Map<string, Part<T>>();
  for (const app of apps) {
    if ('error' in app) {
      parts.set(app.name, { error: app.error });
      continue;
    }
    try {
      parts.set(app.name, { value: make(app.name, app.record) });
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (error.code !== 'invalid') throw error;
      parts.set(app.name, { error: error.message });
    }
  }
  return parts;
}

function caddyApp(name: string, { master, caddyfile }: AppRecord, maintenance: boolean): CaddyApp {
  return { name, master, caddyfile, maintenance };
}

function haproxyApp(name: string, record: AppRecord, maintenance: boolean): HaproxyApp {
  const { master, ip, domains, haproxy } = record;
  return { name, master, ip, domains, maintenance, haproxy: readHaproxy(haproxy) };
}
