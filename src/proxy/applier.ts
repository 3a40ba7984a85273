import { isDeepStrictEqual } from 'node:util';
import type { AppRecord } from '../app/record.ts';
import { asCoveyError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import {
  type CaddyApp,
  type CaddySettings,
  renderCaddy,
  renderCaddyApp,
  renderCaddyPart,
} from '../render/caddy.ts';
import { type HaproxyApp, renderHaproxy, renderHaproxyApp } from '../render/haproxy/config.ts';
import { readHaproxy } from '../render/haproxy/definition.ts';
import { hostsOf, renderDomainMap } from '../render/haproxy/domains.ts';
import type { CaddyControl } from './caddy.ts';
import type { HaproxyControl } from './haproxy.ts';
import type { Quarantined } from './served.ts';
import { type Part, settle } from './settle.ts';
import type { View, ViewedApp } from './view.ts';

export interface ApplierDeps {
  node: string;
  caddy: CaddyControl;
  haproxy: HaproxyControl;
  settings: CaddySettings;
  logger: Logger;
}

/** Makes views live on this node. */
export interface Applier {
  /**
   * Renders the view and applies it; an app that is refused keeps its last good part and is named in the result.
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
  const { node, caddy, haproxy, settings } = deps;
  let goodCaddy = new Map<string, CaddyApp>();
  let goodHaproxy = new Map<string, HaproxyApp>();
  let loaded: string | undefined;

  const loadCaddy = async (apps: ReadonlyMap<string, CaddyApp>, signal: AbortSignal) => {
    const text = renderCaddy({ node, apps: [...apps.values()], settings });
    if (text === loaded) return;
    await caddy.load(text, signal);
    loaded = text;
  };

  return {
    forget: () => {
      loaded = undefined;
    },
    check: async (name, record, view, signal) => {
      const maintenance = false;
      await caddy.validate(renderCaddyApp(caddyApp(name, record, maintenance), settings), signal);
      const others = [...goodHaproxy.values()].filter((app) => app.name !== name);
      const apps = [...others, haproxyApp(name, record, maintenance)];
      await haproxy.validate(renderHaproxy({ node, members: view.members, apps }), signal);
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
      const settledCaddy = await settle(mine, goodCaddy, isDeepStrictEqual, (apps) =>
        loadCaddy(apps, signal),
      );
      goodCaddy = settledCaddy.live;

      const haproxyParts = partsOf(view.apps, (name, record) => {
        const app = haproxyApp(name, record, maintenance(name));
        renderHaproxyApp(app, node);
        hostsOf(name, app.domains);
        return app;
      });
      const { members } = view;
      const render = (apps: ReadonlyMap<string, HaproxyApp>) =>
        renderHaproxy({ node, members, apps: [...apps.values()] });
      const settledHaproxy = await settle(haproxyParts, goodHaproxy, isDeepStrictEqual, (apps) =>
        haproxy.validate(render(apps), signal),
      );
      goodHaproxy = settledHaproxy.live;
      const map = new Map(renderDomainMap({ apps: [...goodHaproxy.values()] }).entries);
      await haproxy.apply({ config: render(goodHaproxy), map }, signal);

      // A record that cannot be read has no parts: it is told once, as what it is.
      const unreadable = new Set(quarantined.map(({ app }) => app));
      for (const [part, settled] of [
        ['caddy', settledCaddy],
        ['haproxy', settledHaproxy],
      ] as const) {
        for (const [app, error] of settled.quarantined)
          if (!unreadable.has(app)) quarantined.push({ app, part, error });
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
