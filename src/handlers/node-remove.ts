import { CoveyError } from '../errors.ts';
import type { RemoveNodeReply } from '../generated/covey/v1/RemoveNodeReply.ts';
import type { RemoveNodeRequest__Output } from '../generated/covey/v1/RemoveNodeRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { assertWithoutApps, noNode } from './membership.ts';
import { forgetEverywhere } from './node-forget.ts';
import { untilLeft } from './node-leave.ts';

const TAKE_OVER =
  'Of what it was master of let the slave take over (covey deploy … --from-replica), or covey destroy --lost; ' +
  'give what it was slave of another slave, or none (covey deploy).';

/** Takes out a node that is lost for good; one that has left already, off the list of each node, this one or another. */
export function removeNode(deps: Deps): Handler<RemoveNodeRequest__Output, RemoveNodeReply> {
  const { kv, logger, membership } = deps;
  return async ({ node }, { signal, caller }) => {
    const state = (await deps.members()).find(({ name }) => name === node)?.state;
    if (state === 'alive') {
      throw new CoveyError('refused', `${node} is alive.`, {
        hint: 'covey drain NODE --replicas, then covey leave NODE. One that is only to be rebooted stays a member.',
      });
    }
    await assertWithoutApps(node, { kv, hint: TAKE_OVER, signal });
    if (state === 'failed') {
      logger.info({ node, by: caller.name }, 'is removed from the cluster');
      await membership.remove(node, { forget: false, signal });
      await untilLeft(deps, node, signal);
    } else {
      // Also where only others still list it: what was left undone the same command completes.
      if (!(await forgetEverywhere(deps, node, signal))) throw noNode(node);
      logger.info({ node, by: caller.name }, 'is taken off the list of members');
    }
    return { node };
  };
}
