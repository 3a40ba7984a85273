import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError } from '../errors.ts';
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
    // Its own Consul tells nothing more then.
    if (node === deps.node) await deps.membership.leave(signal);
    else await haveLeave(deps, node, signal);
    return { node };
  };
}

/** The node may be switched off, or cut off, before its answer is here: what counts is what Consul says. */
async function haveLeave(deps: Deps, node: string, signal: AbortSignal): Promise<void> {
  try {
    await deps.nodes.leave(node, signal);
    await untilLeft(deps, node, signal);
  } catch (thrown) {
    if (asCoveyError(thrown).code !== 'unavailable' || !(await untilLeft(deps, node, signal))) throw thrown;
  }
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

/** Until this node's Consul says so too, as far as one can wait: what is asked next goes by it. Whether it does. */
export async function untilLeft(
  { members, bounds, logger }: Pick<Deps, 'members' | 'bounds' | 'logger'>,
  node: string,
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + bounds.acknowledge;
  const state = async () => (await members()).find(({ name }) => name === node)?.state ?? 'left';
  while ((await state()) !== 'left') {
    if (Date.now() > end) {
      logger.warn({ node }, 'is to have left, and Consul here does not say so yet');
      return false;
    }
    await pause(LOOK, undefined, { signal });
  }
  return true;
}
