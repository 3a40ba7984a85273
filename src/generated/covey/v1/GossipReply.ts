// Original file: proto/covey/v1/peer.proto

import type { GossipStamp as _covey_v1_GossipStamp, GossipStamp__Output as _covey_v1_GossipStamp__Output } from '../../covey/v1/GossipStamp.ts';
import type { GossipDelta as _covey_v1_GossipDelta, GossipDelta__Output as _covey_v1_GossipDelta__Output } from '../../covey/v1/GossipDelta.ts';

export interface GossipReply {
  /**
   * How much is held here of nodes of which the other one has more.
   */
  'want'?: (_covey_v1_GossipStamp)[];
  /**
   * What the other one lacks.
   */
  'deltas'?: (_covey_v1_GossipDelta)[];
}

export interface GossipReply__Output {
  /**
   * How much is held here of nodes of which the other one has more.
   */
  'want': (_covey_v1_GossipStamp__Output)[];
  /**
   * What the other one lacks.
   */
  'deltas': (_covey_v1_GossipDelta__Output)[];
}
