import type { HaproxyApp } from '../render/haproxy/config.ts';
import type { Waits } from '../render/haproxy/hold.ts';
import type { Part } from './settle.ts';
import { type HaproxyPart, isSwarm } from './swarm.ts';

/**
 * What HAProxy has live, with what has to be there before requests are led aside: the places where they are to wait from now on, and
 * the ways on which they are to be passed on; and, before Caddy changes, the way to other nodes for apps whose sites go from this one.
 * Undefined where there is nothing of that.
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
    const { passesTo } = part.value;
    const closes = part.value.waits === 'closed' && last.waits !== 'closed';
    const passes = passesTo !== undefined && last.passesTo !== passesTo;
    if (!turns && !closes && !passes) continue;
    const waits: Waits = 'closed';
    // With the ports, which would need a reload of their own.
    const closed = closes && { waits, ...(part.value.ports && { ports: waits }) };
    parts.set(app, {
      value: { ...last, ...(turns && { leadsTo }), ...closed, ...(passes && { passesTo }) },
    });
    isNew = true;
  }
  return isNew ? parts : undefined;
}
