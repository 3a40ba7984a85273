import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { type CaddyApp, type CaddySettings, renderCaddy, renderCaddyPart } from '../render/caddy.ts';
import { balanceSections } from '../render/haproxy/balance.ts';
import { renderHaproxy, renderHaproxyApp, renderHaproxySwarm } from '../render/haproxy/config.ts';
import { hostsOf, renderDomainMap } from '../render/haproxy/domains.ts';
import { section } from '../render/haproxy/parts.ts';
import type { HaproxySettings } from '../render/haproxy/settings.ts';
import { type HaproxyPart, isSwarm, splitParts } from './swarm.ts';
import type { View } from './view.ts';

/** What each app, and each swarm key, brings to the proxies of a node, by name. */
export interface Parts {
  caddy: ReadonlyMap<string, CaddyApp>;
  haproxy: ReadonlyMap<string, HaproxyPart>;
  /** Which app has each host now. */
  hosts?: ReadonlyMap<string, string>;
}

/** The files of a node's proxies by their names, or one app's share of them. */
export interface Texts {
  'haproxy.cfg': string;
  'domains.map': string;
  Caddyfile: string;
}

export interface TextSettings {
  node: string;
  caddy: CaddySettings;
  haproxy: HaproxySettings;
}

/** The whole files. */
export function textsOf(parts: Parts, members: View['members'], settings: TextSettings): Texts {
  const { node } = settings;
  const routed = splitParts(parts.haproxy);
  return {
    'haproxy.cfg': renderHaproxy({ node, members, ...routed, settings: settings.haproxy }),
    'domains.map': renderDomainMap({ ...routed, held: parts.hosts ?? new Map() }).text,
    Caddyfile: renderCaddy({ node, apps: [...parts.caddy.values()], settings: settings.caddy }),
  };
}

/** Only what one app, or `swarm/<key>`, brings: its rules of the built-in frontends, its sections, where its hosts lead, its sites. */
export function textsOfApp(
  app: string,
  parts: Parts,
  members: View['members'],
  { node, caddy: settings, haproxy: haproxySettings }: TextSettings,
): Texts {
  const haproxy = parts.haproxy.get(app);
  const caddy = parts.caddy.get(app);
  const rendered =
    haproxy &&
    (isSwarm(haproxy) ? renderHaproxySwarm(haproxy) : renderHaproxyApp(haproxy, node, haproxySettings));
  const rules = (['http', 'https'] as const).flatMap((scheme) => {
    const lines = rendered?.[`${scheme}Rules`] ?? [];
    return lines.length === 0 ? [] : [section(`frontend ${scheme}-in`, lines)];
  });
  const balanced =
    haproxy && !isSwarm(haproxy) ? balanceSections(haproxy, members, node, haproxySettings) : [];
  const hosts = new Set(haproxy ? hostsOf(app, haproxy.domains) : []);
  const { entries } = renderDomainMap({ ...splitParts(parts.haproxy), held: parts.hosts ?? new Map() });
  return {
    'haproxy.cfg': [...rules, ...balanced, ...(rendered?.sections ?? []).map(({ text }) => text)].join('\n'),
    'domains.map': entries
      .filter(([host]) => hosts.has(host))
      .map(([host, backend]) => `${host} ${backend}\n`)
      .join(''),
    Caddyfile:
      caddy?.master === node && caddy.caddyfile.trim() !== '' ? renderCaddyPart(caddy, settings) : '',
  };
}

/** Longest time to look for the smallest difference, in milliseconds: nothing else runs meanwhile. */
const LOOK = 1_000;

/** A unified diff of a file, what is live against what the records ask for; empty where both are the same. */
export function difference(name: keyof Texts, live: string, wanted: string): string {
  if (live === wanted) return '';
  const names = [`live/${name}`, `records/${name}`] as const;
  const options = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  const found = createTwoFilesPatch(...names, live, wanted, undefined, undefined, {
    ...options,
    timeout: LOOK,
  });
  // two files with next to nothing in common: all of one goes, all of the other comes
  return (
    found ??
    [`--- ${names[0]}`, `+++ ${names[1]}`, ...marked('-', live), ...marked('+', wanted), ''].join('\n')
  );
}

function marked(sign: string, text: string): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => sign + line);
}
