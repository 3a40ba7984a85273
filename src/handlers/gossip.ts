import type { GossipReply } from '../generated/covey/v1/GossipReply.ts';
import type { GossipRequest__Output } from '../generated/covey/v1/GossipRequest.ts';
import { parseRequest, wireReply } from '../gossip/wire.ts';
import type { Handler } from '../rpc/handler.ts';
import type { NodeDeps } from './node.ts';

/** Takes one message of another node's gossip, and answers. Errors: `invalid` where it has not its form. */
export function gossip({ hear }: Pick<NodeDeps, 'hear'>): Handler<GossipRequest__Output, GossipReply> {
  return async (request) => wireReply(hear(parseRequest(request)));
}
