import type { AppRecord } from '../app/record.ts';
import { asCoveyError } from '../errors.ts';
import { type CaddyApp, type CaddySettings, renderCaddyPart } from '../render/caddy.ts';
import { type HaproxyApp, renderHaproxyApp } from '../render/haproxy/config.ts';
import { readHaproxy } from '../render/haproxy/definition.ts';
import { hostsOf } from '../render/haproxy/domains.ts';
import type { GoodParts } from './good-parts.ts';
import type { Part } from './settle.ts';
import type { View, ViewedApp } from './view.ts';

/** What each app's record asks for, or why it cannot be had. */
export interface AppParts {
  /** Of the apps that are served here, and of those of whom it is not known. */
  caddy: Map<string, Part<CaddyApp>>;
  haproxy: Map<string, Part<HaproxyApp>>;
  /** `<app> caddy`, `<app> haproxy`: nothing is wrong with that part, but with the app's other one. */
  heldBack: ReadonlySet<string>;
}

/**
 * Writes each app's parts. A record of which one part cannot be written changes nothing that is live: its other part stays
 * as it was too, where there was one, or the two would lead to different nodes.
 */
export function partsOfApps(
  view: View,
  last: Pick<GoodParts, 'caddy' | 'haproxy'>,
  { node, settings }: { node: string; settings: CaddySettings },
): AppParts {
  const caddy = written(view.apps, (name, record) => {
    const app = caddyApp(name, record, view.maintenance.has(name));
    renderCaddyPart(app, settings);
    return app;
  });
  const haproxy = written(view.apps, (name, record) => {
    const app = haproxyApp(name, record, view.maintenance.has(name));
    renderHaproxyApp(app, node);
    hostsOf(name, app.domains);
    return app;
  });
  const heldBack = new Set<string>();
  for (const { name } of view.apps) {
    const [site, route] = [caddy.get(name), haproxy.get(name)];
    if (site === undefined || route === undefined) continue;
    if ('error' in route && 'value' in site && last.caddy.has(name)) {
      caddy.set(name, route);
      heldBack.add(`${name} caddy`);
    }
    if ('error' in site && 'value' in route && last.haproxy.has(name)) {
      haproxy.set(name, site);
      heldBack.add(`${name} haproxy`);
    }
  }
  const here = [...caddy].filter(([, part]) => !('value' in part) || part.value.master === node);
  return { caddy: new Map(here), haproxy, heldBack };
}

/** Each app's part, or why it has none. A record that cannot be read keeps what it had. */
function written<T>(
  apps: readonly ViewedApp[],
  write: (name: string, record: AppRecord) => T,
): Map<string, Part<T>> {
  const parts = new Map<string, Part<T>>();
  for (const app of apps) {
    if ('error' in app) {
      parts.set(app.name, { error: app.error });
      continue;
    }
    try {
      parts.set(app.name, { value: write(app.name, app.record) });
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (error.code !== 'invalid') throw error;
      parts.set(app.name, { error: error.message });
    }
  }
  return parts;
}

export function caddyApp(name: string, { master, caddyfile }: AppRecord, maintenance: boolean): CaddyApp {
  return { name, master, caddyfile, maintenance };
}

export function haproxyApp(name: string, record: AppRecord, maintenance: boolean): HaproxyApp {
  const { master, ip, domains, haproxy } = record;
  return { name, master, ip, domains, maintenance, haproxy: readHaproxy(haproxy) };
}
