import type { BalancedNode__Output as BalancedNode } from '../generated/covey/v1/BalancedNode.ts';

/** `up`, `no answer`, or `down: web is exited`. */
export function stateText({ state, faults }: BalancedNode): string {
  if (state === 'unknown') return 'no answer';
  return faults.length === 0 ? state : `${state}: ${faults.join(', ')}`;
}

/** All nodes of an app in one cell, with how its services are where they are not up: `node1, node3 (down)`. */
export function nodesCell(balanced: readonly BalancedNode[]): string {
  const each = balanced.map(({ node, state }) => {
    if (state === 'up') return node;
    return `${node} (${state === 'unknown' ? 'no answer' : state})`;
  });
  return each.join(', ') || '-';
}
