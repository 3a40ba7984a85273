import type { CaddyApp } from '../render/caddy.ts';
import type { HaproxyApp } from '../render/haproxy/config.ts';
import type { GoodParts } from './good-parts.ts';
import type { Part } from './settle.ts';
import { type HaproxyPart, isSwarm } from './swarm.ts';
import type { View } from './view.ts';

/**
 * What apps go on with in Caddy where their newest part is refused. A site where requests wait, or that passes them on, is for a while:
 * when its time is over the app has the site that it had before, and where it had none visitors get the maintenance page at once.
 */
export function fallbackSites(
  wanted: ReadonlyMap<string, Part<CaddyApp>>,
  { caddy, sites }: Pick<GoodParts, 'caddy' | 'sites'>,
  holds: View['holds'],
): ReadonlyMap<string, CaddyApp> {
  const found = new Map(caddy);
  for (const [app, { cutover, ...own }] of caddy) {
    const part = wanted.get(app);
    const isOver = part && 'value' in part ? part.value.cutover === undefined : !holds?.has(app);
    if (cutover && isOver) found.set(app, sites?.get(app) ?? { ...own, maintenance: true });
  }
  return found;
}

/** The sites that apps had before those that stand in for them now. */
export function sitesBehind(
  live: ReadonlyMap<string, CaddyApp>,
  { caddy, sites }: Pick<GoodParts, 'caddy' | 'sites'>,
): ReadonlyMap<string, CaddyApp> {
  const behind = new Map<string, CaddyApp>();
  for (const [app, { cutover }] of live) {
    const last = caddy.get(app);
    const site = last?.cutover ? sites?.get(app) : last;
    if (cutover && site) behind.set(app, site);
  }
  return behind;
}

/**
 * What apps that are, or were, at their cutover go on with in HAProxy where their newest part is refused: their domains lead where they
 * should all the same. Only what has waited does not go on by it, since that may be what is refused; it gets the maintenance page in its time.
 */
export function fallbackRoutes(
  wanted: ReadonlyMap<string, Part<HaproxyApp>>,
  live: ReadonlyMap<string, HaproxyPart>,
  holds: View['holds'],
): ReadonlyMap<string, HaproxyPart> {
  const found = new Map(live);
  for (const [app, last] of live) {
    if (isSwarm(last)) continue;
    const { leadsTo: before, waits: waited, ports: ported, ...own } = last;
    const isHeld = holds?.has(app) ?? false;
    if (!isHeld && before === undefined && waited === undefined && ported === undefined) continue;
    const part = wanted.get(app);
    if (part === undefined || 'value' in part) {
      const { leadsTo, master = last.master, waits, ports } = part?.value ?? {};
      const stay = ported === 'closed' && ports === 'closed' && { ports: ported };
      found.set(app, { ...routed(own, leadsTo ?? master, waits === 'open' ? waited : waits), ...stay });
    } else if (!isHeld) found.set(app, routed(own, before ?? last.master, undefined));
  }
  return found;
}

function routed(own: HaproxyApp, leadsTo: string, waits: HaproxyApp['waits']): HaproxyApp {
  return { ...own, ...(leadsTo !== own.master && { leadsTo }), ...(waits && { waits }) };
}
