import type { HaproxyApp } from '../../render/haproxy/config.ts';
import type { Part } from '../settle.ts';
import { type HaproxyPart, isSwarm } from '../swarm.ts';
import type { View } from '../view.ts';

/**
 * What apps that are, or were, at their cutover go on with in HAProxy where their newest part is refused: their domains lead where they
 * should all the same. Of what becomes of requests on the way it has what it had already, if that is still wanted, since all else may be what
 * is refused: what has waited does not go on by it, and gets the maintenance page in its time.
 */
export function fallbackRoutes(
  wanted: ReadonlyMap<string, Part<HaproxyApp>>,
  live: ReadonlyMap<string, HaproxyPart>,
  holds: View['holds'],
): ReadonlyMap<string, HaproxyPart> {
  const found = new Map(live);
  for (const [app, last] of live) {
    if (isSwarm(last)) continue;
    const { leadsTo: before, waits: waited, ports: ported, passesTo: passed, isAside: _, ...own } = last;
    const isHeld = holds?.has(app) ?? false;
    if (!isHeld && before === undefined && waited === undefined && ported === undefined) continue;
    const part = wanted.get(app);
    if (part === undefined || 'value' in part) {
      const { leadsTo, master = last.master, waits, ports, passesTo, isAside } = part?.value ?? {};
      const waiting = waits === 'open' || waits === waited ? waited : undefined;
      const passing = passesTo === passed ? passed : undefined;
      found.set(app, {
        ...routed(own, leadsTo ?? master),
        ...(waiting && { waits: waiting }),
        ...(passing !== undefined && { passesTo: passing }),
        ...(isAside && (waiting === 'closed' || passing !== undefined) && { isAside }),
        ...(ported === 'closed' && ports === 'closed' && { ports: ported }),
      });
    } else if (!isHeld) found.set(app, routed(own, before ?? last.master));
  }
  return found;
}

function routed(own: HaproxyApp, leadsTo: string): HaproxyApp {
  return { ...own, ...(leadsTo !== own.master && { leadsTo }) };
}
