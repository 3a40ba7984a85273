import type { CaddyApp } from '../render/caddy.ts';
import type { HaproxyApp } from '../render/haproxy/config.ts';
import type { Waits } from '../render/haproxy/hold.ts';
import type { Part } from './settle.ts';
import { type HaproxyPart, isSwarm } from './swarm.ts';

/**
 * What HAProxy has live, with what has to be there before Caddy changes: the places where requests of apps are to wait from now on,
 * and the way to other nodes for apps whose sites go from this one. Undefined where there is nothing of that.
 * @param leaves whether the app has a site here that goes, and HAProxy knows the node to which its domains lead then
 */
export function closing(
  wanted: ReadonlyMap<string, Part<HaproxyApp>>,
  live: ReadonlyMap<string, HaproxyPart>,
  leaves: (app: string, to: string) => boolean,
): ReadonlyMap<string, Part<HaproxyPart>> | undefined {
  const parts = new Map<string, Part<HaproxyPart>>([...live].map(([app, value]) => [app, { value }]));
  let isNew = false;
  for (const [app, part] of wanted) {
    const last = live.get(app);
    if (!('value' in part) || last === undefined || isSwarm(last)) continue;
    const leadsTo = part.value.leadsTo ?? part.value.master;
    const turns = leadsTo !== (last.leadsTo ?? last.master) && leaves(app, leadsTo);
    const closes = part.value.waits === 'closed' && last.waits !== 'closed';
    if (!turns && !closes) continue;
    const waits: Waits = 'closed';
    // With the ports, which would need a reload of their own.
    const closed = closes && { waits, ...(part.value.ports && { ports: waits }) };
    parts.set(app, { value: { ...last, ...(turns && { leadsTo }), ...closed } });
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
