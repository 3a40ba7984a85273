import type { Transport } from '../gossip/message.ts';
import { parseReply, wireRequest } from '../gossip/wire.ts';
import type { Channels } from '../rpc/channels.ts';
import { peerMethods } from '../rpc/proto.ts';
import { addressOf } from './address.ts';

/** A peer that lives answers in milliseconds, and there is a next round. */
const DEADLINE = 2_000;

/** Gossip by `Peer.Gossip`. What does not answer within 2 s is given up. */
export function createGossipTransport(deps: {
  channels: Channels;
  port: number;
  address: (node: string) => string | undefined;
}): Transport {
  return {
    send: async (node, request, signal) => {
      const address = await addressOf(node, async (name) => deps.address(name));
      const peer = deps.channels.to({ name: node, address, port: deps.port });
      const until = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
      const options = { signal: until, deadline: DEADLINE };
      return parseReply(await peer.call(peerMethods.Gossip, wireRequest(request), options));
    },
  };
}
