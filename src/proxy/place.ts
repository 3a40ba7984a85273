import { CoveyError } from '../errors.ts';
import type { CutoverSite } from '../render/caddyfile/cutover.ts';
import { holdSocket } from '../render/haproxy/hold.ts';
import { hostOf } from '../render/haproxy/parts.ts';
import type { HaproxySettings } from '../render/haproxy/settings.ts';
import { type Standing, standingOf } from './standing.ts';
import type { View, ViewedApp } from './view.ts';

/** A node in an app's cutover. */
export interface Place {
  node: string;
  standing: Standing;
  /** Address of the node to which this one passes on. */
  address?: string;
}

/** Undefined: the app has no cutover, or the node has the same part in it as without one. */
export function placeOf(
  { holds, members }: View,
  app: Extract<ViewedApp, { record: unknown }>,
  node: string,
): Place | undefined {
  const hold = holds?.get(app.name);
  if (hold === undefined) return undefined;
  const { master } = app.record;
  const standing = standingOf(node, { master, index: app.index }, hold);
  const { leadsTo, waits, ports, site } = standing;
  const isPlain = leadsTo === master && !waits && !ports && typeof site === 'string';
  if (isPlain) return undefined;
  if (typeof site === 'string') return { node, standing };
  const { passesTo } = site;
  const address = members.find(({ name }) => name === passesTo)?.address;
  if (address === undefined)
    throw new CoveyError('invalid', `${app.name} is passed on to ${passesTo}, of which no address is known.`);
  return { node, standing, address };
}

/** What stands in for the app's site on this node: undefined where it has its own, or none. */
export function cutoverSite(
  app: string,
  { node, standing: { site }, address = '' }: Place,
  { ports, paths }: HaproxySettings,
): { node: string; site: CutoverSite | undefined } | undefined {
  if (site === 'none') return undefined;
  if (site === 'own') return { node, site: undefined };
  if (site === 'hold') {
    const at = (scheme: 'http' | 'https') => holdSocket(paths.run, app, scheme);
    return { node, site: { hold: { http: at('http'), https: at('https') } } };
  }
  const host = hostOf(address, app);
  const passTo = { http: `http://${host}:${ports.peerHttp}`, https: `https://${host}:${ports.peerHttps}` };
  return { node, site: { passTo } };
}
