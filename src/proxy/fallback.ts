import type { HaproxyApp } from '../render/haproxy/config.ts';
import type { Part } from './settle.ts';
import { type HaproxyPart, isSwarm } from './swarm.ts';
import type { View } from './view.ts';

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
    const { leadsTo: before, waits: waited, ports: ported, passesTo, isAside, ...own } = last;
    const isHeld = holds?.has(app) ?? false;
    if (!isHeld && before === undefined && waited === undefined && ported === undefined) continue;
    const part = wanted.get(app);
    if (part === undefined || 'value' in part) {
      const { leadsTo, master = last.master, waits, ports, ...next } = part?.value ?? {};
      const stay = ported === 'closed' && ports === 'closed' && { ports: ported };
      const to = { leadsTo: leadsTo ?? master, waits: waits === 'open' ? waited : waits };
      found.set(app, { ...routed(own, { ...next, ...to }), ...stay });
    } else if (!isHeld) found.set(app, routed(own, { leadsTo: before ?? last.master }));
  }
  return found;
}

type Routed = Pick<HaproxyApp, 'leadsTo' | 'waits' | 'passesTo' | 'isAside'>;

function routed(own: HaproxyApp, { leadsTo, waits, passesTo, isAside }: Routed): HaproxyApp {
  return {
    ...own,
    ...(leadsTo !== own.master && leadsTo && { leadsTo }),
    ...(waits && { waits }),
    ...(passesTo !== undefined && { passesTo }),
    ...(isAside && { isAside }),
  };
}
