import { setTimeout as pause } from 'node:timers/promises';
import type { LeaveReply } from '../generated/covey/v1/LeaveReply.ts';
import type { LeaveRequest__Output } from '../generated/covey/v1/LeaveRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { assertIdle, assertMayLeave, assertWithoutApps, type Membership } from './membership.ts';

const DRAIN = 'covey drain NODE --replicas gives all of it to other nodes.';

/** Between two looks whether Consul has heard of it, in milliseconds. */
const LOOK = 200;

/** A living node that has no part in anything goes for good. */
export function leaveCluster(deps: Deps): Handler<LeaveRequest__Output, LeaveReply> {
  const { kv, logger } = deps;
  return async ({ node }, { signal, caller }) => {
    assertMayLeave(node, await deps.members());
    await assertWithoutApps(node, { kv, hint: DRAIN, signal });
    await assertIdle(node, kv, signal);
    logger.info({ node, by: caller.name }, 'leaves the cluster');
    await deps.nodes.leave(node, signal);
    // This node's own Consul has nothing more to tell.
    if (node !== deps.node) await untilLeft(deps, node, signal);
    return { node };
  };
}

/** Answers for this node. */
export function leaveHere(deps: {
  node: string;
  membership: Pick<Membership, 'leave'>;
}): Handler<unknown, LeaveReply> {
  return async (_request, { signal }) => {
    await deps.membership.leave(signal);
    return { node: deps.node };
  };
}

/** Until this node's Consul says so too, as far as one can wait: what is asked next goes by it. */
export async function untilLeft(
  { members, bounds, logger }: Pick<Deps, 'members' | 'bounds' | 'logger'>,
  node: string,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + bounds.acknowledge;
  const state = async () => (await members()).find(({ name }) => name === node)?.state ?? 'left';
  while ((await state()) !== 'left') {
    if (Date.now() > end) return logger.warn({ node }, 'has left, and Consul here does not say so yet');
    await pause(LOOK, undefined, { signal });
  }
}
