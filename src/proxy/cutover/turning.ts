import type { HaproxyApp } from '../../render/haproxy/config.ts';
import type { Waits } from '../../render/haproxy/hold.ts';
import type { Part } from '../settle.ts';
import { type HaproxyPart, isSwarm } from '../swarm.ts';

/**
 * What HAProxy has live, with the way to other nodes for apps whose sites go from this one: it has to be there before Caddy changes.
 * Undefined where there are none.
 * @param leaves whether the app has a site here that goes, and HAProxy knows the node to which its domains lead then
 */
export function turning(
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
    if (leadsTo === (last.leadsTo ?? last.master) || !leaves(app, leadsTo)) continue;
    parts.set(app, { value: { ...last, leadsTo } });
    isNew = true;
  }
  return isNew ? parts : undefined;
}

/**
 * What HAProxy has live, and those who wait may go on: most likely what comes next, so it can be judged while they wait. Undefined where none
 * do.
 */
export function opened(live: ReadonlyMap<string, HaproxyPart>): ReadonlyMap<string, HaproxyPart> | undefined {
  const parts = [...live].map(([app, part]): [string, HaproxyPart] => {
    if (isSwarm(part) || part.waits !== 'closed') return [app, part];
    const waits: Waits = 'open';
    return [app, { ...part, waits, ...(part.ports && { ports: waits }) }];
  });
  return parts.some(([app, part]) => part !== live.get(app)) ? new Map(parts) : undefined;
}
