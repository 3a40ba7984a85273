import { setTimeout as pause } from 'node:timers/promises';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { ForgetReply } from '../generated/covey/v1/ForgetReply.ts';
import type { ForgetRequest__Output } from '../generated/covey/v1/ForgetRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import type { Membership } from './membership.ts';
import { liveNames } from './targets.ts';

/** From one answer of a peer that still lists the node to the next question, in milliseconds. */
const AGAIN = 200;

/**
 * Each live node's Consul takes a node that has left off its list, by its own peer: Consul sends it to the others too, but passes over
 * what another one says where the two lists were compared since, and then keeps the node for days.
 * @returns whether any of them listed it
 * @throws CoveyError `timeout`: some may still list it
 */
export async function forgetEverywhere(
  { nodes, members, bounds }: Pick<Deps, 'nodes' | 'members' | 'bounds'>,
  node: string,
  signal: AbortSignal,
): Promise<boolean> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(bounds.acknowledge)]);
  let wasListed = false;

  /** Why it may still list it; undefined where it does not. */
  async function lacking(at: string): Promise<string | undefined> {
    let reason = 'it does not answer';
    while (!limit.aborted) {
      try {
        if (!(await nodes.forget(at, node, limit))) return undefined;
        wasListed = true;
        reason = 'it lists it still';
      } catch (thrown) {
        // An answer that was not waited for is no reason.
        if (!limit.aborted) reason = asCoveyError(thrown).message;
      }
      await pause(AGAIN, undefined, { signal: limit }).catch(() => undefined); // the loop ends by it
    }
    return reason;
  }

  const live = liveNames(await members());
  const found = await Promise.all(live.map(async (at) => ({ at, reason: await lacking(at) })));
  signal.throwIfAborted();
  const left = found.flatMap(({ at, reason }) => (reason === undefined ? [] : [`${at} (${reason})`]));
  if (left.length === 0) return wasListed;
  throw new CoveyError('timeout', `${node} may still be on the list of ${left.join(', ')}.`, {
    hint: 'Give the command again once their peers answer (covey nodes); by itself it goes after three days.',
  });
}

/** Answers for this node. */
export function forgetHere({
  members,
  membership,
}: Pick<Deps, 'members'> & { membership: Pick<Membership, 'remove'> }): Handler<
  ForgetRequest__Output,
  ForgetReply
> {
  return async ({ node }, { signal }) => {
    const stateHere = async () => (await members()).find(({ name }) => name === node)?.state;
    const state = await stateHere();
    if (state === undefined) return { listed: false };
    // That is seen to be dead soon, or has come back, which who asks gets to know.
    if (state === 'alive') return { listed: true };
    try {
      await membership.remove(node, { forget: true, signal });
    } catch (thrown) {
      // Another node may have been quicker: Consul knows no such node then.
      if ((await stateHere()) !== undefined) throw thrown;
    }
    return { listed: true };
  };
}
