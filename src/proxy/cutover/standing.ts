import type { Hold } from '../../app/hold.ts';
import type { Waits } from '../../render/haproxy/hold.ts';

/** What a node does for an app, as its record and its hold say. */
export interface Standing {
  /** The node to which the app's domains lead, on this node. */
  leadsTo: string;
  /** Whether this node's Caddy has its sites. */
  hasSite: boolean;
  /** Requests that come to them here wait, or are passed on, instead of being answered by the app. */
  isAside?: true;
  /** Whether requests that wait here may go on. Absent: none do. */
  waits?: Waits;
  /** The node to which those that come are passed on, or will be. */
  passesTo?: string;
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
  const plain: Standing = { leadsTo: master, hasSite: master === node };
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
    if (isNode || isFrom) return { ...aside(node), passesTo: master, ...waits };
    return plain;
  }
  if (isNode) return { ...aside(node), waits: 'closed', ports: 'closed' };
  // Then all that is left is to begin with it, for which nobody has to wait.
  if (state === 'preparing') return isFrom ? { ...plain, passesTo: hold.node } : plain;
  if (isFrom && state === 'returning') return { ...plain, ports: 'open' };
  if (isFrom) return { ...aside(node), passesTo: hold.node, ports: 'closed' };
  return { leadsTo: hold.node, hasSite: plain.hasSite };
}

const aside = (node: string) => ({ leadsTo: node, hasSite: true, isAside: true }) as const;

/** Whether the record that was committed with an open hold is not here yet: it comes by another way. */
export const isEarly = ({ state, index }: Pick<ViewedHold, 'state' | 'index'>, record: number): boolean =>
  state === 'open' && record < index;
