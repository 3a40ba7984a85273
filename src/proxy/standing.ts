import type { Hold } from '../app/hold.ts';
import type { Waits } from '../render/haproxy/hold.ts';

/** What a node does for an app, as its record and its hold say. */
export interface Standing {
  /** The node to which the app's domains lead, on this node. */
  leadsTo: string;
  /** What this node's Caddy has of it: its site, one where requests wait, one that passes on to another node, or nothing. */
  site: 'own' | 'hold' | 'none' | { passesTo: string };
  /** Whether requests that wait here may go on. Absent: none do. */
  waits?: Waits;
  /**
   * The same of new connections to its own ports. Those wait on the node that has served them too, since all others go on sending to
   * the record's master, and none sends on to one that may send back: no connection goes round.
   */
  ports?: Waits;
}

/** A hold, and the version of its key in Consul. */
export type ViewedHold = Hold & { index: number };

/**
 * Who is to receive is ready before anybody sends, and a node that passes on has the app's domains lead to itself: what others send
 * it, which have not turned yet, HAProxy would refuse otherwise.
 */
export function standingOf(
  node: string,
  { master, index }: { master: string; index: number },
  hold: ViewedHold | undefined,
): Standing {
  const plain: Standing = { leadsTo: master, site: master === node ? 'own' : 'none' };
  if (hold === undefined) return plain;
  const isNode = node === hold.node;
  const isFrom = node === hold.from;
  const state = isEarly(hold, index) ? 'held' : hold.state;
  if (state === 'open' || state === 'returned') {
    const waits: Pick<Standing, 'waits' | 'ports'> = {
      ...(isNode && { waits: 'open' }),
      ...((isNode || isFrom) && { ports: 'open' }),
    };
    if (node === master) return { ...plain, ...waits };
    if (isNode || isFrom) return { leadsTo: node, site: { passesTo: master }, ...waits };
    return plain;
  }
  if (isNode) return { leadsTo: node, site: 'hold', waits: 'closed', ports: 'closed' };
  if (state === 'preparing') return plain;
  if (isFrom && state === 'returning') return { ...plain, ports: 'open' };
  if (isFrom) return { leadsTo: node, site: { passesTo: hold.node }, ports: 'closed' };
  return { leadsTo: hold.node, site: plain.site };
}

/** Whether the record that was committed with an open hold is not here yet: it comes by another way. */
export const isEarly = ({ state, index }: Pick<ViewedHold, 'state' | 'index'>, record: number): boolean =>
  state === 'open' && record < index;
