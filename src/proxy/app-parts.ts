import { hasOwnPorts } from '../app/ports.ts';
import type { AppRecord } from '../app/record.ts';
import { asCoveyError } from '../errors.ts';
import { type CaddyApp, type CaddySettings, renderCaddyPart } from '../render/caddy.ts';
import type { HaproxyApp } from '../render/haproxy/config.ts';
import { readHaproxy } from '../render/haproxy/definition.ts';
import { hostsOf } from '../render/haproxy/domains.ts';
import { balancedCaddy, haproxyBalance, withState } from './balance.ts';
import { type Place, placeOf } from './cutover/place.ts';
import type { GoodParts } from './good-parts.ts';
import { memo } from './memo.ts';
import type { Part } from './settle.ts';
import { withStandInsOf } from './stand-ins.ts';
import type { View } from './view.ts';

/** What each app's record asks for, or why it cannot be had. */
export interface AppParts {
  /** Of the apps that are served here, and of those of whom it is not known. */
  caddy: Map<string, Part<CaddyApp>>;
  haproxy: Map<string, Part<HaproxyApp>>;
  /** `<app> caddy`, `<app> haproxy`: nothing is wrong with that part, but with the app's other one. */
  heldBack: Set<string>;
}

/**
 * Writes each app's parts. A record of which one part cannot be written changes nothing that is live: its other part stays
 * as it was too, where there was one, or the two would lead to different nodes. What was written of a record is not written
 * again.
 */
export function appParts({
  node,
  settings,
  caddyText,
  haproxyText,
}: {
  node: string;
  settings: CaddySettings;
  caddyText: (app: CaddyApp) => string;
  haproxyText: (app: HaproxyApp) => unknown;
}): (view: View, last: Pick<GoodParts, 'caddy' | 'haproxy'>) => AppParts {
  const caddyOf = perRecord((name, record, { maintenance, place }) => {
    const app = caddyApp(name, record, maintenance, node, place);
    // of other nodes only whether it can be written: the text itself is theirs
    const write = app.master === node ? caddyText : (other: CaddyApp) => renderCaddyPart(other, settings);
    write(app);
    return app;
  });
  const haproxyOf = perRecord((name, record, { maintenance, place }) => {
    const plain = haproxyApp(name, record, maintenance);
    const app = place ? { ...plain, ...inCutover(plain, place) } : plain;
    haproxyText(app);
    hostsOf(name, app.domains);
    return app;
  });
  return (view, last) => {
    const caddy = written(view, node, caddyOf);
    const haproxy = written(view, node, haproxyOf);
    const heldBack = holdBack(view, last, { caddy, haproxy });
    const here = [...caddy].filter(([, part]) => !('value' in part) || part.value.master === node);
    const indexes = new Map(view.apps.map(({ name, index }) => [name, index]));
    const now = here.map(([name, part]): [string, Part<CaddyApp>] => {
      if (!('value' in part)) return [name, part];
      const index = indexes.get(name) ?? 0;
      const balanced = withState(part.value, index, view.balance?.get(name));
      return [name, { value: withStandInsOf(balanced, index, view.standIns?.get(name)) }];
    });
    return { caddy: new Map(now), haproxy, heldBack };
  };
}

/** Where one part has an error, the other one gets it too; which ones do. */
function holdBack(
  view: View,
  last: Pick<GoodParts, 'caddy' | 'haproxy'>,
  { caddy, haproxy }: Pick<AppParts, 'caddy' | 'haproxy'>,
): Set<string> {
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
  return heldBack;
}

/** What a part is made of besides the record. */
interface Circumstances {
  maintenance: boolean;
  /** Undefined: no cutover. */
  place: Place | undefined;
}

type Make<T> = (name: string, record: AppRecord, circumstances: Circumstances) => T;

/** Makes a part once for a record, and once more for each other circumstance. */
function perRecord<T>(make: Make<T>): Make<T> {
  const known = memo((_: AppRecord) => new Map<string, T>());
  return (name, record, circumstances) => {
    const parts = known(record);
    const key = JSON.stringify(circumstances);
    const part = parts.get(key) ?? make(name, record, circumstances);
    parts.set(key, part);
    return part;
  };
}

/** Each app's part, or why it has none. A record that cannot be read keeps what it had. */
function written<T>(view: View, node: string, make: Make<T>): Map<string, Part<T>> {
  const parts = new Map<string, Part<T>>();
  for (const app of view.apps) {
    if ('error' in app) {
      parts.set(app.name, { error: app.error });
      continue;
    }
    try {
      const circumstances = { maintenance: view.maintenance.has(app.name), place: placeOf(view, app, node) };
      parts.set(app.name, { value: make(app.name, app.record, circumstances) });
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (error.code !== 'invalid') throw error;
      parts.set(app.name, { error: error.message });
    }
  }
  return parts;
}

/** @param place of this node in its cutover */
export function caddyApp(
  name: string,
  record: AppRecord,
  maintenance: boolean,
  node: string,
  place?: Place,
): CaddyApp {
  const { master, caddyfile, ct } = record;
  const { hasSite = false, isAside = false } = place?.standing ?? {};
  const containers = Object.values(ct);
  const own = { name, master: hasSite ? node : master, caddyfile, containers, maintenance };
  const app = isAside ? { ...own, isAside } : own;
  return balancedCaddy(app, record, node);
}

/** In maintenance visitors get its page, and none waits. */
function inCutover(app: HaproxyApp, { standing, address }: Place): Partial<HaproxyApp> {
  const { leadsTo, waits, ports, isAside } = standing;
  return {
    leadsTo,
    ...(waits && { waits }),
    ...(address !== undefined && { passesTo: address }),
    ...(isAside && !app.maintenance && { isAside }),
    ...(ports && hasOwnPorts(app.haproxy ?? {}) && { ports }),
  };
}

export function haproxyApp(name: string, record: AppRecord, maintenance: boolean): HaproxyApp {
  const { master, ip, domains, haproxy } = record;
  const app = { name, master, ip, domains, maintenance, haproxy: readHaproxy(haproxy) };
  // In maintenance the master alone answers.
  const balance = maintenance ? undefined : haproxyBalance(record);
  return balance === undefined ? app : { ...app, balance };
}
