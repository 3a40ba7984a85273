import { isDeepStrictEqual } from 'node:util';
import { SWARM_PREFIX } from '../app/keys.ts';
import { type Claimant, type Clash, findClashes } from '../render/haproxy/clashes.ts';
import type { HaproxyApp, HaproxySwarm } from '../render/haproxy/config.ts';
import { hostsOf } from '../render/haproxy/domains.ts';
import type { Part } from './settle.ts';
import type { View } from './view.ts';

/** What HAProxy is given: of apps by their name, of swarm keys by `swarm/<key>`. */
export type HaproxyPart = HaproxyApp | HaproxySwarm;

export function isSwarm(part: HaproxyPart): part is HaproxySwarm {
  return 'key' in part;
}

/** Apps and swarm keys apart. */
export function splitParts(parts: ReadonlyMap<string, HaproxyPart>): {
  apps: HaproxyApp[];
  swarm: HaproxySwarm[];
} {
  const all = [...parts.values()];
  return { apps: all.filter((part): part is HaproxyApp => !isSwarm(part)), swarm: all.filter(isSwarm) };
}

/** A part's name, as `status` tells it. */
export function nameOf(part: HaproxyPart): string {
  return isSwarm(part) ? `${SWARM_PREFIX}${part.key}` : part.name;
}

export interface PlacedSwarm {
  parts: Map<string, Part<HaproxySwarm>>;
  /** Why a key is not served as it is written: the same on every node. */
  faults: Map<string, string>;
  /** What was good, without the last good parts of keys that now claim what somebody else has. */
  good: Map<string, HaproxyPart>;
}

/**
 * The parts of the swarm keys beside those of the apps. An app wins over a key, and of two keys the one that was written
 * first: so whoever makes a clash sees it on his own key. A key that is at fault keeps its last good part, unless that
 * clashes too.
 */
export function placeSwarm(
  { swarm = [], maintenance }: Pick<View, 'swarm' | 'maintenance'>,
  apps: ReadonlyMap<string, Part<HaproxyApp>>,
  good: ReadonlyMap<string, HaproxyPart>,
): PlacedSwarm {
  const placed: PlacedSwarm = { parts: new Map(), faults: new Map(), good: new Map(good) };
  if (swarm.length === 0) return placed;
  const claimed: Claimant[] = [...apps].flatMap(([name, part]) => {
    const live = 'value' in part ? part.value : good.get(name);
    return live ? [claimant(live)] : [];
  });
  for (const each of swarm.toSorted((a, b) => a.index - b.index)) {
    const name = `${SWARM_PREFIX}${each.key}`;
    const wanted = 'error' in each ? undefined : { ...each.value, maintenance: maintenance.has(each.key) };
    const fault = 'error' in each ? each.error : wanted && faultOf(claimant(wanted), claimed);
    const last = good.get(name);
    const lastClashes = last !== undefined && faultOf(claimant(last), claimed) !== undefined;
    if (lastClashes) placed.good.delete(name);
    if (wanted && fault === undefined) {
      placed.parts.set(name, { value: wanted });
      claimed.push(claimant(wanted));
      continue;
    }
    const error = fault ?? '';
    placed.faults.set(name, error);
    placed.parts.set(name, { error });
    if (last && !lastClashes) claimed.push(claimant(last));
  }
  return placed;
}

/** The parts, without those that HAProxy is known to refuse: what they claim they do not get. */
export function withoutRefused(
  parts: ReadonlyMap<string, Part<HaproxyApp>>,
  refused: ReadonlyMap<string, HaproxyApp>,
): Map<string, Part<HaproxyApp>> {
  const isRefused = (app: string, part: Part<HaproxyApp>) =>
    'value' in part && refused.has(app) && isDeepStrictEqual(part.value, refused.get(app));
  return new Map(
    [...parts].map(([app, part]) => [app, isRefused(app, part) ? { error: 'HAProxy refuses it' } : part]),
  );
}

/** The parts without the swarm keys that claim what an app has. */
export function appsFirst(parts: ReadonlyMap<string, HaproxyPart>): Map<string, HaproxyPart> {
  const apps = splitParts(parts).apps.map(claimant);
  const stays = (part: HaproxyPart) => !isSwarm(part) || faultOf(claimant(part), apps) === undefined;
  return new Map([...parts].filter(([, part]) => stays(part)));
}

/** What a part claims for itself alone; the site addresses of apps are the deploy's affair. */
export function claimant(part: HaproxyPart): Claimant {
  const { domains, haproxy = {} } = part;
  const name = nameOf(part);
  return { name, urls: [], hosts: hostsOf(name, domains), haproxy, swarm: isSwarm(part) };
}

/** What it claims that another one has; undefined where nothing is. */
function faultOf(mine: Claimant, claimed: readonly Claimant[]): string | undefined {
  const clashes = findClashes([...claimed, mine]).filter(({ apps }) => apps.includes(mine.name));
  return clashes.length === 0 ? undefined : `${mine.name} claims ${clashes.map(told(mine.name)).join('; ')}.`;
}

const told =
  (own: string) =>
  ({ kind, value, apps }: Clash): string =>
    `${kind} ${value}, which ${apps.filter((name) => name !== own).join(', ')} has`;
