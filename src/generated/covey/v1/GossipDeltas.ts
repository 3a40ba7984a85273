// Original file: proto/covey/v1/peer.proto

import type { GossipDelta as _covey_v1_GossipDelta, GossipDelta__Output as _covey_v1_GossipDelta__Output } from '../../covey/v1/GossipDelta.ts';

export interface GossipDeltas {
  /**
   * One for each node at most.
   */
  'deltas'?: (_covey_v1_GossipDelta)[];
}

export interface GossipDeltas__Output {
  /**
   * One for each node at most.
   */
  'deltas': (_covey_v1_GossipDelta__Output)[];
}
