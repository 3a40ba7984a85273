import type { CaddyApp } from '../render/caddy.ts';
import type { HaproxyApp } from '../render/haproxy/config.ts';
import type { Waits } from '../render/haproxy/hold.ts';
import type { Part } from './settle.ts';
import { type HaproxyPart, isSwarm } from './swarm.ts';

/**
 * What HAProxy has live, with the places where requests of apps are to wait from now on; undefined where there are none that are new.
 * Where domains lead stays as it is.
 */
export function closing(
  wanted: ReadonlyMap<string, Part<HaproxyApp>>,
  live: ReadonlyMap<string, HaproxyPart>,
): ReadonlyMap<string, Part<HaproxyPart>> | undefined {
  const parts = new Map<string, Part<HaproxyPart>>([...live].map(([app, value]) => [app, { value }]));
  let isNew = false;
  for (const [app, part] of wanted) {
    const last = live.get(app);
    if (!('value' in part) || part.value.waits !== 'closed' || last === undefined || isSwarm(last)) continue;
    if (last.waits === 'closed') continue;
    const waits: Waits = 'closed';
    parts.set(app, { value: { ...last, waits } });
    isNew = true;
  }
  return isNew ? parts : undefined;
}

/** The parts, without those that would let requests go on while Caddy, which has refused something newer, still sends them there to wait. */
export function closedWhere(
  live: ReadonlyMap<string, CaddyApp>,
  wanted: ReadonlyMap<string, Part<HaproxyApp>>,
): ReadonlyMap<string, Part<HaproxyApp>> {
  const stuck = [...wanted].flatMap(([app, part]) => {
    const { cutover } = live.get(app) ?? {};
    const goesRound = cutover && 'hold' in cutover && 'value' in part && part.value.waits === 'open';
    return goesRound ? [[app, { value: { ...part.value, waits: 'closed' as const } }] as const] : [];
  });
  return stuck.length === 0 ? wanted : new Map([...wanted, ...stuck]);
}
