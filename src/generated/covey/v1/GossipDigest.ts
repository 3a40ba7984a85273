// Original file: proto/covey/v1/peer.proto

import type { GossipStamp as _covey_v1_GossipStamp, GossipStamp__Output as _covey_v1_GossipStamp__Output } from '../../covey/v1/GossipStamp.ts';

export interface GossipDigest {
  /**
   * One for each node that is known, as far as there is room.
   */
  'stamps'?: (_covey_v1_GossipStamp)[];
  /**
   * These are all nodes that are known, not a part of them.
   */
  'whole'?: (boolean);
}

export interface GossipDigest__Output {
  /**
   * One for each node that is known, as far as there is room.
   */
  'stamps': (_covey_v1_GossipStamp__Output)[];
  /**
   * These are all nodes that are known, not a part of them.
   */
  'whole': (boolean);
}
