import { CoveyError } from '../errors.ts';
import type { RemoveNodeReply } from '../generated/covey/v1/RemoveNodeReply.ts';
import type { RemoveNodeRequest__Output } from '../generated/covey/v1/RemoveNodeRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { assertWithoutApps, memberNamed } from './membership.ts';
import { untilLeft } from './node-leave.ts';

const TAKE_OVER =
  'Of what it was master of let the slave take over (covey deploy … --from-replica), or covey destroy --lost; ' +
  'give what it was slave of another slave, or none (covey deploy).';

/** Takes out a node that is lost for good; one that has left already, off the list. */
export function removeNode(deps: Deps): Handler<RemoveNodeRequest__Output, RemoveNodeReply> {
  const { kv, logger, membership } = deps;
  return async ({ node }, { signal, caller }) => {
    const { state } = memberNamed(node, await deps.members());
    if (state === 'alive') {
      throw new CoveyError('refused', `${node} is alive.`, {
        hint: 'covey drain NODE --replicas, then covey leave NODE. One that is only to be rebooted stays a member.',
      });
    }
    await assertWithoutApps(node, { kv, hint: TAKE_OVER, signal });
    logger.info({ node, by: caller.name }, 'is removed from the cluster');
    await membership.remove(node, { forget: state === 'left', signal });
    await untilLeft(deps, node, signal);
    return { node };
  };
}
